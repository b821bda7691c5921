"""The plan of both sides, and what every party says to it."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.notes import Reason
from careteam.api.schemas.plan import (
    Acknowledging,
    PlanAcknowledgementOut,
    PlanAcknowledgementPage,
    PlanItemClosing,
    PlanItemDraft,
    PlanItemEdit,
    PlanItemOut,
    PlanPage,
    PlanQuery,
)
from careteam.context import actor, now, session
from careteam.services.planning import acknowledgements, acknowledging, plan_items, plan_writing

blp = blueprint("plan", "The treatment plan of both sides: items, their versions, and who agrees to them.")
ITEMS = "/patients/<uuid:patient_id>/plan-items"
ITEM = ITEMS + "/<uuid:plan_item_id>"
SAID = "/patients/<uuid:patient_id>/plan-acknowledgements"
WORD = SAID + "/<uuid:acknowledgement_id>"


@blp.route("/patients/<uuid:patient_id>/plan")
@blp.arguments(PlanQuery, location="query")
@blp.response(200, PlanPage)
def read_plan(query: dict[str, Any], patient_id: UUID) -> Response:
    """Read the plan as far as you may: its items, newest first, and how it stands for you."""
    items, cursor, members = plan_items.page_of(session(), actor(), patient_id, **query, at=now())
    return page(items, cursor, **members)


@blp.route(ITEMS, methods=["POST"])
@blp.arguments(PlanItemDraft)
@blp.response(201, PlanItemOut)
def write_plan_item(body: dict[str, Any], patient_id: UUID) -> Response:
    """Add an item to the plan; you hold it, and agree to it by writing it."""
    made = plan_writing.write(session(), actor(), patient_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/plan-items/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(ITEM)
@blp.response(200, PlanItemOut)
def read_plan_item(patient_id: UUID, plan_item_id: UUID) -> Response:
    """Read one item, whole."""
    return _item(plan_items.read(session(), actor(), patient_id, plan_item_id, at=now()))


@blp.route(ITEM, methods=["PATCH"])
@blp.arguments(PlanItemEdit)
@blp.response(200, PlanItemOut)
@versioned
def change_plan_item(body: dict[str, Any], patient_id: UUID, plan_item_id: UUID, version: int) -> Response:
    """Write a new version of your item, to be agreed to anew; one that was closed is active again."""
    ids = (patient_id, plan_item_id)
    return _item(plan_writing.edit(session(), actor(), *ids, version=version, at=now(), **body))


@blp.route(ITEM + "/closing", methods=["POST"])
@blp.arguments(PlanItemClosing)
@blp.response(200, PlanItemOut)
@versioned
def close_plan_item(body: dict[str, Any], patient_id: UUID, plan_item_id: UUID, version: int) -> Response:
    """Say that your item is achieved, or ends."""
    ids = (patient_id, plan_item_id)
    return _item(plan_writing.close(session(), actor(), *ids, **body, version=version, at=now()))


@blp.route(ITEM + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, PlanItemOut)
@versioned
def enter_plan_item_in_error(body: dict[str, Any], patient_id: UUID, plan_item_id: UUID, version: int) -> Response:
    """Mark your item as entered in error; it stays readable, marked."""
    ids = (patient_id, plan_item_id)
    return _item(plan_writing.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


@blp.route(ITEM + "/acknowledgements", methods=["POST"])
@blp.arguments(Acknowledging)
@blp.response(201, PlanAcknowledgementOut)
def acknowledge_plan_item(body: dict[str, Any], patient_id: UUID, plan_item_id: UUID) -> Response:
    """Agree to the current version, differ, or ask to discuss it. Said again, it replaces what you said to it."""
    made = acknowledging.acknowledge(session(), actor(), patient_id, plan_item_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/plan-acknowledgements/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(SAID)
@blp.arguments(PageQuery, location="query")
@blp.response(200, PlanAcknowledgementPage)
def list_plan_acknowledgements(query: dict[str, Any], patient_id: UUID) -> Response:
    """List what the parties say to the plan, as far as you may read it, newest first."""
    return page(*acknowledgements.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(WORD)
@blp.response(200, PlanAcknowledgementOut)
def read_plan_acknowledgement(patient_id: UUID, acknowledgement_id: UUID) -> Response:
    """Read what one party says to one version."""
    return _item(acknowledgements.read(session(), actor(), patient_id, acknowledgement_id, at=now()))


@blp.route(WORD + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, PlanAcknowledgementOut)
@versioned
def enter_plan_acknowledgement_in_error(
    body: dict[str, Any], patient_id: UUID, acknowledgement_id: UUID, version: int
) -> Response:
    """Mark what you said as entered in error; it counts for nothing, and stays readable, marked."""
    ids = (patient_id, acknowledgement_id)
    return _item(acknowledgements.enter_in_error(session(), actor(), *ids, **body, version=version, at=now()))


def _item(item: dict[str, Any]) -> Response:
    return answer(item, version=item["version"])
