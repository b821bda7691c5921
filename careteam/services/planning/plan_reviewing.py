"""Opening, answering and closing plan reviews."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotPermitted
from careteam.models import PlanReview
from careteam.policy.answering import due
from careteam.policy.team import current
from careteam.policy.treatment_words import AnswerOutcome, Urgency, VisitMode
from careteam.policy.vocabulary import ItemClass, Label, Power
from careteam.services.directing import sending
from careteam.services.planning import plan_reviews
from careteam.services.planning.plan_reviews import PLAN_REVIEWS
from careteam.services.record import answering, reading
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.item_changes import touch
from careteam.services.record.records import Record, open_to_report
from careteam.vault import seal

_PATIENTS = "Only the patient opens a plan review: write what you propose into the plan, or a coordination note."
_CLOSED = "This plan review is closed."
_ANSWER_FIRST = "Whoever answered it closes it, or the patient: answer it first."


def open_review(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    text: str | None = None,
    send_to: Collection[UUID] | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Say that the current plan is not working, to these members: all current ones where nobody is named.

    The answer tells whom it reaches. Raises NotPermitted to clinicians, Conflict when the patient has died, Invalid
    when somebody named is no current member.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.TREATMENT_PLAN, at=at)
    if not record.speaks(Power.REPORT):
        raise NotPermitted(_PATIENTS)
    begun = beginning(record, ItemClass.TREATMENT_PLAN, on=None, labels=labels, part2=part2)
    zone = ZoneInfo(record.facts.person.time_zone)
    made = PlanReview(**begun, answer_due_at=due(Urgency.ROUTINE, at, zone))
    made.text = seal(session, PlanReview.text, made.id, text)
    session.add(made)
    session.flush()
    delivery = sending.send(session, record, made, _everybody(record) if send_to is None else send_to)
    shown = reading.changed(session, record, PLAN_REVIEWS, "open-plan-review", made.id)
    return {**shown, "delivery": sending.shown(record, delivery)}


def answer(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    review_id: UUID,
    *,
    outcome: AnswerOutcome,
    text: str | None = None,
    follow_up_on: date | None = None,
    mode: VisitMode | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Answer a plan review that one reads, as a clinician of the team; the patient is told.

    Raises NotFound, NotPermitted, Conflict on what is closed or entered in error, Invalid.
    """
    said: dict[str, Any] = {"outcome": outcome, "text": text, "follow_up_on": follow_up_on, "mode": mode}
    record, shown = answering.answer(
        session, actor, patient_id, PLAN_REVIEWS, review_id, "answer-plan-review", **said, at=at
    )
    _refuse_closed(reading.to_change(session, record, PLAN_REVIEWS, review_id))
    return shown


def close(
    session: Session, actor: Actor, patient_id: UUID, review_id: UUID, *, version: int, at: datetime
) -> dict[str, Any]:
    """Close a plan review: by the patient, who reports for them, or a clinician who answered it.

    Raises NotFound, NotPermitted, Stale, Conflict when it is closed or entered in error.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.TREATMENT_PLAN, at=at)
    review: PlanReview = reading.to_change(session, record, PLAN_REVIEWS, review_id)
    theirs = record.speaks(Power.REPORT)
    if not theirs and actor.user_id not in plan_reviews.answerers(session, record, review_id):
        raise NotPermitted(_ANSWER_FIRST)
    touch(review, version=version, at=at)
    _refuse_closed(review)
    if review.error_at is not None:
        raise Conflict("This plan review is marked as entered in error.")
    review.closed_at, review.closed_by = at, actor.user_id
    return reading.changed(session, record, PLAN_REVIEWS, "close-plan-review", review.id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, review_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own plan review as entered in error. It stays readable, marked."""
    ids = (patient_id, PLAN_REVIEWS, review_id, "plan-review-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def _everybody(record: Record) -> frozenset[UUID]:
    return frozenset(m.user_id for m in record.team.memberships if current(m, record.at))


def _refuse_closed(review: PlanReview) -> None:
    if review.closed_at is not None:
        raise Conflict(_CLOSED)
