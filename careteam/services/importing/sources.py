"""What a record already holds of a source, and which of a file's resources are new to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.fhir_reading import KeptResource, Reading, ReadMedication, ReadNote, ReadPatient, Sourced
from careteam.models import ImportSource

PATIENT = "Patient"
LONGEST_KEY = 500


@dataclass(frozen=True, slots=True)
class Sifted:
    """The resources of a file, by whether the record knows them. What changed at the source is not taken."""

    new: tuple[Sourced, ...]
    unchanged: tuple[Sourced, ...]
    changed: tuple[Sourced, ...]


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
        case KeptResource():
            return item.resource_type
    raise TypeError(type(item).__name__)


def sift(session: Session, patient_id: UUID, reading: Reading) -> Sifted:
    """Compare the file with what was imported into this record before."""
    query = select(ImportSource.source_key, ImportSource.content_sha256).where(ImportSource.patient_id == patient_id)
    known = {row.source_key: row.content_sha256 for row in session.execute(query)}
    found: dict[str, list[Sourced]] = {"new": [], "unchanged": [], "changed": []}
    for item in _items(reading):
        before = known.get(stored_key(item))
        same = "unchanged" if before == item.content_sha256 else "changed"
        found["new" if before is None else same].append(item)
    return Sifted(**{name: tuple(items) for name, items in found.items()})


def _items(reading: Reading) -> Iterable[Sourced]:
    if reading.patient is not None:
        yield reading.patient
    yield from (*reading.medications, *reading.notes, *reading.kept)
