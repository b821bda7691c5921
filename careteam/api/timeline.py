"""The timeline of one patient."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import blueprint, page
from careteam.api.schemas.timeline import TimelinePage, TimelineQuery
from careteam.context import actor, now, session
from careteam.services.timeline import timeline

blp = blueprint("timeline", "Dose steps, check-ins, side effects, scores and plan changes on one axis.")


@blp.route("/patients/<uuid:patient_id>/timeline")
@blp.arguments(TimelineQuery, location="query")
@blp.response(200, TimelinePage)
def read_timeline(query: dict[str, Any], patient_id: UUID) -> Response:
    """Read what changed and how the patient was, newest first, as far as you may read each."""
    return page(*timeline.page_of(session(), actor(), patient_id, **query, at=now()))
