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
    answers,
    auth,
    cases,
    check_ins,
    conditions,
    consents,
    cost_requests,
    decisions,
    directed,
    emergency_access,
    emergency_reviews,
    fhir_consents,
    health,
    imports,
    intakes,
    invitations,
    labels,
    me,
    measures,
    medication_pairs,
    medication_reminders,
    medications,
    messages,
    notes,
    notices,
    openapi,
    password_resets,
    patients,
    plan,
    plan_reviews,
    practice_cases,
    practice_logs,
    practices,
    previews,
    problems,
    questions,
    rate_limits,
    referrals,
    refill_requests,
    representations,
    restrictions,
    revocations,
    second_factor,
    session,
    sessions,
    shared_record,
    sharing,
    side_effects,
    signals,
    special_notes,
    supplies,
    team,
    timeline,
    tokens,
)
from careteam.api.door import answer
from careteam.api.schemas.problem import ProblemSchema

BLUEPRINTS = (
    access_log.blp,
    accounting.blp,
    addresses.blp,
    allergies.blp,
    answers.blp,
    cases.blp,
    check_ins.blp,
    conditions.blp,
    consents.blp,
    cost_requests.blp,
    decisions.blp,
    directed.blp,
    emergency_access.blp,
    emergency_reviews.blp,
    fhir_consents.blp,
    health.blp,
    imports.blp,
    intakes.blp,
    invitations.blp,
    labels.blp,
    me.blp,
    measures.blp,
    medication_pairs.blp,
    medication_reminders.blp,
    medications.blp,
    notes.blp,
    notices.blp,
    password_resets.blp,
    patients.blp,
    plan.blp,
    plan_reviews.blp,
    practice_cases.blp,
    practice_logs.blp,
    practices.blp,
    previews.blp,
    messages.blp,
    questions.blp,
    referrals.blp,
    refill_requests.blp,
    representations.blp,
    restrictions.blp,
    revocations.blp,
    second_factor.blp,
    session.blp,
    sessions.blp,
    shared_record.blp,
    sharing.blp,
    side_effects.blp,
    signals.blp,
    special_notes.blp,
    supplies.blp,
    team.blp,
    timeline.blp,
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
