"""Concerns about cost and access, and the ways that a prescriber names."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.cost_requests import (
    CostRequestAnswer,
    CostRequestDraft,
    CostRequestOut,
    CostRequestPage,
    CostRequestQuery,
)
from careteam.api.schemas.directed import AnswerOut
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.services.cost_requests import cost_requests

blp = blueprint("cost_requests", "What keeps the patient from getting a medication, and the way that is found.")
REQUESTS = "/patients/<uuid:patient_id>/cost-requests"
REQUEST = REQUESTS + "/<uuid:cost_request_id>"


@blp.route(REQUESTS)
@blp.arguments(CostRequestQuery, location="query")
@blp.response(200, CostRequestPage)
def list_cost_requests(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the requests that you may read, newest first."""
    return page(*cost_requests.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(REQUESTS, methods=["POST"])
@blp.arguments(CostRequestDraft)
@blp.response(201, CostRequestOut)
def ask_about_cost(body: dict[str, Any], patient_id: UUID) -> Response:
    """Say what keeps you from getting a medication, and ask for a way."""
    return _made(cost_requests.ask(session(), actor(), patient_id, **body, at=now()), f"{patient_id}/cost-requests")


@blp.route(REQUEST)
@blp.response(200, CostRequestOut)
def read_cost_request(patient_id: UUID, cost_request_id: UUID) -> Response:
    """Read one request, with the answers that you may read."""
    return _request(cost_requests.read(session(), actor(), patient_id, cost_request_id, at=now()))


@blp.route(REQUEST + "/answers", methods=["POST"])
@blp.arguments(CostRequestAnswer)
@blp.response(201, AnswerOut)
def answer_cost_request(body: dict[str, Any], patient_id: UUID, cost_request_id: UUID) -> Response:
    """Answer a request, as a prescriber; the patient is told."""
    made = cost_requests.answer(session(), actor(), patient_id, cost_request_id, **body, at=now())
    return _made(made, f"{patient_id}/answers")


@blp.route(REQUEST + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, CostRequestOut)
@versioned
def enter_cost_request_in_error(
    body: dict[str, Any], patient_id: UUID, cost_request_id: UUID, version: int
) -> Response:
    """Mark your request as entered in error; it stays readable, marked."""
    ids = (patient_id, cost_request_id)
    return _request(cost_requests.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


def _request(shown: dict[str, Any]) -> Response:
    return answer(shown, version=shown["version"])


def _made(made: dict[str, Any], where: str) -> Response:
    return answer(made, 201, version=made["version"], location=f"/api/v1/patients/{where}/{made['id']}")
