"""The REST door (JSON): one module per feature."""

from typing import Any

from flask import Flask, Response
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from careteam.api import (
    access_log,
    auth,
    consents,
    health,
    imports,
    invitations,
    labels,
    me,
    medications,
    not_yet,
    notes,
    openapi,
    patients,
    practices,
    problems,
    restrictions,
    revocations,
    session,
    shared_record,
    team,
    tokens,
)
from careteam.api.door import answer
from careteam.api.schemas.problem import ProblemSchema

BLUEPRINTS = (
    access_log.blp,
    consents.blp,
    health.blp,
    imports.blp,
    invitations.blp,
    labels.blp,
    me.blp,
    medications.blp,
    not_yet.blp,
    notes.blp,
    patients.blp,
    practices.blp,
    restrictions.blp,
    revocations.blp,
    session.blp,
    shared_record.blp,
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
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A personal access token, `ct_...`."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "careteam",
                    "description": "A signed-in browser; writes also need X-CSRFToken.",
                },
            }
        },
        "security": [{"token": []}, {"session": []}],
    },
}


class RestApi(Api):  # type: ignore[misc]
    """flask-smorest with our own problem documents instead of its error format."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Any:
        """Render the error as every other one."""
        return problems.http(error)

    def _openapi_json(self) -> Response:
        """Send the document; it is the same for everybody."""
        return answer(openapi.complete(self.spec.to_dict(), self._app))


def register(app: Flask) -> None:
    """Open the door."""
    app.config.from_mapping(OPENAPI)
    problems.register(app)
    auth.register(app)
    rest = RestApi(app)
    for blueprint in BLUEPRINTS:
        rest.register_blueprint(blueprint)
