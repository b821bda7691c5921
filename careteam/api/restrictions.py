"""Restrictions of one patient: to everybody else these addresses are absent."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page
from careteam.api.schemas.restrictions import RestrictionDraft, RestrictionOut, RestrictionPage, RestrictionQuery
from careteam.context import actor, now, session
from careteam.services.consents import restrictions

blp = blueprint("restrictions", "The patient's standing no: it wins over every consent until the patient lifts it.")
RESTRICTIONS = "/patients/<uuid:patient_id>/restrictions"
RESTRICTION = RESTRICTIONS + "/<uuid:restriction_id>"


@blp.route(RESTRICTIONS)
@blp.arguments(RestrictionQuery, location="query")
@blp.response(200, RestrictionPage)
def list_restrictions(query: dict[str, Any], patient_id: UUID) -> Response:
    """List your restrictions, newest first."""
    return page(*restrictions.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(RESTRICTIONS, methods=["POST"])
@blp.arguments(RestrictionDraft)
@blp.response(201, RestrictionOut)
def restrict(body: dict[str, Any], patient_id: UUID) -> Response:
    """Say no, from now on, against every consent."""
    return answer(restrictions.restrict(session(), actor(), patient_id, **body, at=now()), 201)


@blp.route(RESTRICTION)
@blp.response(200, RestrictionOut)
def read_restriction(patient_id: UUID, restriction_id: UUID) -> Response:
    """Read one restriction."""
    return answer(restrictions.read(session(), actor(), patient_id, restriction_id, at=now()))


@blp.route(RESTRICTION, methods=["DELETE"])
@blp.response(200, RestrictionOut)
def lift_restriction(patient_id: UUID, restriction_id: UUID) -> Response:
    """Lift a restriction: consents in force may open again what it stopped."""
    return answer(restrictions.lift(session(), actor(), patient_id, restriction_id, at=now()))
