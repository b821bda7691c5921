"""Signals: what you should see to, of one patient."""

from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint
from careteam.api.schemas.signals import Signals
from careteam.context import actor, now, session
from careteam.services.signals import signals

blp = blueprint("signals", "What needs somebody's attention, computed for you from what you may read.")


@blp.route("/patients/<uuid:patient_id>/signals")
@blp.response(200, Signals)
def read_signals(patient_id: UUID) -> Response:
    """Read what there is to see to, the most urgent first, each with what to do next."""
    return answer(signals.read(session(), actor(), patient_id, at=now()))
