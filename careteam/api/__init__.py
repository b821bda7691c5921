"""The REST door (JSON): one module per feature."""

from typing import Any

from flask import Flask, Response
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from careteam.api import (
    access_log,
    accounting,
    addresses,
    allergies,
    auth,
    cases,
    conditions,
    consents,
    decisions,
    emergency_access,
    emergency_reviews,
    fhir_consents,
    health,
    imports,
    invitations,
    labels,
    me,
    medication_pairs,
    medications,
    notes,
    notices,
    openapi,
    password_resets,
    patients,
    practice_cases,
    practice_logs,
    practices,
    previews,
    problems,
    rate_limits,
    representations,
    restrictions,
    revocations,
    second_factor,
    session,
    sessions,
    shared_record,
    sharing,
    special_notes,
    team,
    tokens,
)
from careteam.api.door import answer
from careteam.api.schemas.problem import ProblemSchema

BLUEPRINTS = (
    access_log.blp,
    accounting.blp,
    addresses.blp,
    allergies.blp,
    cases.blp,
    conditions.blp,
    consents.blp,
    decisions.blp,
    emergency_access.blp,
    emergency_reviews.blp,
    fhir_consents.blp,
    health.blp,
    imports.blp,
    invitations.blp,
    labels.blp,
    me.blp,
    medication_pairs.blp,
    medications.blp,
    notes.blp,
    notices.blp,
    password_resets.blp,
    patients.blp,
    practice_cases.blp,
    practice_logs.blp,
    practices.blp,
    previews.blp,
    representations.blp,
    restrictions.blp,
    revocations.blp,
    second_factor.blp,
    session.blp,
    sessions.blp,
    shared_record.blp,
    sharing.blp,
    special_notes.blp,
    team.blp,
    tokens.blp,
)

OPENAPI: dict[str, Any] = {
    "API_TITLE": "careteam",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "A patient, a therapist and a prescriber; shared notes and medication lists, by consent."
        },
        "components": {
            "schemas": {"FhirBundle": {"type": "object", "description": "A FHIR R4 Bundle, whole."}},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A personal access token, `ct_...`."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "careteam",
                    "description": "A signed-in browser (the cookie is called `__Host-careteam` where it is secure).",
                },
                "csrf": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-CSRFToken",
                    "description": "With every change from a signed-in browser; from `GET /api/v1/session`.",
                },
            },
        },
    },
}


class RestApi(Api):  # type: ignore[misc]
    """flask-smorest with our own problem documents instead of its error format."""

    ERROR_SCHEMA = ProblemSchema
    document: dict[str, Any] | None = None

    def handle_http_exception(self, error: HTTPException) -> Any:
        """Render the error as every other one."""
        return problems.http(error)

    def _openapi_json(self) -> Response:
        """Send the document; it is the same for everybody, and made once."""
        if self.document is None:
            self.document = openapi.complete(self.spec.to_dict(), self._app)
        return answer(self.document)


def register(app: Flask) -> None:
    """Open the door."""
    app.config.from_mapping(OPENAPI)
    problems.register(app)
    auth.register(app)
    rate_limits.register(app)
    rest = RestApi(app)
    for blueprint in BLUEPRINTS:
        rest.register_blueprint(blueprint)
