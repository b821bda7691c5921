"""Supplies of prescribed medications: what was dispensed, when it runs out and when the next is due."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.notes import Reason
from careteam.api.schemas.supplies import SupplyDraft, SupplyOut, SupplyPage, SupplyQuery
from careteam.context import actor, now, session
from careteam.services.management import supplies, supply_entries

blp = blueprint("supplies", "What was dispensed of a medication, when it runs out, and how the next is come by.")
SUPPLIES = "/patients/<uuid:patient_id>/supplies"
SUPPLY = SUPPLIES + "/<uuid:supply_id>"


@blp.route(SUPPLIES)
@blp.arguments(SupplyQuery, location="query")
@blp.response(200, SupplyPage)
def list_supplies(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the supplies that you may read, the latest fill first."""
    return page(*supplies.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(SUPPLIES, methods=["POST"])
@blp.arguments(SupplyDraft)
@blp.response(201, SupplyOut)
def record_supply(body: dict[str, Any], patient_id: UUID) -> Response:
    """Record what was dispensed of a prescribed medication, as a prescriber."""
    made = supply_entries.record_supply(session(), actor(), patient_id, **body, at=now())
    where = f"/api/v1/patients/{patient_id}/supplies/{made['id']}"
    return answer(made, 201, version=made["version"], location=where)


@blp.route(SUPPLY)
@blp.response(200, SupplyOut)
def read_supply(patient_id: UUID, supply_id: UUID) -> Response:
    """Read one supply."""
    found = supplies.read(session(), actor(), patient_id, supply_id, at=now())
    return answer(found, version=found["version"])


@blp.route(SUPPLY + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, SupplyOut)
@versioned
def enter_supply_in_error(body: dict[str, Any], patient_id: UUID, supply_id: UUID, version: int) -> Response:
    """Mark your supply as entered in error; it stays readable, marked, and lasts for no day any more."""
    ids = (patient_id, supply_id)
    shown = supply_entries.enter_in_error(session(), actor(), *ids, **body, version=version, at=now())
    return answer(shown, version=shown["version"])
