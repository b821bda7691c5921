"""Answers by themselves: each is an item of its writer's, and is shown with what it answers."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, versioned
from careteam.api.schemas.directed import AnswerOut
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.services.record import answering

blp = blueprint("answers", "Answers to reports, requests, questions, referrals and plan reviews.")
ANSWER = "/patients/<uuid:patient_id>/answers/<uuid:answer_id>"


@blp.route(ANSWER)
@blp.response(200, AnswerOut)
def read_answer(patient_id: UUID, answer_id: UUID) -> Response:
    """Read one answer. What it answers, and the change that it caused, are named if you may read them."""
    return _answer(answering.read(session(), actor(), patient_id, answer_id, at=now()))


@blp.route(ANSWER + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, AnswerOut)
@versioned
def enter_answer_in_error(body: dict[str, Any], patient_id: UUID, answer_id: UUID, version: int) -> Response:
    """Mark your answer as entered in error; it stays readable, marked, and counts as no answer."""
    ids = (patient_id, answer_id)
    return _answer(answering.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


def _answer(shown: dict[str, Any]) -> Response:
    return answer(shown, version=shown["version"])
