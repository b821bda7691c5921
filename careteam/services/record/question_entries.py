"""Questions written, changed, carried over, answered and withdrawn by the patient; answered by clinicians."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted
from careteam.models import Question
from careteam.policy.questions import state_of
from careteam.policy.treatment_words import QuestionState
from careteam.policy.vocabulary import ItemClass, Label, Power
from careteam.services.directing import sending
from careteam.services.record import answering, reading
from careteam.services.record.entries import beginning, holds, own, take_back
from careteam.services.record.item_changes import touch
from careteam.services.record.patient_days import PLANNED_AHEAD, patient_day
from careteam.services.record.questions import QUESTIONS, answered_ones, stands
from careteam.services.record.records import Record, open_to_report
from careteam.vault import seal, unseal

NOT_YOURS = "Questions are the patient's, or are kept by who reports for them. Write a note or a message instead."
CLOSED = {
    QuestionState.WITHDRAWN: "This question was withdrawn: write a new one.",
    QuestionState.ANSWERED: "This question is answered: write a new one.",
    None: "This question is marked as entered in error: write a new one.",
}
_WAITS = frozenset({QuestionState.OPEN, QuestionState.CARRIED_OVER})


def write(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    text: str,
    for_visit_on: date | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    send_to: Collection[UUID] = (),
    at: datetime,
) -> dict[str, Any]:
    """Keep a question for the next visit, and send it to these members; the answer says whom it reaches.

    For the patient, and who reports for them. Raises NotFound, NotPermitted, Conflict when the patient has died,
    Invalid on a day that is not ahead, or when somebody named is no current member.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.QUESTION, at=at)
    if not record.speaks(Power.REPORT):
        raise NotPermitted(NOT_YOURS)
    made = Question(**beginning(record, ItemClass.QUESTION, on=None, labels=labels, part2=part2), carried_over=0)
    made.text = seal(session, Question.text, made.id, text)
    made.for_visit_on = _ahead(record, for_visit_on)
    session.add(made)
    session.flush()
    delivery = sending.send(session, record, made, send_to)
    shown = reading.changed(session, record, QUESTIONS, "write-question", made.id)
    return {**shown, "delivery": sending.shown(record, delivery)}


def change(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    question_id: UUID,
    *,
    version: int,
    at: datetime,
    **changes: Any,
) -> dict[str, Any]:
    """Change the words of a question that waits, or the day of its visit; what is left out stays.

    Raises NotFound, NotPermitted, Stale, Conflict when it waits no longer, Invalid when nothing would change.
    """
    record, question = _own(session, actor, patient_id, question_id, at=at)
    _check_waits(session, record, question)
    touch(question, version=version, at=at)
    before = (unseal(session, Question.text, question.id, question.text), question.for_visit_on)
    if "for_visit_on" in changes and changes["for_visit_on"] != question.for_visit_on:
        question.for_visit_on = _ahead(record, changes["for_visit_on"])
    said = changes.get("text", before[0])
    if (said, question.for_visit_on) == before:
        raise Invalid("This says what the question says already.", {"text": ["Change something."]})
    question.text = seal(session, Question.text, question_id, said)
    return reading.changed(session, record, QUESTIONS, "change-question", question_id)


def carry_over(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    question_id: UUID,
    *,
    for_visit_on: date | None = None,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Carry a question that nobody answered over to the next visit, on this day or on one that is not known yet.

    Raises NotFound, NotPermitted, Stale, Conflict when it waits no longer, Invalid on a day that is not ahead.
    """
    record, question = _own(session, actor, patient_id, question_id, at=at)
    _check_waits(session, record, question)
    touch(question, version=version, at=at)
    question.for_visit_on = _ahead(record, for_visit_on)
    question.carried_over += 1
    return reading.changed(session, record, QUESTIONS, "carry-over-question", question_id)


def note_answer(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    question_id: UUID,
    *,
    text: str | None = None,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Note that a question was answered, and what was said; noted again, it says what is noted last.

    Raises NotFound, NotPermitted, Stale, Conflict when it was withdrawn or entered in error.
    """
    record, question = _own(session, actor, patient_id, question_id, at=at)
    state = _state(session, record, question)
    if state not in _WAITS | {QuestionState.ANSWERED}:
        raise Conflict(CLOSED[state])
    touch(question, version=version, at=at)
    question.answer = seal(session, Question.answer, question_id, text)
    question.answered_at = at
    return reading.changed(session, record, QUESTIONS, "note-question-answered", question_id)


def withdraw(session: Session, actor: Actor, patient_id: UUID, question_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Withdraw a question; doing it again answers the same. Who reads it still finds it, withdrawn.

    Raises NotFound, NotPermitted.
    """
    record, question = _own(session, actor, patient_id, question_id, at=at)
    if question.withdrawn_at is not None or question.error_at is not None:
        return reading.read(session, record, QUESTIONS, question_id)
    touch(question, version=question.version, at=at)
    question.withdrawn_at = at
    return reading.changed(session, record, QUESTIONS, "withdraw-question", question_id)


def answer(
    session: Session, actor: Actor, patient_id: UUID, question_id: UUID, *, at: datetime, **said: Any
) -> dict[str, Any]:
    """Answer a question as a clinician who reads it; the answer is an item of one's own, and the patient is told.

    Raises NotFound, NotPermitted, Conflict (withdrawn, or entered in error), Invalid.
    """
    ids = (patient_id, QUESTIONS, question_id, "answer-question")
    record, made = answering.answer(session, actor, *ids, **said, at=at)
    if reading.to_change(session, record, QUESTIONS, question_id).withdrawn_at is not None:
        raise Conflict("This question was withdrawn: it needs no answer.")
    return made


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, question_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own question as entered in error. It stays readable, marked."""
    ids = (patient_id, QUESTIONS, question_id, "question-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def _own(session: Session, actor: Actor, patient_id: UUID, question_id: UUID, *, at: datetime) -> tuple[Record, Any]:
    record, question = own(session, actor, patient_id, QUESTIONS, question_id, at=at)
    if not holds(record, question):
        raise NotPermitted(NOT_YOURS)
    return record, question


def _state(session: Session, record: Record, question: Question) -> QuestionState | None:
    answered = answered_ones(session, record, [question.id])
    return state_of(stands(question, answered), today=patient_day(record).today)


def _check_waits(session: Session, record: Record, question: Question) -> None:
    state = _state(session, record, question)
    if state not in _WAITS:
        raise Conflict(CLOSED[state])


def _ahead(record: Record, day: date | None) -> date | None:
    if day is None:
        return None
    today = patient_day(record).today
    if not today <= day <= today + PLANNED_AHEAD:
        raise Invalid("A visit is ahead.", {"for_visit_on": [f"Choose {today} or a later day, within a year."]})
    return day
