"""Every refusal that follows from the form of an operation is given by every operation that documents it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError

from careteam.api.examples import all_of_them
from careteam.app import create_app
from careteam.extensions import db
from careteam.models import ApiToken, User
from tests.api.examples.played import ASKS
from tests.api.examples.stage import Stage, rules, send
from tests.conftest import settings_for
from tests.identity.browser import Browser
from tests.world import Client, World

ABSENT = UUID("01900000-0000-7000-8000-000000000000")
EXAMPLES = all_of_them()


@lru_cache(maxsize=4)
def documented(app: Flask) -> dict[str, tuple[str, dict[str, Any]]]:
    """Each operation's method, and what the document says of it."""
    document: Any = app.test_client().get("/api/v1/openapi.json").json
    found = {}
    for operation, (method, rule, _) in rules(app).items():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)
        found[operation] = (method, document["paths"][path][method.lower()])
    return found


def named(app: Flask, operation: str) -> set[str]:
    """The parameters of an operation."""
    return {p["name"] for p in documented(app)[operation][1]["parameters"]}


def giving(app: Flask, status: int) -> list[str]:
    """The operations that document this refusal."""
    return [name for name, (_, told) in documented(app).items() if str(status) in told["responses"]]


def asked(world: World, operation: str, client: Any, **options: Any) -> Any:
    """Ask for something that is not there, with a request that is right in form unless `options` say otherwise."""
    method, rule, _ = rules(world.app)[operation]
    example = EXAMPLES[operation]
    address = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: {"label": "hiv", "sha256": "0" * 64}.get(m[1], str(ABSENT)), rule)
    sent = {"headers": {"If-Match": '"1"'}, "query_string": example.get("query", {}), **options}
    if "request" in example and not {"data", "json"} & options.keys():
        sent["json"] = example["request"]
    if isinstance(client, Browser):
        return client(method, address.removeprefix("/api/v1/"), **sent)
    return client(method, address, **sent)


def expected(world: World, status: int, client: Any, **options: Any) -> None:
    """Every operation that documents this refusal gives it."""
    operations = giving(world.app, status)
    assert operations
    answers = {name: asked(world, name, client, **options) for name in operations}
    assert {name: (a.status_code, a.text[:200]) for name, a in answers.items() if a.status_code != status} == {}
    assert all(a.mimetype == "application/problem+json" for a in answers.values())


def test_401_without_a_good_token(world: World) -> None:
    expected(world, 401, Client(world.app, "ct_unknown"))


def test_403_to_a_token_for_reading(world: World) -> None:
    patient = world.patient()
    world.session.execute(update(ApiToken).values(writes=False))
    world.session.commit()
    unsafe = [name for name, (method, _) in documented(world.app).items() if method != "GET"]
    answers = {name: asked(world, name, world.client(patient)).status_code for name in unsafe}
    assert {name: status for name, status in answers.items() if status != 403} == {}
    assert set(unsafe) <= set(giving(world.app, 403))


def test_403_to_somebody_who_has_to_do_something_else_first(world: World) -> None:
    patient = world.patient()
    world.session.execute(update(User).values(new_password_required_at=world.now))
    world.session.commit()
    reading = [name for name in giving(world.app, 403) if documented(world.app)[name][0] == "GET"]
    waiting = {name: asked(world, name, world.client(patient)).status_code for name in reading}
    assert {name: status for name, status in waiting.items() if status != 403} == {}
    assert len(reading) > 30


def test_400_to_what_is_no_json(world: World) -> None:
    told = set(giving(world.app, 400)) - {"import_bundle", "import_consent"}
    client = world.client(world.patient())
    answers = {n: asked(world, n, client, data=b"{", content_type="application/json").status_code for n in told}
    assert {name: status for name, status in answers.items() if status != 400} == {}


def test_415_to_another_kind_of_body(world: World) -> None:
    expected(world, 415, world.client(world.patient()), data=b"a=1", content_type="text/plain")


def test_413_to_a_body_that_is_too_large(world: World, database_url: str, tmp_path: Path) -> None:
    patient = world.patient()
    small = create_app(settings_for(database_url, tmp_path, max_body_bytes=10, max_import_bytes=10))
    big = {"data": b'"' + b"x" * 20 + b'"', "content_type": "application/json"}
    answers = {}
    for name in giving(small, 413):
        key = {"Idempotency-Key": "k"} if "Idempotency-Key" in named(world.app, name) else {}
        headers = {"If-Match": '"1"', **key}
        answers[name] = asked(world, name, Client(small, patient.token), **big, headers=headers)
    with small.app_context():
        db.engine.dispose()
    assert {name: a.text for name, a in answers.items() if a.status_code != 413} == {}


def test_422_to_an_unknown_field_or_parameter_or_key(world: World) -> None:
    client = world.client(world.patient())
    wrong = {}
    for name in giving(world.app, 422):
        method, told = documented(world.app)[name]
        options: dict[str, Any] = {"query_string": {**EXAMPLES[name].get("query", {}), "unknown": "1"}}
        if not any(p["in"] in {"query", "header"} for p in told["parameters"]) and "requestBody" not in told:
            continue  # it is refused for what the thing itself lacks
        if not any(p["in"] == "query" for p in told["parameters"]):
            options = {"json": {"unknown": 1}} if "requestBody" in told else {"headers": {"Idempotency-Key": "a b"}}
        answer = asked(world, name, client, **options)
        if answer.status_code != 422:
            wrong[f"{method} {name}"] = (answer.status_code, answer.text[:200])
    assert wrong == {}


def test_428_without_a_version(world: World) -> None:
    expected(world, 428, world.client(world.patient()), headers={})


VERSIONED = sorted(name for name, example in EXAMPLES.items() if "version" in example)


@pytest.mark.parametrize("operation", VERSIONED)
def test_412_to_another_version_and_nothing_is_changed(world: World, operation: str) -> None:
    stage = Stage(world)
    ask = ASKS[operation](stage)
    assert operation in giving(world.app, 428)
    ask.version = 99
    answer = send(stage, operation, ask)
    assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (412, "stale")


def test_404_to_what_is_not_there(world: World) -> None:
    stage = Stage(world)
    wrong = {}
    for name in giving(world.app, 404):
        if "{" not in str(rules(world.app)[name][1]).replace("<", "{"):
            continue
        answers = [asked(world, name, client) for client in (world.client(stage.tess), stage.browser(stage.tess))]
        if 404 not in {answer.status_code for answer in answers}:
            wrong[name] = [answer.text[:150] for answer in answers]
    assert wrong == {}


def test_429_to_one_request_too_many(world: World, database_url: str, tmp_path: Path) -> None:
    one = create_app(settings_for(database_url, tmp_path, rate_limits="on", anonymous_requests_per_minute=1))
    nobody = Client(one, None)
    nobody.get("me")
    answers = {name: asked(world, name, nobody) for name in giving(one, 429)}
    with one.app_context():
        db.engine.dispose()
    assert {name: a.status_code for name, a in answers.items() if a.status_code != 429} == {}
    assert all(int(a.headers["Retry-After"]) > 0 for a in answers.values())


@pytest.fixture
def broken_database(world: World) -> Iterator[None]:
    """From here on no statement reaches the database."""

    def fail(*_: Any) -> None:
        raise OperationalError("SELECT", {}, psycopg.OperationalError("gone"))

    world.session.rollback()
    event.listen(db.engine, "before_cursor_execute", fail)
    yield
    event.remove(db.engine, "before_cursor_execute", fail)


def test_503_when_the_database_is_gone(world: World, broken_database: None) -> None:
    expected(world, 503, Client(world.app, "ct_anything"))
