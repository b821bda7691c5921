"""Conditions of one patient."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.conditions import ConditionDraft, ConditionEdit, ConditionOut, ConditionPage, ConditionQuery
from careteam.api.schemas.notes import Reason
from careteam.context import actor, now, session
from careteam.services.record import conditions

blp = blueprint("conditions", "Diagnoses and problems: each changed by whoever recorded it, with what it said before.")
CONDITIONS = "/patients/<uuid:patient_id>/conditions"
CONDITION = CONDITIONS + "/<uuid:condition_id>"


@blp.route(CONDITIONS)
@blp.arguments(ConditionQuery, location="query")
@blp.response(200, ConditionPage)
def list_conditions(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the entries that you may read, newest first."""
    return page(*conditions.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(CONDITIONS, methods=["POST"])
@blp.arguments(ConditionDraft)
@blp.response(201, ConditionOut)
def record_condition(body: dict[str, Any], patient_id: UUID) -> Response:
    """Record a diagnosis or problem."""
    made = conditions.record_condition(session(), actor(), patient_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/conditions/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(CONDITION)
@blp.response(200, ConditionOut)
def read_condition(patient_id: UUID, condition_id: UUID) -> Response:
    """Read one entry, whole."""
    return _entry(conditions.read(session(), actor(), patient_id, condition_id, at=now()))


@blp.route(CONDITION, methods=["PATCH"])
@blp.arguments(ConditionEdit)
@blp.response(200, ConditionOut)
@versioned
def change_condition(body: dict[str, Any], patient_id: UUID, condition_id: UUID, version: int) -> Response:
    """Change your entry; what it said before stays with it."""
    return _entry(conditions.change(session(), actor(), patient_id, condition_id, version=version, at=now(), **body))


@blp.route(CONDITION + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, ConditionOut)
@versioned
def enter_condition_in_error(body: dict[str, Any], patient_id: UUID, condition_id: UUID, version: int) -> Response:
    """Mark your entry as entered in error; it stays readable, marked."""
    ids = (patient_id, condition_id)
    return _entry(conditions.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


def _entry(entry: dict[str, Any]) -> Response:
    return answer(entry, version=entry["version"])
