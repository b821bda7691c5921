"""Questions that the patient keeps for the next visit."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.directed import Answering, AnswerOut
from careteam.api.schemas.notes import Reason
from careteam.api.schemas.questions import (
    CarriedOver,
    NotedAnswer,
    QuestionDraft,
    QuestionEdit,
    QuestionMade,
    QuestionOut,
    QuestionPage,
    QuestionQuery,
)
from careteam.context import actor, now, session
from careteam.services.record import question_entries, questions

blp = blueprint("questions", "Questions that the patient keeps for the next visit, each shared or not.")
QUESTIONS = "/patients/<uuid:patient_id>/questions"
QUESTION = QUESTIONS + "/<uuid:question_id>"


@blp.route(QUESTIONS)
@blp.arguments(QuestionQuery, location="query")
@blp.response(200, QuestionPage)
def list_questions(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the questions that you may read, newest first."""
    return page(*questions.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(QUESTIONS, methods=["POST"])
@blp.arguments(QuestionDraft)
@blp.response(201, QuestionMade)
def write_question(body: dict[str, Any], patient_id: UUID) -> Response:
    """Keep a question for the next visit; nobody else reads it unless you send it or a consent shares it."""
    made = question_entries.write(session(), actor(), patient_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/questions/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(QUESTION)
@blp.response(200, QuestionOut)
def read_question(patient_id: UUID, question_id: UUID) -> Response:
    """Read one question, with the answers that you may read."""
    return _question(questions.read(session(), actor(), patient_id, question_id, at=now()))


@blp.route(QUESTION, methods=["PATCH"])
@blp.arguments(QuestionEdit)
@blp.response(200, QuestionOut)
@versioned
def change_question(body: dict[str, Any], patient_id: UUID, question_id: UUID, version: int) -> Response:
    """Change a question that waits, or the day of its visit."""
    ids = (patient_id, question_id)
    return _question(question_entries.change(session(), actor(), *ids, version=version, at=now(), **body))


@blp.route(QUESTION + "/carry-over", methods=["POST"])
@blp.arguments(CarriedOver)
@blp.response(200, QuestionOut)
@versioned
def carry_over_question(body: dict[str, Any], patient_id: UUID, question_id: UUID, version: int) -> Response:
    """Carry a question that nobody answered over to the next visit."""
    ids = (patient_id, question_id)
    return _question(question_entries.carry_over(session(), actor(), *ids, **body, version=version, at=now()))


@blp.route(QUESTION + "/noted-answer", methods=["POST"])
@blp.arguments(NotedAnswer)
@blp.response(200, QuestionOut)
@versioned
def note_question_answered(body: dict[str, Any], patient_id: UUID, question_id: UUID, version: int) -> Response:
    """Note that your question was answered, and what was said."""
    ids = (patient_id, question_id)
    return _question(question_entries.note_answer(session(), actor(), *ids, **body, version=version, at=now()))


@blp.route(QUESTION + "/withdrawal", methods=["POST"])
@blp.response(200, QuestionOut)
def withdraw_question(patient_id: UUID, question_id: UUID) -> Response:
    """Withdraw your question; who reads it still finds it, withdrawn."""
    return _question(question_entries.withdraw(session(), actor(), patient_id, question_id, at=now()))


@blp.route(QUESTION + "/answers", methods=["POST"])
@blp.arguments(Answering)
@blp.response(201, AnswerOut)
def answer_question(body: dict[str, Any], patient_id: UUID, question_id: UUID) -> Response:
    """Answer a question that you read. The answer is yours; the patient is told."""
    made = question_entries.answer(session(), actor(), patient_id, question_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/answers/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(QUESTION + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, QuestionOut)
@versioned
def enter_question_in_error(body: dict[str, Any], patient_id: UUID, question_id: UUID, version: int) -> Response:
    """Mark your question as entered in error; it stays readable, marked."""
    ids = (patient_id, question_id)
    return _question(question_entries.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


def _question(shown: dict[str, Any]) -> Response:
    return answer(shown, version=shown["version"])
