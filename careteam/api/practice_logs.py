"""What happened in a practice: its administration, and the access that concerns it."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import blueprint, page
from careteam.api.schemas.practice_logs import (
    AdministrationPage,
    AdministrationQuery,
    PracticeAccessPage,
    PracticeAccessQuery,
)
from careteam.context import actor, now, session
from careteam.services.log import administration_log, practice_log

blp = blueprint("practice_logs", "Who did what to the staff of a practice; for privacy officers, who looked at what.")
PRACTICE = "/practices/<uuid:practice_id>"


@blp.route(PRACTICE + "/administration-log")
@blp.arguments(AdministrationQuery, location="query")
@blp.response(200, AdministrationPage)
def list_administration(query: dict[str, Any], practice_id: UUID) -> Response:
    """List who invited, verified, disabled or ended whom, newest first. For administrators and privacy officers."""
    return page(*administration_log.page_of(session(), actor(), practice_id, **query, at=now()))


@blp.route(PRACTICE + "/access-log")
@blp.arguments(PracticeAccessQuery, location="query")
@blp.response(200, PracticeAccessPage)
def list_practice_access(query: dict[str, Any], practice_id: UUID) -> Response:
    """List every look, change and refusal that concerns the practice, newest first. For its privacy officers."""
    return page(*practice_log.page_of(session(), actor(), practice_id, **query, at=now()))
