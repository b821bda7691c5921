"""What a record already holds of a source, and which of a file's resources are new to it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.fhir_reading import (
    KeptResource,
    ReadAllergy,
    ReadCondition,
    ReadEntry,
    Reading,
    ReadMeasure,
    ReadMedication,
    ReadNote,
    ReadPatient,
    Sourced,
)
from careteam.models import ImportSource, Item
from careteam.services.record.records import open_record

PATIENT = "Patient"
LONGEST_KEY = 500


@dataclass(frozen=True, slots=True)
class Sifted:
    """The resources of a file, by whether the record knows them. What changed at the source is not taken.

    `new` is to be stored; `opened` is stored as an item now, and was kept unread under the source whose id stands
    beside it. `taken` is what whoever imports is told is in the record now: both of these,
    and among them, in the order of the file, what the record holds hidden from them.
    """

    new: tuple[Sourced, ...]
    taken: tuple[Sourced, ...]
    unchanged: tuple[Sourced, ...]
    changed: tuple[Sourced, ...]
    opened: tuple[tuple[ReadEntry, UUID], ...] = ()

    @property
    def stores(self) -> bool:
        """True when something of the file is to be written."""
        return bool(self.new or self.opened)


def stored_key(item: Sourced) -> str:
    """Return the source key as it is stored: itself, or its digest where it is too long."""
    key = item.source_key
    return key if len(key) <= LONGEST_KEY else f"sha256:{sha256(key.encode()).hexdigest()}"


def type_of(item: Sourced) -> str:
    """Return the FHIR type of the resource that was read."""
    match item:
        case ReadPatient():
            return PATIENT
        case ReadMedication():
            return item.kind
        case ReadNote():
            return "DocumentReference"
        case ReadAllergy():
            return "AllergyIntolerance"
        case ReadCondition():
            return "Condition"
        case ReadMeasure() | KeptResource():
            return item.resource_type
    raise TypeError(type(item).__name__)


def sift(session: Session, actor: Actor | None, patient_id: UUID, reading: Reading, *, at: datetime) -> Sifted:
    """Compare the file with what was imported into this record before.

    The command line is told of all that the record holds; over the API the importer is told of what they
    imported themselves, and of items that they may read.
    """
    query = select(*_COLUMNS).where(ImportSource.patient_id == patient_id)
    known = {row.source_key: row for row in session.execute(query)}
    told = _told(session, actor, patient_id, known.values(), at=at)
    found: dict[str, list[Any]] = {"new": [], "taken": [], "unchanged": [], "changed": [], "opened": []}
    for item in _items(reading):
        before = known.get(stored_key(item))
        if before is None:
            found["new"].append(item)
        opens = before is not None and _opens(item, before)
        if before is not None and opens:
            found["opened"].append((item, before.id))
        if before is None or opens or before.id not in told:
            found["taken"].append(item)
        else:
            found["unchanged" if before.content_sha256 == item.content_sha256 else "changed"].append(item)
    return Sifted(**{name: tuple(items) for name, items in found.items()})


_COLUMNS = (
    ImportSource.id,
    ImportSource.source_key,
    ImportSource.content_sha256,
    ImportSource.imported_by,
    ImportSource.item_id,
)


def _opens(item: Sourced, before: Any) -> bool:
    """Say whether the record kept this very resource unread, before its class was read."""
    kept = before.item_id is None and before.content_sha256 == item.content_sha256
    return kept and isinstance(item, ReadEntry)


def _told(
    session: Session, actor: Actor | None, patient_id: UUID, known: Collection[Any], *, at: datetime
) -> frozenset[UUID]:
    """Return the sources of which whoever imports may know that the record holds them."""
    own = frozenset(row.id for row in known if actor is None or row.imported_by == actor.user_id)
    if actor is None or len(own) == len(known):
        return own
    record = open_record(session, actor, patient_id, at=at)
    opened = record.rows(Item, ImportSource.id).join(ImportSource, ImportSource.item_id == Item.id)
    return own | {row.id for row in session.execute(opened)}


def _items(reading: Reading) -> Iterable[Sourced]:
    if reading.patient is not None:
        yield reading.patient
    yield from reading.items
