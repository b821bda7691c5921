"""Questions that the patient keeps for the next visit, as somebody may read them.

How one stands is computed for its reader: answered means that the patient noted an answer, or that a clinician gave one
which this reader may read.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Answer, Question
from careteam.policy.questions import Stands, state_of
from careteam.policy.treatment_words import AnswerOutcome, QuestionState
from careteam.services.directing.sending import sent_to
from careteam.services.record import reading
from careteam.services.record.items import heading, item_columns
from careteam.services.record.patient_days import patient_day
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(Question),
    Question.text,
    Question.for_visit_on,
    Question.carried_over,
    Question.answer,
    Question.answered_at,
    Question.withdrawn_at,
    Question.error_reason,
    Question.error_at,
)


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    state: QuestionState | None = None,
    for_visit_on: date | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the questions that the actor may read, newest first, and the next cursor.

    Filters: `state` (as this reader finds it; what is entered in error has none), `for_visit_on`. Raises NotFound, and
    Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    where = [
        *([in_state(record, state)] if state else []),
        *([Question.for_visit_on == for_visit_on] if for_visit_on else []),
    ]
    return reading.page_of(session, record, QUESTIONS, where, limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, question_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one question, with the answers that the actor may read. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), QUESTIONS, question_id)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the questions of these gate rows (`COLUMNS`); to whom each is sent, to the patient's side alone."""
    ids = [row.id for row in rows]
    answered, today = answered_ones(session, record, ids), patient_day(record).today
    sent, tells = sent_to(session, record, ids), record.is_patient or record.representation is not None
    return [
        {
            **heading(record, row),
            "text": unseal(session, Question.text, row.id, row.text),
            "for_visit_on": row.for_visit_on,
            "carried_over": row.carried_over,
            "state": state_of(stands(row, answered), today=today),
            "answer": unseal(session, Question.answer, row.id, row.answer),
            "answered_at": row.answered_at,
            "withdrawn_at": row.withdrawn_at,
            "sent_to": sent.get(row.id, []) if tells else None,
            "entered_in_error_at": row.error_at,
            "entered_in_error_reason": unseal(session, Question.error_reason, row.id, row.error_reason),
        }
        for row in rows
    ]


QUESTIONS = Kind(Question, COLUMNS, "read-question", "read-questions", present, answered=True)


def answered_ones(session: Session, record: Record, ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these have an answer of a clinician's that the reader may read. One statement; none of none."""
    if not ids:
        return frozenset()
    return frozenset(session.scalars(_answered(record, Answer.answers_id.in_(ids))))


def stands(row: Any, answered: Collection[UUID]) -> Stands:
    """Return what decides how a question (a row, or the object) stands."""
    return Stands(
        in_error=row.error_at is not None,
        withdrawn=row.withdrawn_at is not None,
        answered=row.answered_at is not None or row.id in answered,
        carried_over=row.carried_over > 0,
        for_visit_on=row.for_visit_on,
    )


def in_state(record: Record, state: QuestionState) -> ColumnElement[bool]:
    """Say in SQL what `policy.questions.state_of` says; a test compares the two."""
    withdrawn = Question.withdrawn_at.is_not(None)
    given = Question.id.in_(_answered(record))
    answered = or_(Question.answered_at.is_not(None), given)
    past = and_(Question.for_visit_on.is_not(None), Question.for_visit_on < patient_day(record).today)
    carried = or_(Question.carried_over > 0, past)
    waits = and_(not_(withdrawn), not_(answered))
    of = {
        QuestionState.WITHDRAWN: withdrawn,
        QuestionState.ANSWERED: and_(not_(withdrawn), answered),
        QuestionState.CARRIED_OVER: and_(waits, carried),
        QuestionState.OPEN: and_(waits, not_(carried)),
    }
    return and_(Question.error_at.is_(None), of[state])


def _answered(record: Record, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the questions whose answers the reader may read, as far as these still stand."""
    given = record.rows(Answer, Answer.answers_id).where(*which)
    stand = given.where(Answer.outcome == AnswerOutcome.ANSWERED, Answer.error_at.is_(None)).subquery()
    return select(stand.c.answers_id)
