"""What waits for an answer, for one reader: an answer that they may not read is none that they can see."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from careteam.models import Answer
from careteam.policy.representing import reads_section
from careteam.policy.scope import Represented, Shared, opened_labels, opening
from careteam.services.management import prescribed
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Readable, Record

NONE_SEEN = "No answer that you can see."


def answered(readable: Readable) -> Select[tuple[UUID]]:
    """Return the ids of what has an answer that stands and that the reader may read, as a part of a statement."""
    return select(readable.rows(Answer, Answer.answers_id).where(Answer.error_at.is_(None)).subquery().c.answers_id)


def answered_among(session: Session, record: Record, item_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these items have such an answer. One statement; none without items."""
    if not item_ids:
        return frozenset()
    query = record.rows(Answer, Answer.answers_id).where(Answer.answers_id.in_(item_ids), Answer.error_at.is_(None))
    return frozenset(row.answers_id for row in session.execute(query))


def prescribers_seen(record: Record, row: Any) -> bool:
    """Say whether the reader would see whatever a prescriber has answered to this item since it was made.

    Restrictions on single items and labels do not count, as everywhere ("What a refusal shows").
    """
    days = {"since": _day_of(record, row.created_at), "today": patient_day(record).today}
    return prescribed.sees_all(record, row.item_class, row.labels, **days)


def seen_from(record: Record, user_id: UUID, row: Any) -> bool:
    """Say the same of one person, who is asked by this item, and whose answers are of its class."""
    if record.is_patient or user_id == record.actor.user_id:
        return True
    holder = None if user_id == record.team.patient_user_id else user_id
    acting = [p for p in record.scope.permits if isinstance(p, Represented) and row.labels <= p.labels]
    if acting and reads_section(record.scope, holder, row.item_class):
        return True
    shares = opening(record.scope, holder, row.item_class)
    return any(row.labels <= opened_labels(p, holder, row.item_class) and _spans(record, p, row) for p in shares)


def _spans(record: Record, permit: Shared, row: Any) -> bool:
    begins, ends = permit.data_from, permit.data_through
    since, today = _day_of(record, row.created_at), patient_day(record).today
    return (begins is None or begins <= since) and (ends is None or today <= ends)


def _day_of(record: Record, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(record.facts.person.time_zone)).date()


def clock(record: Record, until: datetime, *, answered: bool, in_error: bool, sees: bool) -> dict[str, Any]:
    """Return until when an answer is due, and how it stands as far as the reader sees.

    `sees`: they would see whatever was answered; to others nothing is called overdue. A former member sees no answers
    of others: nothing is said to them of what is late.
    """
    waits = not (answered or in_error or record.scope.former)
    return {
        "answer_due_at": until,
        "answered": answered,
        "overdue": waits and sees and record.at >= until,
        "answer_note": NONE_SEEN if waits else None,
    }
