"""Plan reviews: the patient says that the current plan is not working; clinicians answer; either side closes it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Answer, PlanReview
from careteam.services.directing import sending
from careteam.services.record import reading
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(PlanReview),
    PlanReview.text,
    PlanReview.answer_due_at,
    PlanReview.closed_at,
    PlanReview.closed_by,
    PlanReview.error_reason,
    PlanReview.error_at,
)


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    open: bool | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the plan reviews that the actor may read, newest first, and the next cursor.

    `open`: only those that are not closed (nor entered in error), or only the others.
    """
    record = open_record(session, actor, patient_id, at=at)
    is_open = PlanReview.closed_at.is_(None) & PlanReview.error_at.is_(None)
    where = [] if open is None else [is_open if open else ~is_open]
    return reading.page_of(session, record, PLAN_REVIEWS, where, limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, review_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one plan review with the answers that the actor may read. Raises NotFound when absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), PLAN_REVIEWS, review_id)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return these rows (`COLUMNS`) as they are shown; the answers come beside them (`Kind.answered`)."""
    ids = [row.id for row in rows]
    sent, answered = sending.sent_to(session, record, ids), _answered(session, record, ids)
    return [
        {
            **_review(session, record, row),
            **_waits(record, row, any(one.error_at is None for one in answered.get(row.id, []))),
            "closed_by": _closer(record, row, {one.author_id for one in answered.get(row.id, [])}),
            "sent_to": sent.get(row.id, []) if record.is_patient or record.representation else None,
        }
        for row in rows
    ]


PLAN_REVIEWS = Kind(PlanReview, COLUMNS, "read-plan-review", "read-plan-reviews", present, answered=True)


def answerers(session: Session, record: Record, review_id: UUID) -> frozenset[UUID]:
    """Return who answered this review, of the answers that the actor may read and that stand."""
    found = _answered(session, record, [review_id]).get(review_id, [])
    return frozenset(one.author_id for one in found if one.error_at is None)


def _review(session: Session, record: Record, row: Any) -> dict[str, Any]:
    return {
        **heading(record, row),
        "text": unseal(session, PlanReview.text, row.id, row.text),
        "answer_due_at": row.answer_due_at,
        "closed_at": row.closed_at,
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, PlanReview.error_reason, row.id, row.error_reason),
    }


def _waits(record: Record, row: Any, answered: bool) -> dict[str, bool]:
    """Say whether the reader sees no answer, and whether that is late."""
    unanswered = not answered and row.closed_at is None and row.error_at is None
    return {"unanswered": unanswered, "overdue": unanswered and record.at >= row.answer_due_at}


def _closer(record: Record, row: Any, answered: Collection[UUID]) -> UUID | None:
    """Return who closed it, where the reader knows of them here: a clinician who closes it may read it, which is
    the patient's to tell. So clinicians are not told when the patient did, or the others could be told apart.
    """
    closer: UUID | None = row.closed_by
    known = record.is_patient or record.representation or closer == record.actor.user_id or closer in answered
    return closer if known else None


def _answered(session: Session, record: Record, review_ids: Collection[UUID]) -> Mapping[UUID, list[Any]]:
    """Return the answers to these reviews that the reader may read, by review."""
    if not review_ids:
        return {}
    query = record.rows(Answer, Answer.answers_id, Answer.author_id, Answer.error_at)
    found: dict[UUID, list[Any]] = {}
    for row in session.execute(query.where(Answer.answers_id.in_(review_ids))):
        found.setdefault(row.answers_id, []).append(row)
    return found
