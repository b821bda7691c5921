"""Cases about questioned accesses, as the patient reads and writes them."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page
from careteam.api.schemas.cases import CaseOut, CasePage, CaseQuery, CaseWords
from careteam.context import actor, now, session
from careteam.services.cases import questioning, reading

blp = blueprint("cases", "I question this access: a case with a clock, an answer and an outcome.")
CASES = "/patients/<uuid:patient_id>/cases"
CASE = CASES + "/<uuid:case_id>"


@blp.route("/patients/<uuid:patient_id>/access-log/<uuid:access_event_id>/question", methods=["POST"])
@blp.arguments(CaseWords)
@blp.response(201, CaseOut)
def question_access(body: dict[str, Any], patient_id: UUID, access_event_id: UUID) -> Response:
    """Question an access of your log: a privacy officer of the practice answers. Who looked is not told of it."""
    made = questioning.question(session(), actor(), patient_id, access_event_id, **body, at=now())
    return answer(made, 201, version=made["version"], location=f"/api/v1/patients/{patient_id}/cases/{made['id']}")


@blp.route(CASES)
@blp.arguments(CaseQuery, location="query")
@blp.response(200, CasePage)
def list_cases(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the accesses that you questioned, newest first."""
    return page(*reading.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(CASE)
@blp.response(200, CaseOut)
def read_case(patient_id: UUID, case_id: UUID) -> Response:
    """Read one of your cases."""
    return _case(reading.read(session(), actor(), patient_id, case_id, at=now()))


@blp.route(CASE + "/messages", methods=["POST"])
@blp.arguments(CaseWords)
@blp.response(200, CaseOut)
def write_in_case(body: dict[str, Any], patient_id: UUID, case_id: UUID) -> Response:
    """Write to the privacy officers about an access that you questioned."""
    return _case(questioning.write(session(), actor(), patient_id, case_id, **body, at=now()))


@blp.route(CASE + "/withdrawal", methods=["POST"])
@blp.response(200, CaseOut)
def withdraw_case(patient_id: UUID, case_id: UUID) -> Response:
    """Take your question back before it is answered."""
    return _case(questioning.withdraw(session(), actor(), patient_id, case_id, at=now()))


def _case(case: dict[str, Any]) -> Response:
    return answer(case, version=case["version"])
