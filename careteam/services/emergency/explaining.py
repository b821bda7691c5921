"""Who opened an emergency session explains it, while its review is open."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotPermitted
from careteam.models import EmergencyReview, EmergencySession
from careteam.policy.vocabulary import NoticeKind
from careteam.services.emergency import reading, steps
from careteam.services.identity.officers import tell_officers
from careteam.services.log import access_log
from careteam.services.record.records import open_record


def explain(
    session: Session, actor: Actor, patient_id: UUID, emergency_id: UUID, *, words: str, at: datetime
) -> dict[str, Any]:
    """Add to what was stated, also after leaving the team; the officers of the practice are told.

    The patient and the officers read it. Raises NotFound, NotPermitted to the patient, Conflict once it is closed.
    """
    record = open_record(session, actor, patient_id, at=at)
    found = reading.find(session, record, emergency_id)
    if found.user_id != actor.user_id:
        raise NotPermitted("Only who opened it explains it; question an access of your log to open a case.")
    review = session.get(EmergencyReview, emergency_id)
    if review is None or review.closed:
        raise Conflict("The review of this emergency access is closed.")
    steps.add(session, review, actor.user_id, words, at=at)
    review.version += 1
    session.flush()
    access_log.changed(session, record.actor, patient_id, "explain-emergency-access", target=emergency_id, at=at)
    _tell(session, found, review, record.team.patient_user_id, at=at)
    return reading.shown(session, record, [found])[0]


def _tell(
    session: Session, found: EmergencySession, review: EmergencyReview, patient_user_id: UUID | None, *, at: datetime
) -> None:
    but = (found.user_id, patient_user_id)
    kind = NoticeKind.EMERGENCY_EXPLAINED
    tell_officers(session, review.practice_id, kind, target=found.id, but=but, at=at)
