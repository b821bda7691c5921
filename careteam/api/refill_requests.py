"""Requests for more of a medication, and the answers to them."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.directed import AnswerOut
from careteam.api.schemas.notes import Reason
from careteam.api.schemas.refill_requests import (
    RefillAnswer,
    RefillDraft,
    RefillMade,
    RefillOut,
    RefillPage,
    RefillQuery,
)
from careteam.context import actor, now, session
from careteam.services.management import refill_requests

blp = blueprint("refill_requests", "The patient asks for more of a medication; a prescriber answers.")
REQUESTS = "/patients/<uuid:patient_id>/refill-requests"
REQUEST = REQUESTS + "/<uuid:request_id>"


@blp.route(REQUESTS)
@blp.arguments(RefillQuery, location="query")
@blp.response(200, RefillPage)
def list_refill_requests(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the requests that you may read, newest first, with the answers that you may read."""
    return page(*refill_requests.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(REQUESTS, methods=["POST"])
@blp.arguments(RefillDraft)
@blp.response(201, RefillMade)
def ask_for_refill(body: dict[str, Any], patient_id: UUID) -> Response:
    """Ask for more of what is prescribed to you, and send it to whom you choose.

    The answer is due within three working days; with one day's supply left or less, the same day where you live.
    """
    made = refill_requests.ask(session(), actor(), patient_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/refill-requests/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(REQUEST)
@blp.response(200, RefillOut)
def read_refill_request(patient_id: UUID, request_id: UUID) -> Response:
    """Read one request, with the answers that you may read."""
    found = refill_requests.read(session(), actor(), patient_id, request_id, at=now())
    return answer(found, version=found["version"])


@blp.route(REQUEST + "/answers", methods=["POST"])
@blp.arguments(RefillAnswer)
@blp.response(201, AnswerOut)
def answer_refill_request(body: dict[str, Any], patient_id: UUID, request_id: UUID) -> Response:
    """Answer a request that you read, as a prescriber: approved, denied, or a visit is needed. The patient is told."""
    made = refill_requests.answer(session(), actor(), patient_id, request_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/answers/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(REQUEST + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, RefillOut)
@versioned
def enter_refill_request_in_error(body: dict[str, Any], patient_id: UUID, request_id: UUID, version: int) -> Response:
    """Take your request back as entered in error; it stays readable, marked, and waits for no answer."""
    ids = (patient_id, request_id)
    shown = refill_requests.enter_in_error(session(), actor(), *ids, **body, version=version, at=now())
    return answer(shown, version=shown["version"])
