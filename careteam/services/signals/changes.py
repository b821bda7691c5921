"""Medications that others changed since the viewer last looked; never one's own acts (`record.news`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.models import Medication
from careteam.policy.signals import Changed
from careteam.policy.vocabulary import MedicationChange
from careteam.services.record import news
from careteam.services.record.news import OVERLAP
from careteam.services.record.records import Record
from careteam.services.signals.medicines import Medicine, Medicines


def load(session: Session, records: Sequence[Record], medicines: Medicines) -> Mapping[UUID, list[Changed]]:
    """Return the entries that are new to the viewer, and of which a step was recorded since their last look.

    Somebody who never looked has not seen any. What is only confirmed, labelled or newly shared has not changed.
    """
    if not records:
        return {}
    known = {record.patient_id: (record.facts, record.scope) for record in records}
    new = news.ids_of(session, records[0].actor, known, Medication, at=records[0].at)
    return {
        record.patient_id: _changed(record, medicines[record.patient_id], *new[record.patient_id]) for record in records
    }


def _changed(
    record: Record, medicines: Mapping[UUID, Medicine], since: datetime | None, ids: frozenset[UUID]
) -> list[Changed]:
    me, found = record.actor.user_id, []
    for medicine in (medicines[i] for i in sorted(ids) if i in medicines):
        recorded = [at for at in _recorded(medicine, me) if since is None or at > since - OVERLAP]
        if recorded:
            found.append(Changed(medicine.row.id, medicine.row.drug_name, max(recorded)))
    return found


def _recorded(medicine: Medicine, me: UUID) -> list[datetime]:
    """Return when others recorded what changes the entry: a step, that one was taken back, an error."""
    steps = [e.row for e in medicine.events if e.change.kind is not MedicationChange.CONFIRM]
    written = [row.created_at for row in steps if row.author_id != me]
    taken_back = [row.withdrawn_at for row in steps if row.withdrawn_at and row.withdrawn_by != me]
    return [*written, *taken_back, *([medicine.row.error_at] if medicine.row.error_at else [])]
