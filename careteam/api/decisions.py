"""Why: the decision about one reader and one item or class, step by step."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint
from careteam.api.schemas.decisions import DecisionQuery, Explanations
from careteam.context import actor, now, session
from careteam.services.decisions import decisions

blp = blueprint("decisions", "Why somebody may or may not read something, and what would change it.")


@blp.route("/patients/<uuid:patient_id>/decisions")
@blp.arguments(DecisionQuery, location="query")
@blp.response(200, Explanations)
def explain_decision(query: dict[str, Any], patient_id: UUID) -> Response:
    """Ask why somebody may or may not read an item, or a class of each holder's items, now or at an earlier instant."""
    return answer(decisions.read(session(), actor(), patient_id, **query, at=now()))
