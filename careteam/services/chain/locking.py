"""The read lock: while it stands, nobody but patients in their own record reads what is shared.

The gate looks at it together with whatever else decides (`careteam.access.records`).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.errors import Conflict, Invalid
from careteam.models import Patient, ReadLock
from careteam.models.types import new_id
from careteam.policy.vocabulary import NoticeKind
from careteam.services.log import access_log
from careteam.services.notices.telling import tell_all
from careteam.vault import seal, unseal

BEHIND = (
    "The database is older than the newest head of its log: it was put back by other means than `restore`. What was "
    "revoked or restricted since may stand again."
)
_TOLD_AT_ONCE = 500


def standing(session: Session) -> list[str]:
    """Return the reasons of every lock that stands."""
    rows = session.scalars(select(ReadLock).where(ReadLock.lifted_at.is_(None)).order_by(ReadLock.id))
    return [unseal(session, ReadLock.reason, row.id, row.reason) for row in rows]


def lock(session: Session, reason: str, *, at: datetime) -> ReadLock:
    """Lock all reads of what is shared, and log it."""
    row = ReadLock(locked_at=at)
    row.reason = seal(session, ReadLock.reason, row.id, reason)
    session.add(row)
    session.flush()
    access_log.changed(session, None, None, "lock-reads", target=row.id, at=at)
    return row


def unlock_after_review(session: Session, reason: str, *, at: datetime) -> int:
    """Lift every lock, log it, tell every patient to look at who reads what; return how many are told.

    Raises Conflict where nothing is locked, and Invalid without a reason.
    """
    if not reason.strip():
        raise Invalid("Say what was reviewed, and how it was found that nothing opens what a patient closed.")
    rows = session.scalars(select(ReadLock).where(ReadLock.lifted_at.is_(None)).with_for_update()).all()
    if not rows:
        raise Conflict("Reads are not locked.")
    for row in rows:
        row.lifted_at, row.lifted_reason = at, seal(session, ReadLock.lifted_reason, row.id, reason)
        access_log.changed(session, None, None, "unlock-reads", target=row.id, at=at)
    session.flush()
    return tell_patients(session, at=at)


def tell_patients(session: Session, *, at: datetime) -> int:
    """Tell every patient with an account that a backup was restored; return how many."""
    own = select(Patient.user_id, Patient.id).where(Patient.user_id.is_not(None)).order_by(Patient.id)
    people = session.execute(own).all()
    for start in range(0, len(people), _TOLD_AT_ONCE):
        tell_all(session, [_notice(row, at) for row in people[start : start + _TOLD_AT_ONCE]], at=at)
    return len(people)


def _notice(patient: Any, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "user_id": patient.user_id,
        "kind": NoticeKind.BACKUP_RESTORED,
        "patient_id": patient.id,
        "target": None,
        "step": None,
        "at": at,
    }
