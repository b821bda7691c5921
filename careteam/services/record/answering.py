"""Answers given: to a report, a request, a question, a referral or a plan review. Each is an item of its writer's."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted
from careteam.models import Answer
from careteam.models.types import new_id
from careteam.policy.answering import ANSWERS
from careteam.policy.treatment_words import AnswerOutcome, VisitMode
from careteam.policy.vocabulary import NoticeKind
from careteam.services.log import access_log
from careteam.services.notices.telling import tell
from careteam.services.record import answers, reading
from careteam.services.record.entries import take_back
from careteam.services.record.patient_days import PLANNED_AHEAD, patient_day
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record, open_to_write
from careteam.vault import seal

ANSWER = Kind(Answer, answers.COLUMNS, "read-answer", "read-answers", answers.present)


def answer(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    kind: Kind,
    item_id: UUID,
    act: str,
    *,
    outcome: AnswerOutcome,
    text: str | None = None,
    follow_up_on: date | None = None,
    mode: VisitMode | None = None,
    event_id: UUID | None = None,
    at: datetime,
) -> tuple[Record, dict[str, Any]]:
    """Answer one item that the actor reads, and tell the patient. Return the record and the answer.

    The answer has the class and labels of what it answers: it says no less. `event_id` is checked by the caller.
    Raises NotFound, NotPermitted in another role, Conflict on what is entered in error or when the patient has died,
    Invalid on an outcome that does not fit or a day that is not ahead.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    asked = reading.to_change(session, record, kind, item_id)
    _check(record, asked, outcome)
    made = Answer(
        id=new_id(),
        patient_id=patient_id,
        item_class=asked.item_class,
        author_id=actor.user_id,
        holder_id=actor.user_id,
        date=patient_day(record).today,
        created_at=at,
        updated_at=at,
        labels=asked.labels,
        part2=asked.part2,
        answers_id=asked.id,
        outcome=outcome,
        follow_up_on=_ahead(record, follow_up_on),
        mode=mode,
        event_id=event_id,
    )
    made.text = seal(session, Answer.text, made.id, text)
    session.add(made)
    tell(session, [record.team.patient_user_id], NoticeKind.ANSWERED, patient_id=patient_id, target=made.id, at=at)
    session.flush()
    rows = session.execute(record.rows(Answer, *answers.COLUMNS).where(Answer.id == made.id)).all()
    access_log.changed(session, record.actor, patient_id, act, target=item_id, items=record.seen(rows), at=at)
    return record, answers.present(session, record, rows)[0]


def _check(record: Record, asked: Any, outcome: AnswerOutcome) -> None:
    """Raise NotPermitted, Conflict or Invalid unless somebody in this role may answer this so, now."""
    if patient_day(record).died:
        raise Conflict("The patient has died: nothing new is recorded.")
    fits = ANSWERS[asked.record_type]
    if not record.roles & fits.roles:
        raise NotPermitted(f"This is answered by a {' or '.join(sorted(fits.roles))} of the care team.")
    if asked.error_at is not None:
        raise Conflict("This is marked as entered in error: it needs no answer.")
    if outcome not in fits.outcomes:
        choose = f"Choose one of: {', '.join(sorted(fits.outcomes))}."
        raise Invalid("This is no answer to that.", {"outcome": [choose]})


def _ahead(record: Record, day: date | None) -> date | None:
    if day is None:
        return None
    today = patient_day(record).today
    if not today <= day <= today + PLANNED_AHEAD:
        raise Invalid("A follow-up is ahead.", {"follow_up_on": [f"Choose {today} or a later day, within a year."]})
    return day


def read(session: Session, actor: Actor, patient_id: UUID, answer_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one answer by itself. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), ANSWER, answer_id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, answer_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own answer as entered in error; also after leaving the team. It stays readable, marked."""
    ids = (patient_id, ANSWER, answer_id, "answer-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)
