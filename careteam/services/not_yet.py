"""What the specification names and is not built yet: refused in plain words, never approximated."""

from datetime import datetime
from typing import NoReturn
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotYetAvailable
from careteam.services.record.records import open_record


def emergency_access(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> NoReturn:
    """Raise NotYetAvailable to whoever may know the patient, NotFound to others."""
    open_record(session, actor, patient_id, at=at)
    raise NotYetAvailable("Emergency access is not available yet: call the patient's other clinicians.")


def representations(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> NoReturn:
    """Raise NotYetAvailable to whoever may know the patient, NotFound to others."""
    open_record(session, actor, patient_id, at=at)
    raise NotYetAvailable("Acting for a patient is not available yet: only the patient signs, reports and reads.")
