"""The shared record: the one call that a clinician makes."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint
from careteam.api.schemas.news import LookQuery
from careteam.api.schemas.shared_record import SharedRecord
from careteam.context import actor, now, session
from careteam.services.record import shared_record

blp = blueprint("shared_record", "Team, sharing, notes, medications, allergies and conditions of one patient, at once.")


@blp.route("/patients/<uuid:patient_id>/shared-record")
@blp.arguments(LookQuery, location="query")
@blp.response(200, SharedRecord)
def read_shared_record(query: dict[str, Any], patient_id: UUID) -> Response:
    """Read what you may see of one patient, with what is new since you last looked."""
    return answer(shared_record.read(session(), actor(), patient_id, **query, at=now()))
