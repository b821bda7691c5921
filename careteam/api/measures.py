"""Scored questionnaires: what they ask, answered ones with their scores, and requests for them."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.measures import (
    MeasureDraft,
    MeasureOut,
    MeasurePage,
    MeasureQuery,
    MeasureRequestDraft,
    MeasureRequestOut,
    MeasureRequestPage,
    MeasureRequestQuery,
    QuestionnaireList,
    QuestionnaireOut,
)
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.services.measures import asking, descriptions, measures, recording, requests

blp = blueprint("measures", "PHQ-9, GAD-7 and other scored questionnaires: answered, asked for, or imported.")
MEASURES = "/patients/<uuid:patient_id>/measures"
MEASURE = MEASURES + "/<uuid:measure_id>"
REQUESTS = "/patients/<uuid:patient_id>/measure-requests"
REQUEST = REQUESTS + "/<uuid:measure_request_id>"


@blp.route("/questionnaires")
@blp.response(200, QuestionnaireList)
def list_questionnaires() -> Response:
    """List the questionnaires."""
    return answer({"items": descriptions.all_of_them()})


@blp.route("/questionnaires/<string:questionnaire_id>")
@blp.response(200, QuestionnaireOut)
def read_questionnaire(questionnaire_id: str) -> Response:
    """Read a questionnaire: its questions, how it is scored, and where that comes from."""
    return answer(descriptions.one(questionnaire_id))


@blp.route(MEASURES)
@blp.arguments(MeasureQuery, location="query")
@blp.response(200, MeasurePage)
def list_measures(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the answered questionnaires that you may read, newest first."""
    return page(*measures.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(MEASURES, methods=["POST"])
@blp.arguments(MeasureDraft)
@blp.response(201, MeasureOut)
def record_measure(body: dict[str, Any], patient_id: UUID) -> Response:
    """Answer a questionnaire; as the patient, say to whom it goes. What to do in danger is said first."""
    made = recording.record_measure(session(), actor(), patient_id, **body, at=now())
    return answer(made, 201, version=made["version"], location=f"/api/v1/patients/{patient_id}/measures/{made['id']}")


@blp.route(MEASURE)
@blp.response(200, MeasureOut)
def read_measure(patient_id: UUID, measure_id: UUID) -> Response:
    """Read one answered questionnaire, whole."""
    found = measures.read(session(), actor(), patient_id, measure_id, at=now())
    return answer(found, version=found["version"])


@blp.route(MEASURE + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, MeasureOut)
@versioned
def enter_measure_in_error(body: dict[str, Any], patient_id: UUID, measure_id: UUID, version: int) -> Response:
    """Mark your answered questionnaire as entered in error; it stays readable, marked, and counts for nothing."""
    ids = (patient_id, measure_id)
    changed = recording.enter_in_error(session(), actor(), *ids, **body, version=version, at=now())
    return answer(changed, version=changed["version"])


@blp.route(REQUESTS)
@blp.arguments(MeasureRequestQuery, location="query")
@blp.response(200, MeasureRequestPage)
def list_measure_requests(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the requests that you may read, newest first, with what is due."""
    return page(*requests.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(REQUESTS, methods=["POST"])
@blp.arguments(MeasureRequestDraft)
@blp.response(201, MeasureRequestOut)
def request_measure(body: dict[str, Any], patient_id: UUID) -> Response:
    """Ask the patient to answer a questionnaire, once or again and again."""
    made = asking.request_measure(session(), actor(), patient_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/measure-requests/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(REQUEST)
@blp.response(200, MeasureRequestOut)
def read_measure_request(patient_id: UUID, measure_request_id: UUID) -> Response:
    """Read one request: what is asked, when it is due, and to whom the answer would go."""
    found = requests.read(session(), actor(), patient_id, measure_request_id, at=now())
    return answer(found, version=found["version"])


@blp.route(REQUEST + "/end", methods=["POST"])
@blp.response(200, MeasureRequestOut)
def end_measure_request(patient_id: UUID, measure_request_id: UUID) -> Response:
    """End a request: your own, or as the patient any. Needs no version; repeating it changes nothing."""
    ended = asking.end(session(), actor(), patient_id, measure_request_id, at=now())
    return answer(ended, version=ended["version"])


@blp.route(REQUEST + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, MeasureRequestOut)
@versioned
def enter_measure_request_in_error(
    body: dict[str, Any], patient_id: UUID, measure_request_id: UUID, version: int
) -> Response:
    """Mark your request as entered in error; it asks for nothing any more."""
    ids = (patient_id, measure_request_id)
    changed = asking.enter_in_error(session(), actor(), *ids, **body, version=version, at=now())
    return answer(changed, version=changed["version"])
