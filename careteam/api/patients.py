"""The caseload, and who a patient is."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.patients import Caseload, PatientEdit, PatientOut, PatientQuery
from careteam.context import actor, now, session
from careteam.services.team import patients

blp = blueprint("patients", "Your patients, and for a patient: their own record.")
PATIENT = "/patients/<uuid:patient_id>"


@blp.route("/patients")
@blp.arguments(PatientQuery, location="query")
@blp.response(200, Caseload)
def list_patients(query: dict[str, Any]) -> Response:
    """List your patients by name, with what is shared with you; a patient finds their own record."""
    return page(*patients.page_of(session(), actor(), **query, at=now()))


@blp.route(PATIENT)
@blp.response(200, PatientOut)
def read_patient(patient_id: UUID) -> Response:
    """Read who a patient is."""
    return _patient(patients.read(session(), actor(), patient_id, at=now()))


@blp.route(PATIENT, methods=["PATCH"])
@blp.arguments(PatientEdit)
@blp.response(200, PatientOut)
@versioned
def change_patient(body: dict[str, Any], patient_id: UUID, version: int) -> Response:
    """Change your name, birth date or time zone; as a member of the team, record a death."""
    return _patient(patients.change(session(), actor(), patient_id, **body, version=version, at=now()))


def _patient(patient: dict[str, Any]) -> Response:
    return answer(patient, version=patient["version"])
