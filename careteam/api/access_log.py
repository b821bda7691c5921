"""Who looked: the patient's own access log."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import blueprint, file, page
from careteam.api.schemas.access_log import AccessExportQuery, AccessPage, AccessQuery
from careteam.context import actor, now, session
from careteam.services.log import access_history

blp = blueprint("access_log", "Who looked, what they saw and why, and who was refused.")


@blp.route("/patients/<uuid:patient_id>/access-log")
@blp.arguments(AccessQuery, location="query")
@blp.response(200, AccessPage)
def list_access(query: dict[str, Any], patient_id: UUID) -> Response:
    """List every look, change and refusal on your record, newest first."""
    return page(*access_history.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route("/patients/<uuid:patient_id>/access-log.csv")
@blp.arguments(AccessExportQuery, location="query")
@blp.response(200, {"type": "string"}, content_type="text/csv")
def export_access(query: dict[str, Any], patient_id: UUID) -> Response:
    """Save the log as CSV for a spreadsheet: up to 5,000 events, and a `Link` to the next ones where there are more."""
    return file("access-log.csv", "text/csv", *access_history.export(session(), actor(), patient_id, **query, at=now()))
