"""Nobody comes through the REST door without being known, by whichever address of it."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from careteam.api.auth import authenticate
from tests.world import World

PREFIX = "/api/v1/"
ANONYMOUS: Mapping[str, str] = {
    "api-docs.openapi_json": "the description of the API, the same for all",
    "session.sign_in": "how one becomes known",
    "password_resets.reset_password_request": "whoever forgot a password says so; the answer is the same for all",
    "password_resets.reset_password": "whoever has the link sets a new password, with their second factor",
    "invitations.preview_invitation": "whoever has the link may look at what it offers",
    "invitations.accept_invitation": "how one gets an account",
    "invitations.decline_invitation": "whoever has the link may say no",
}
"""The addresses that answer anybody, and why."""

NOBODY: Mapping[str, dict[str, str]] = {
    "no credentials": {},
    "a token that is none": {"Authorization": "Bearer ct_not-a-token"},
    "an empty token": {"Authorization": "Bearer "},
    "a password": {"Authorization": "Basic bWF5YTpzZWNyZXQ="},
    "a cookie that is none": {"Cookie": "careteam=not-a-session"},
    "a name in a header": {"X-User": "maya.ellison@example.org", "X-Forwarded-User": "maya.ellison@example.org"},
}
EXAMPLES: Mapping[str, Any] = {"uuid": UUID(int=7), "string": "word", "int": 1}


def rules(app: Flask) -> list[Rule]:
    """Return every address of the door."""
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX)]


def known_only(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield method and path of everything that answers only somebody who is known."""
    adapter = app.url_map.bind("localhost")
    for rule in rules(app):
        if rule.endpoint not in ANONYMOUS:
            values = {name: EXAMPLES[_kind(rule, name)] for name in rule.arguments}
            path = adapter.build(rule.endpoint, values)
            yield from ((method, path) for method in sorted((rule.methods or set()) - {"OPTIONS"}))


def _kind(rule: Rule, name: str) -> str:
    return type(rule._converters[name]).__name__.removesuffix("Converter").lower().replace("unicode", "string")


def test_the_door_has_addresses(app: Flask) -> None:
    assert len(rules(app)) > 10
    assert {rule.endpoint for rule in rules(app)} >= ANONYMOUS.keys()


def test_every_blueprint_of_the_door_has_the_sign_in_check(app: Flask) -> None:
    blueprints = {rule.endpoint.rpartition(".")[0] for rule in rules(app) if rule.endpoint not in ANONYMOUS}
    unchecked = {name for name in blueprints if authenticate not in app.before_request_funcs.get(name, [])}
    assert unchecked == set()
    assert "" not in blueprints, "a view outside every blueprint"


def test_only_what_is_said_here_answers_anybody(app: Flask) -> None:
    marked = {r.endpoint for r in rules(app) if getattr(app.view_functions[r.endpoint], "anonymous", False)}
    assert marked == ANONYMOUS.keys() - {"api-docs.openapi_json"}


@pytest.mark.parametrize("headers", NOBODY.values(), ids=NOBODY)
def test_everything_else_answers_401_to_nobody(world: World, headers: dict[str, str]) -> None:
    client = world.app.test_client(use_cookies=False)
    answers = {
        (method, path): client.open(path, method=method, headers=headers, json={"name": "x"})
        for method, path in known_only(world.app)
    }
    assert {place: answer.status for place, answer in answers.items() if answer.status_code != 401} == {}
    assert all(answer.headers["WWW-Authenticate"].startswith("Bearer") for answer in answers.values())
    assert len({answer.data for (method, _), answer in answers.items() if method != "HEAD"}) == 1


def test_a_patient_who_exists_is_answered_to_nobody_like_one_who_does_not(world: World) -> None:
    patient, _, _ = world.trio()
    client = world.client(None)
    real, none = client.get(f"{patient.record}/notes"), client.get(f"patients/{UUID(int=7)}/notes")
    assert (real.status_code, real.data) == (none.status_code, none.data) == (401, real.data)
