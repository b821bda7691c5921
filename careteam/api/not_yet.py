"""What the specification names and is not built yet: 501 to whoever may know the patient, 404 to others."""

from uuid import UUID

from flask import Response

from careteam.api.door import blueprint
from careteam.context import actor, now, session
from careteam.services import not_yet

blp = blueprint("not_yet", "Not available yet.")


@blp.route("/patients/<uuid:patient_id>/emergency-access", methods=["POST"])
def begin_emergency_access(patient_id: UUID) -> Response:
    """Not available yet: emergency access to one patient's record."""
    not_yet.emergency_access(session(), actor(), patient_id, at=now())


@blp.route("/patients/<uuid:patient_id>/representations", methods=["POST"])
def add_representation(patient_id: UUID) -> Response:
    """Not available yet: acting for a patient within recorded authority."""
    not_yet.representations(session(), actor(), patient_id, at=now())
