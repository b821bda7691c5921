"""What is said at once where an answer raises a safety flag: whom to call, and who sees it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam import access
from careteam.models import Item, Measure, Practice
from careteam.models.people import CRISIS_TEXT
from careteam.policy.team import current
from careteam.policy.vocabulary import NoticeKind, Power
from careteam.services.directing.sending import member_scopes
from careteam.services.notices.telling import tell
from careteam.services.record.entries import holds
from careteam.services.record.records import Record

_ONCE = 1
"""There is one step: who was told of the flag is not told again."""
NOT_WATCHED = "No one watches this live."
NOBODY = (
    "Nobody of your care team can read this form. You can share this one form with somebody of your care team, "
    "or call them."
)


def said(session: Session, record: Record, row: Any) -> dict[str, Any]:
    """Return what the reader of a flagged form is told first.

    The patient, and who acts for them, are told besides who can read it (by the gate), and where nobody can, how to
    share this one form, if it is theirs to send; to others that is not told.
    """
    told = {"texts": crisis_texts(session, record), "not_watched": NOT_WATCHED, "seen_by": None, "share": None}
    if not (record.is_patient or record.representation):
        return told
    scopes = member_scopes(session, record)
    names, seen = record.facts.names, access.read_by(session, scopes, row.id)
    able = [user for user in sorted(scopes) if scopes[user].permits and not scopes[user].former]
    may_send = holds(record, row) and record.speaks(Power.REPORT) and not row.awaits_review
    share = {
        "text": NOBODY,
        "method": "POST",
        "address": f"/api/v1/patients/{record.patient_id}/sent-items/{row.id}",
        "recipients": [{"user_id": user, "name": names[user]} for user in able],
    }
    return {
        **told,
        "seen_by": [{"user_id": user, "name": names[user]} for user in sorted(seen)],
        "share": share if may_send and not seen else None,
    }


def crisis_texts(session: Session, record: Record) -> list[dict[str, Any]]:
    """Return the crisis text of each practice of the patient's current members; the default where there is none.

    Former members, who do not see who is in the team now, are shown the default.
    """
    places = {m.practice_id for m in record.team.memberships if current(m, record.at) and not record.scope.former}
    query = select(Practice.name, Practice.crisis_text).where(Practice.id.in_(places)).order_by(Practice.name)
    found = [{"practice": row.name, "text": row.crisis_text} for row in session.execute(query)]
    return found or [{"practice": None, "text": CRISIS_TEXT}]


def tell_members(session: Session, record: Record, measure_id: UUID, *, at: datetime) -> None:
    """Tell every current member who may read the flagged form, and did not write it, that it is there; each once."""
    able = access.read_by(session, member_scopes(session, record), measure_id)
    _tell(session, record, able - {record.actor.user_id}, measure_id, at=at)


def tell_whom_it_was_sent(session: Session, record: Record, item: Item, users: Collection[UUID]) -> None:
    """Tell these people of a flag, where what was sent to them later is a flagged form, and they were not told yet."""
    if isinstance(item, Measure) and item.flagged:
        _tell(session, record, users, item.id, at=record.at)


def _tell(session: Session, record: Record, users: Collection[UUID], measure_id: UUID, *, at: datetime) -> None:
    whom, kind = sorted(users), NoticeKind.SAFETY_FLAG
    tell(session, whom, kind, patient_id=record.patient_id, target=measure_id, step=_ONCE, at=at)
