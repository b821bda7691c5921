"""The record, opened for whoever sends what the patient holds: the patient, and who reports for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.policy.vocabulary import Power
from careteam.services.record.records import Record, open_record


def open_own(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> Record:
    """Return the record to the patient, and to a representation that may report. Raises NotFound to everybody else."""
    record = open_record(session, actor, patient_id, at=at)
    if not record.speaks(Power.REPORT):
        raise NotFound
    return record
