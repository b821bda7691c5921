"""Where a second factor is required, staff get no further than to its enrolment; patients choose."""

from collections.abc import Iterator
from contextvars import Context
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from careteam.app import create_app
from careteam.extensions import db
from careteam.models import AccessEvent, Patient, Staff
from careteam.policy.vocabulary import Role
from config import BadSettings, Settings
from tests.conftest import settings_for
from tests.identity.browser import Browser, signed_in
from tests.identity.factor import START, STEP, at, enrolled, kind, tried
from tests.test_config import GOOD
from tests.world import LONG_AGO, PASSWORD, Client, Person, World

OPEN = {
    ("GET", "/api/v1/me"),
    ("PUT", "/api/v1/me/password"),
    ("GET", "/api/v1/me/second-factor"),
    ("POST", "/api/v1/me/second-factor"),
    ("POST", "/api/v1/me/second-factor/confirmation"),
    ("GET", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
}
SIGNS_IN = {
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/password-resets"),
    ("POST", "/api/v1/password-reset-requests"),
}
NO_DOOR = {"/api/v1/openapi.json"}


@pytest.fixture
def strict(world: World, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application that requires a second factor of staff, as in production."""
    made = create_app(settings_for(database_url, tmp_path, require_second_factor="yes"))
    made.testing = True
    yield made
    with made.app_context():
        db.engine.dispose()


def also_a_patient(world: World, person: Person) -> str:
    """Give somebody a record of their own, and return its address."""
    row = Patient(id=uuid4(), user_id=person.user_id, name=person.name, name_key="x", created_at=LONG_AGO)
    world.add(row)
    return f"patients/{row.id}"


def every_address(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, rule and an address of every route of the REST door."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/") or rule.rule in NO_DOOR:
            continue
        values: dict[str, Any] = {
            name: uuid4() if "UUID" in type(converter).__name__ else "x" for name, converter in rule._converters.items()
        }
        _, address = rule.build(values) or ("", "")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, address


@pytest.mark.parametrize("by", ["token", "session"])
def test_every_other_address_says_that_a_second_factor_is_needed(world: World, strict: Flask, by: str) -> None:
    tess = world.therapist()
    also_a_patient(world, tess)
    ask: Any = Client(strict, tess.token) if by == "token" else signed_in(world, tess, strict)
    wrong, asked = [], 0
    for method, rule, address in every_address(strict):
        if (method, rule) in OPEN | SIGNS_IN:
            continue
        path = address if by == "token" else address.removeprefix("/api/v1/")
        answer = ask(method, path, json={})
        asked += 1
        if answer.status_code != 403 or not answer.json["type"].endswith("/second-factor-required"):
            wrong.append((method, rule, answer.status_code))
    assert wrong == []
    assert asked > 60


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verified", [True, False])
def test_it_is_required_of_every_role(world: World, strict: Flask, role: Role, verified: bool) -> None:
    person = world.staff("Sam Staff", role, verified=verified)
    assert kind(Client(strict, person.token).get("practices")) == "403 second-factor-required"
    answer = Browser(strict).sign_in(person.email)
    assert (answer.status_code, answer.json["unfinished"]) == (201, ["second-factor"])


def test_it_is_required_of_who_makes_practices_and_not_of_patients(world: World, strict: Flask) -> None:
    maker, patient, nobody = world.user("Mo Maker", makes_practices=True), world.patient(), world.user("No Roles")
    assert kind(Client(strict, maker.token).get("practices")) == "403 second-factor-required"
    for person in (patient, nobody):
        assert Client(strict, person.token).get("practices").status_code == 200
        assert Browser(strict).sign_in(person.email).json["unfinished"] == []


def test_not_even_their_own_record_is_open_to_staff_without_it(world: World, strict: Flask) -> None:
    tess = world.therapist()
    record = also_a_patient(world, tess)
    assert world.client(tess).get(record).status_code == 200
    assert kind(Client(strict, tess.token).get(record)) == "403 second-factor-required"


def test_enrolment_opens_everything_and_removal_is_refused(world: World, strict: Flask) -> None:
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess, strict)
        assert browser("GET", "me/second-factor").json == {
            "active": False,
            "required": True,
            "confirmed_at": None,
            "recovery_codes_left": 0,
        }
    phone = enrolled(browser)
    with at(START + STEP):
        assert browser("GET", "practices").status_code == 200
        assert browser("GET", "session").json["unfinished"] == []
        body = {"password": PASSWORD, "code": phone.code(START + STEP)}
        assert kind(browser("POST", "me/second-factor/removal", body)) == "403 not-permitted"
    new = Browser(strict)
    assert kind(tried(new, tess, START + STEP)) == "401 second-factor-required"
    assert tried(new, tess, START + STEP, code=phone.code(START + STEP)).status_code == 201
    with at(START + STEP):
        assert new("GET", "practices").status_code == 200


def test_a_patient_chooses_and_may_remove_it(world: World, strict: Flask) -> None:
    maya = world.patient()
    with at(START):
        browser = signed_in(world, maya, strict)
    phone = enrolled(browser)
    assert kind(tried(Browser(strict), maya, START + STEP)) == "401 second-factor-required"
    with at(START + STEP):
        body = {"password": PASSWORD, "code": phone.code(START + STEP)}
        assert browser("POST", "me/second-factor/removal", body).status_code == 200
    assert tried(Browser(strict), maya, START + STEP).status_code == 201


def test_who_becomes_staff_needs_it_from_the_next_request_on(world: World, strict: Flask) -> None:
    maya, admin = world.patient(), world.staff("Ada Admin", Role.ADMINISTRATOR)
    client = Client(strict, maya.token)
    assert client.get("practices").status_code == 200
    world.add(Staff(user_id=maya.user_id, practice_id=admin.practice_id, role=Role.THERAPIST, created_at=LONG_AGO))
    assert kind(client.get("practices")) == "403 second-factor-required"


def test_a_refusal_says_what_to_do_and_is_logged(world: World, strict: Flask) -> None:
    tess = world.therapist()
    answer = Client(strict, tess.token).get("practices")
    assert "POST /me/second-factor" in answer.json["detail"]
    rows = world.session.execute(select(AccessEvent.actor_id, AccessEvent.outcome)).all()
    assert [tuple(row) for row in rows] == [(tess.user_id, "refused")]


@pytest.mark.parametrize(
    ("environment", "said", "required"),
    [
        ("production", "", True),
        ("production", "yes", True),
        ("production", "no", False),
        ("development", "", False),
        ("development", "yes", True),
        ("testing", "", False),
    ],
)
def test_production_requires_it_unless_told_otherwise(environment: str, said: str, required: bool) -> None:
    environ = {**GOOD, "CARETEAM_ENVIRONMENT": environment, "CARETEAM_REQUIRE_SECOND_FACTOR": said}
    assert Settings.from_environment(environ).second_factor_required is required


def test_the_setting_is_yes_or_no() -> None:
    with pytest.raises(BadSettings, match="CARETEAM_REQUIRE_SECOND_FACTOR is yes or no"):
        Settings.from_environment({**GOOD, "CARETEAM_REQUIRE_SECOND_FACTOR": "maybe"})


def test_what_anybody_may_ask_is_still_answered_without_a_token(strict: Flask) -> None:
    assert Context().run(strict.test_client().get, "/api/v1/openapi.json").status_code == 200
    assert Context().run(strict.test_client().get, "/health/live").status_code == 200
