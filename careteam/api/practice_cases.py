"""Cases about questioned accesses, as a practice's privacy officers read and answer them."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.cases import (
    CaseAnswer,
    CaseQuery,
    CaseWords,
    PracticeCaseOut,
    PracticeCasePage,
)
from careteam.context import actor, now, session
from careteam.services.cases import answering

blp = blueprint("practice_cases", "Questioned accesses: answered by a privacy officer whose own access it was not.")
CASES = "/practices/<uuid:practice_id>/cases"
CASE = CASES + "/<uuid:case_id>"


@blp.route(CASES)
@blp.arguments(CaseQuery, location="query")
@blp.response(200, PracticeCasePage)
def list_practice_cases(query: dict[str, Any], practice_id: UUID) -> Response:
    """List the practice's cases, open ones first, by when an answer is due."""
    return page(*answering.page_of(session(), actor(), practice_id, **query, at=now()))


@blp.route(CASE)
@blp.response(200, PracticeCaseOut)
def read_practice_case(practice_id: UUID, case_id: UUID) -> Response:
    """Read one case; the patient sees this look."""
    return _case(answering.read(session(), actor(), practice_id, case_id, at=now()))


@blp.route(CASE + "/messages", methods=["POST"])
@blp.arguments(CaseWords)
@blp.response(200, PracticeCaseOut)
def write_in_practice_case(body: dict[str, Any], practice_id: UUID, case_id: UUID) -> Response:
    """Ask or tell the patient something before you answer."""
    return _case(answering.write(session(), actor(), practice_id, case_id, **body, at=now()))


@blp.route(CASE + "/answer", methods=["POST"])
@blp.arguments(CaseAnswer)
@blp.response(200, PracticeCaseOut)
@versioned
def answer_case(body: dict[str, Any], practice_id: UUID, case_id: UUID, version: int) -> Response:
    """Answer the patient with an outcome; this closes the case."""
    return _case(answering.answer(session(), actor(), practice_id, case_id, **body, version=version, at=now()))


def _case(case: dict[str, Any]) -> Response:
    return answer(case, version=case["version"])
