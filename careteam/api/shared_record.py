"""The shared record: the one call that a clinician makes."""

from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint
from careteam.api.schemas.shared_record import SharedRecord
from careteam.context import actor, now, session
from careteam.services.record import shared_record

blp = blueprint("shared_record", "Team, sharing, notes and medications of one patient in one answer.")


@blp.route("/patients/<uuid:patient_id>/shared-record")
@blp.response(200, SharedRecord)
def read_shared_record(patient_id: UUID) -> Response:
    """Read what you may see of one patient."""
    return answer(shared_record.read(session(), actor(), patient_id, at=now()))
