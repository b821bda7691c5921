"""Opens what earlier imports kept sealed because its class was not read yet: each resource becomes an item once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.fhir_reading import ReadEntry, UnreadableBundle, read_kept
from careteam.models import ImportSource, Patient
from careteam.policy.vocabulary import ItemClass
from careteam.services.importing import entries, whose
from careteam.services.importing.authors import Authors
from careteam.services.importing.report import SEALED
from careteam.services.importing.sources import type_of
from careteam.services.importing.storing import open_sources
from careteam.services.log import access_log
from careteam.vault import unseal

ACT = "open-kept"
_CLASS = {
    "AllergyIntolerance": ItemClass.ALLERGY,
    "Condition": ItemClass.CONDITION,
    "Observation": ItemClass.MEASURE,
    "QuestionnaireResponse": ItemClass.MEASURE,
}
TYPES = tuple(_CLASS)
"""The types that were kept whole and are read now."""
_KEPT = (ImportSource.resource_type.in_(TYPES), ImportSource.item_id.is_(None), ImportSource.kept.is_not(None))


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of one record's kept resources: how many of each type are items now, and why others stay sealed."""

    patient_id: UUID
    taken: Mapping[str, int]
    sealed: Mapping[str, int]


def with_kept(session: Session) -> list[UUID]:
    """Return the records that hold resources kept unread whose class is read now."""
    return list(session.scalars(select(ImportSource.patient_id).where(*_KEPT).distinct().order_by("patient_id")))


def open_kept(session: Session, patient_id: UUID, *, at: datetime) -> Opened:
    """Make items of what one record keeps unread. Doing it again changes nothing.

    The items wait for their holder's label review like every import. Authors are known only by a name that stands
    in the resource itself, so the patient holds them; importing the file again instead finds its authors, and the
    members named for them. Raises RefusedFile when the record was just handed over.
    """
    patient = session.get_one(Patient, patient_id)
    whose.hold(session, patient)
    read, sealed = _read(session, patient_id)
    named = (patient_id, patient.name, Authors())
    open_sources(session, {source: entries.item(session, entry, *named, at=at) for source, entry in read.items()})
    if read:
        access_log.changed(session, None, patient_id, ACT, at=at)
    return Opened(patient_id, Counter(map(type_of, read.values())), sealed)


def _read(session: Session, patient_id: UUID) -> tuple[Mapping[UUID, ReadEntry], Mapping[str, int]]:
    """Return what can be read, by its source's id, and how many stay sealed, by the reason."""
    query = select(ImportSource.id, ImportSource.kept, ImportSource.resource_type).where(
        ImportSource.patient_id == patient_id, *_KEPT
    )
    found: dict[UUID, ReadEntry] = {}
    sealed: Counter[str] = Counter()
    for row in session.execute(query.order_by(ImportSource.id)):
        try:
            entry = read_kept(unseal(session, ImportSource.kept, row.id, row.kept) or "")
        except UnreadableBundle as error:
            sealed[error.reason] += 1
            continue
        if entry is None:
            sealed[SEALED[_CLASS[row.resource_type]]] += 1
        else:
            found[row.id] = entry
    return found, sealed
