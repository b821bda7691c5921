"""Who looked: the patient's own access log."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import blueprint, page
from careteam.api.schemas.access_log import AccessPage, AccessQuery
from careteam.context import actor, now, session
from careteam.services.log import access_history

blp = blueprint("access_log", "Who looked, what they saw and why, and who was refused.")


@blp.route("/patients/<uuid:patient_id>/access-log")
@blp.arguments(AccessQuery, location="query")
@blp.response(200, AccessPage)
def list_access(query: dict[str, Any], patient_id: UUID) -> Response:
    """List every look, change and refusal on your record, newest first."""
    return page(*access_history.page_of(session(), actor(), patient_id, **query, at=now()))
