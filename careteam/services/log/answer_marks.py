"""What an answer must say of itself because of what it shows: kept with the session until the door has said it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careteam.models import EmergencySession
from careteam.policy.scope import Emergency, Permit, Released, Shared
from careteam.services.log.part2_notice import NOTICE

_EMERGENCY = "answer_shown_in_an_emergency_until"
_PART2 = "answer_holds_part2_under"


def forget(session: Session) -> None:
    """Forget what was marked: another answer begins."""
    session.info.pop(_EMERGENCY, None)
    session.info.pop(_PART2, None)


def mark(session: Session, permits: Iterable[Permit]) -> None:
    """Mark the answer by the permits through which its items came. A statement is sent only in an emergency."""
    opened_by = {permit.session_id for permit in permits if isinstance(permit, Emergency)}
    if opened_by:
        until = select(func.min(EmergencySession.valid_until)).where(EmergencySession.id.in_(opened_by))
        session.info[_EMERGENCY] = session.scalar(until)


def emergency_until(session: Session) -> datetime | None:
    """Return until when the session is open without which the answer would show less; None where there is none."""
    until: datetime | None = session.info.get(_EMERGENCY)
    return until


def mark_part2(session: Session, permits: Iterable[Permit]) -> str | None:
    """Mark the answer by the permits through which its 42 CFR Part 2 items came.

    Return the hash of the notice that goes with it, None where there is no such item.
    """
    opened_by = list(permits)
    if not opened_by:
        return None
    consents = {permit.consent_id for permit in opened_by if isinstance(permit, Shared | Released)}
    session.info[_PART2] = session.info.get(_PART2, frozenset()) | consents
    return NOTICE.sha256


def part2_consents(session: Session) -> frozenset[UUID] | None:
    """Return the consents under which the answer holds Part 2 items (none: the reader's own); None: no such item."""
    found: frozenset[UUID] | None = session.info.get(_PART2)
    return found
