"""Consents of other systems, in FHIR R4."""

from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from careteam.api.door import PREFIX, answer, blueprint
from careteam.api.schemas.fhir_consents import ConsentImport, ConsentImportQuery
from careteam.context import actor, now, session
from careteam.services.consents import from_fhir
from careteam.services.consents.from_fhir_parties import parties_of

blp = blueprint("fhir_consents", "FHIR R4 Consents, read where they can be said exactly, and refused where not.")

KINDS = ("application/fhir+json", "application/json")
CONSENT = {
    "type": "object",
    "description": "A FHIR R4 (4.0.1) Consent, by itself; `application/fhir+json` is taken too.",
}
BODY = {"required": True, "content": {"application/json": {"schema": CONSENT}}}


@blp.route("/patients/<uuid:patient_id>/consents/fhir", methods=["POST"])
@blp.doc(requestBody=BODY)
@blp.arguments(ConsentImportQuery, location="query")
@blp.response(201, ConsentImport)
def import_consent(query: dict[str, Any], patient_id: UUID) -> Response:
    """Read a FHIR R4 Consent: drafts (for the patient) or requests (for a member) that the patient has still to sign.

    What it denies becomes restrictions, which only the patient makes. What cannot be said exactly is refused, with its
    place and a reason; then nothing of it is taken.
    """
    if request.mimetype not in KINDS:
        raise UnsupportedMediaType(f"Send the Consent as {KINDS[0]}.")
    parties = parties_of(query.pop("parties"))
    made = from_fhir.import_consent(
        session(), actor(), patient_id, request.get_data(), parties=parties, **query, at=now()
    )
    return answer(made, 201, location=_location(patient_id, made))


def _location(patient_id: UUID, made: dict[str, Any]) -> str:
    """Return where what was made can be read: the one thing, or the list of several."""
    kind = "consents" if made["consents"] else "restrictions"
    ids = made[kind]
    record = f"{PREFIX}/patients/{patient_id}/{kind}"
    return f"{record}/{ids[0]}" if len(ids) == 1 else record
