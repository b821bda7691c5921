"""Writes what is new in a file: items first, then what refers to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from careteam.fhir_reading import (
    KeptResource,
    ReadEntry,
    ReadMedication,
    ReadNote,
    ReadPatient,
    Sourced,
)
from careteam.models import ImportSource, Item
from careteam.models.types import new_id
from careteam.services.importing import entries, medications, notes
from careteam.services.importing.authors import Authors
from careteam.services.importing.identity import Identity
from careteam.services.importing.sources import stored_key, type_of
from careteam.vault import seal


@dataclass(frozen=True, slots=True)
class Into:
    """The record that a file goes into, and in whose hands. `imported_by` is None on the command line."""

    patient_id: UUID
    patient_name: str
    prescriber_id: UUID
    authors: Authors
    imported_by: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Rows:
    """What one resource becomes: an item with its parts, or text that is kept sealed and unread."""

    item: Item | None = None
    parts: tuple[Any, ...] = ()
    kept: str | None = None
    holder_id: UUID | None = None


def store(session: Session, new: Iterable[Sourced], into: Into) -> None:
    """Write these resources, each with its source, in as many statements as there are tables."""
    made = [(read, rows_of(session, read, into)) for read in new]
    session.add_all(rows.item for _, rows in made if rows.item is not None)
    session.flush()
    session.add_all(part for _, rows in made for part in rows.parts)
    session.add_all(_source(session, read, rows, into) for read, rows in made)
    session.flush()


def open_sources(session: Session, items: Mapping[UUID, Item]) -> None:
    """Write the items of resources that were kept unread, by their sources' ids.

    Each source then names its item and keeps no text.
    """
    session.add_all(items.values())
    session.flush()
    changes = [{"id": i, "item_id": item.id, "holder_id": item.holder_id, "kept": None} for i, item in items.items()]
    if changes:
        session.execute(update(ImportSource), changes)


def rows_of(session: Session, read: Sourced, into: Into) -> Rows:
    """Return what a resource becomes."""
    match read:
        case ReadPatient():
            return Rows(kept=Identity.of(read).to_json())
        case ReadMedication():
            entry = medications.entry(session, read, into.patient_id, into.patient_name, into.prescriber_id, at=into.at)
            return Rows(entry.medication, tuple(entry.events), holder_id=entry.medication.holder_id)
        case ReadNote() if notes.is_special(read):
            return Rows(kept=notes.document(read), holder_id=into.authors.holder_of(read.authors))
        case ReadNote():
            note = notes.note(session, read, into.patient_id, into.authors, at=into.at)
            return Rows(note, holder_id=note.holder_id)
        case ReadEntry():
            item = entry_of(session, read, into)
            return Rows(item, holder_id=item.holder_id)
        case KeptResource():
            return Rows(kept=read.document)
    raise TypeError(type(read).__name__)


def entry_of(session: Session, read: ReadEntry, into: Into) -> Item:
    """Return the item that an allergy, condition or measure becomes."""
    return entries.item(session, read, into.patient_id, into.patient_name, into.authors, at=into.at)


def _source(session: Session, read: Sourced, rows: Rows, into: Into) -> ImportSource:
    source_id = new_id()
    return ImportSource(
        id=source_id,
        patient_id=into.patient_id,
        source_key=stored_key(read),
        resource_type=type_of(read),
        content_sha256=read.content_sha256,
        imported_at=into.at,
        imported_by=into.imported_by,
        item_id=rows.item.id if rows.item else None,
        holder_id=rows.holder_id,
        suggested_labels=read.suggested_labels,
        kept=seal(session, ImportSource.kept, source_id, rows.kept),
    )
