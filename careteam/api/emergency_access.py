"""Emergency access to one patient's record (42 CFR 2.51)."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page
from careteam.api.parts import passwords
from careteam.api.schemas.emergency_access import EmergencyDraft, EmergencyOut, EmergencyPage, EmergencyWords
from careteam.api.schemas.fields import PageQuery
from careteam.context import actor, now, session
from careteam.services.emergency import beginning, explaining, reading

blp = blueprint("emergency_access", "Emergency access: stated, one hour, told to the patient at once, and reviewed.")
EMERGENCIES = "/patients/<uuid:patient_id>/emergency-access"
EMERGENCY = EMERGENCIES + "/<uuid:emergency_id>"


@blp.route(EMERGENCIES, methods=["POST"])
@blp.arguments(EmergencyDraft)
@blp.response(201, EmergencyOut)
def begin_emergency_access(body: dict[str, Any], patient_id: UUID) -> Response:
    """State an emergency and open the classes that you need for 60 minutes. For medical personnel of the care team.

    The patient is told at once, and a privacy officer reviews it. What is shown only because of it carries the header
    `X-CareTeam-Emergency`. What the patient keeps even in an emergency stays absent.
    """
    made = beginning.begin(session(), passwords(), actor(), patient_id, **body, at=now())
    return answer(made, 201)


@blp.route(EMERGENCIES)
@blp.arguments(PageQuery, location="query")
@blp.response(200, EmergencyPage)
def list_emergency_access(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the emergency accesses to your record, with what each disclosed; as a clinician, your own."""
    return page(*reading.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(EMERGENCY)
@blp.response(200, EmergencyOut)
def read_emergency_access(patient_id: UUID, emergency_id: UUID) -> Response:
    """Read the record of one emergency access: who, for which practice, what of whom, when, and why."""
    return answer(reading.read(session(), actor(), patient_id, emergency_id, at=now()))


@blp.route(EMERGENCY + "/ended", methods=["POST"])
@blp.response(200, EmergencyOut)
def end_emergency_access(patient_id: UUID, emergency_id: UUID) -> Response:
    """End your emergency access before its hour is over."""
    return answer(beginning.end(session(), actor(), patient_id, emergency_id, at=now()))


@blp.route(EMERGENCY + "/explanations", methods=["POST"])
@blp.arguments(EmergencyWords)
@blp.response(200, EmergencyOut)
def explain_emergency_access(body: dict[str, Any], patient_id: UUID, emergency_id: UUID) -> Response:
    """Explain your emergency access while its review is open. The patient and the privacy officers read it."""
    return answer(explaining.explain(session(), actor(), patient_id, emergency_id, **body, at=now()))
