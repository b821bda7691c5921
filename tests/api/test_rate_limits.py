"""How many requests a person or an address may send; and that no patient ever waits to say no."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from careteam.api.rate_limits import network, of
from careteam.app import create_app
from careteam.extensions import db
from careteam.policy.vocabulary import Role
from config import Settings, problems
from tests.conftest import settings_for
from tests.world import Client, World

MOST = 4
NO = {"against": "anyone", "item_class": "medication"}


@pytest.fixture
def limited(world: World, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application as it runs outside tests, with few requests for each."""
    few = {"requests_per_minute": MOST, "anonymous_requests_per_minute": MOST, "trusted_proxies": 0}
    made = create_app(settings_for(database_url, tmp_path, rate_limits="on", **few))
    made.testing = True
    yield made
    with made.app_context():
        db.engine.dispose()


def test_one_request_too_many_is_refused_with_when_to_come_back(world: World, limited: Flask) -> None:
    asking = Client(limited, world.patient().token)
    answers = [asking.get("me") for _ in range(MOST + 1)]
    assert [a.status_code for a in answers] == [200] * MOST + [429]
    assert [a.headers["RateLimit-Remaining"] for a in answers] == ["3", "2", "1", "0", "0"]
    refused = answers[-1]
    assert refused.headers["RateLimit-Limit"] == str(MOST)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Reset"] == refused.headers["Retry-After"]
    assert refused.json["type"].endswith("/too-many-requests")
    assert "Retry-After" in refused.json["detail"]
    assert "Retry-After" not in answers[0].headers


def test_a_person_is_counted_whatever_token_or_address_they_use_and_not_for_others(
    world: World, limited: Flask
) -> None:
    patient, therapist, _ = world.trio()
    for n in range(MOST):
        place = {"REMOTE_ADDR": f"192.0.2.{n}"}
        assert Client(limited, patient.token).get("me", environ_overrides=place).status_code == 200
    assert Client(limited, patient.token).get("me").status_code == 429
    assert Client(limited, therapist.token).get("me").status_code == 200


def test_an_address_is_counted_where_nobody_is_signed_in(world: World, limited: Flask) -> None:
    body = {"token": "unknown"}
    answers = [Client(limited, None).post("invitations/preview", body).status_code for _ in range(MOST + 1)]
    assert answers == [410] * MOST + [429]
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert Client(limited, None).post("invitations/preview", body, environ_overrides=elsewhere).status_code == 410


def test_guessed_tokens_are_counted_for_their_address(world: World, limited: Flask) -> None:
    answers = [Client(limited, f"ct_{n}").get("me").status_code for n in range(MOST + 1)]
    assert answers == [401] * MOST + [429]


def test_a_forwarded_address_counts_for_nothing_unless_a_proxy_is_trusted(world: World, limited: Flask) -> None:
    asking = Client(limited, None)
    answers = [
        asking.get("me", headers={"X-Forwarded-For": f"192.0.2.{n}", "X-Real-IP": f"192.0.2.{n}"}).status_code
        for n in range(MOST + 1)
    ]
    assert answers == [401] * MOST + [429]


def test_behind_a_trusted_proxy_the_last_address_that_it_names_is_counted(
    world: World, database_url: str, tmp_path: Path
) -> None:
    few = {"anonymous_requests_per_minute": 1, "trusted_proxies": 1, "rate_limits": "on"}
    made = create_app(settings_for(database_url, tmp_path, **few))
    asking = Client(made, None)
    named = ["192.0.2.1", "6.6.6.6, 192.0.2.1", "7.7.7.7, 192.0.2.1", "192.0.2.2"]
    answers = [asking.get("me", headers={"X-Forwarded-For": name}).status_code for name in named]
    with made.app_context():
        db.engine.dispose()
    assert answers == [401, 429, 429, 401]


def test_a_patient_never_waits_to_say_no(world: World, limited: Flask) -> None:
    patient, _, _ = world.trio()
    consents = [world.consent(patient) for _ in range(3)]
    asking = Client(limited, patient.token)
    assert [asking.get("me").status_code for _ in range(MOST + 1)][-1] == 429
    for consent in consents:
        assert asking.post(f"{patient.record}/consents/{consent.id}/revocation").status_code == 200
    for _ in range(MOST + 2):
        assert asking.post(f"{patient.record}/restrictions", NO).status_code == 201
    assert asking.post(f"{patient.record}/revocations").status_code == 200
    membership = world.join(patient, world.therapist("Theo Third"), Role.THERAPIST)
    assert asking.post(f"memberships/{membership.id}/end").status_code == 200
    assert asking.get("me").status_code == 429, "saying no does not open anything else"


def test_whoever_is_not_signed_in_is_counted_there_too(world: World, limited: Flask) -> None:
    patient = world.patient()
    answers = [Client(limited, None).post(f"{patient.record}/restrictions", NO).status_code for _ in range(MOST + 1)]
    assert answers == [401] * MOST + [429]


def test_what_is_refused_has_not_been_done(world: World, limited: Flask) -> None:
    patient, therapist, _ = world.trio()
    writing = Client(limited, therapist.token)
    note = {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-03-02"}
    answers = [writing.post(f"{patient.record}/notes", note).status_code for _ in range(MOST + 2)]
    assert answers == [201] * MOST + [429] * 2
    listed: Any = world.client(therapist).get(f"{patient.record}/notes").json
    assert len(listed["items"]) == MOST


def test_health_and_the_description_are_not_limited(world: World, limited: Flask) -> None:
    asking = Client(limited, None)
    for path in ("/health/live", "/health/ready", "/api/v1/openapi.json"):
        assert {asking.get(path).status_code for _ in range(MOST + 3)} == {200}


@pytest.mark.parametrize(
    ("operation", "limit"),
    [
        ("sign_in", "30 per minute; 300 per hour"),
        ("import_bundle", "60 per hour"),
        ("export_access_log", "20 per hour"),
        ("invite", "60 per hour"),
        ("list_patients", "120 per minute"),
        ("list_invitations", ""),
        ("importance", ""),
    ],
)
def test_what_is_costly_or_worth_guessing_has_a_limit_of_its_own(operation: str, limit: str) -> None:
    assert of(operation) == limit


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", "unknown"),
    ],
)
def test_one_client_cannot_be_many_addresses(address: str, counted: str) -> None:
    assert network(address) == counted


def test_a_tight_limit_counts_beside_the_general_one(world: World, database_url: str, tmp_path: Path) -> None:
    made = create_app(settings_for(database_url, tmp_path, rate_limits="on"))
    asking = Client(made, None)
    answers = [asking.post("invitations/preview", {"token": "unknown"}).status_code for _ in range(31)]
    other = asking.get("me").status_code
    with made.app_context():
        db.engine.dispose()
    assert (answers, other) == ([410] * 30 + [429], 401)


@pytest.mark.parametrize(
    ("environment", "chosen", "limits"),
    [
        ("development", "", True),
        ("production", "", True),
        ("testing", "", False),
        ("testing", "on", True),
        ("production", "off", False),
    ],
)
def test_requests_are_limited_unless_in_tests_or_switched_off(environment: str, chosen: str, limits: bool) -> None:
    assert Settings(environment=environment, rate_limits=chosen).limits_requests is limits


@pytest.mark.parametrize(
    "wrong", [{"rate_limits": "yes"}, {"rate_limit_storage": "file:///x"}, {"requests_per_minute": 0}]
)
def test_settings_of_limits_are_checked_at_the_start(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    assert any(f"CARETEAM_{name.upper()}" in told for told in problems(Settings(**wrong)))
