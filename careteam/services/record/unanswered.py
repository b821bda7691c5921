"""What waits for an answer, for one reader: an answer that they may not read is none that they can see."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from careteam.models import Answer
from careteam.services.record.records import Record

NONE_SEEN = "No answer that you can see."


def answered(record: Record) -> Select[tuple[UUID]]:
    """Return the ids of what has an answer that stands and that the reader may read, as a part of a statement."""
    return select(record.rows(Answer, Answer.answers_id).where(Answer.error_at.is_(None)).subquery().c.answers_id)


def answered_among(session: Session, record: Record, item_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these items have such an answer. One statement; none without items."""
    if not item_ids:
        return frozenset()
    query = record.rows(Answer, Answer.answers_id).where(Answer.answers_id.in_(item_ids), Answer.error_at.is_(None))
    return frozenset(row.answers_id for row in session.execute(query))


def clock(record: Record, until: datetime, *, answered: bool, in_error: bool) -> dict[str, Any]:
    """Return until when an answer is due, and how it stands as far as the reader sees.

    A former member sees no answers of others: nothing is said to them of what is late.
    """
    waits = not (answered or in_error or record.scope.former)
    return {
        "answer_due_at": until,
        "answered": answered,
        "overdue": waits and record.at >= until,
        "answer_note": NONE_SEEN if waits else None,
    }
