"""The cookie and the checks where the public address is https."""

from collections.abc import Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from careteam.app import create_app
from careteam.extensions import db
from tests.conftest import settings_for
from tests.world import PASSWORD, World

PUBLIC = "https://care.example.org"


@pytest.fixture
def behind_tls(world: World, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application as people reach it by https."""
    made = create_app(settings_for(database_url, tmp_path, public_url=PUBLIC))
    made.testing = True
    yield made
    with made.app_context():
        db.engine.dispose()


def _open(client: Any, method: str, path: str, **options: Any) -> Any:
    return Context().run(client.open, f"/api/v1/{path}", method=method, base_url=PUBLIC, **options)


def test_the_cookie_is_bound_to_this_host_and_to_https(world: World, behind_tls: Flask) -> None:
    body = {"email": world.therapist().email, "password": PASSWORD}
    answer = _open(behind_tls.test_client(), "POST", "session", json=body)
    known, session = sorted(answer.headers.getlist("Set-Cookie"))
    for cookie, name, sites in ((session, "__Host-careteam", "Lax"), (known, "__Host-careteam-known", "Strict")):
        assert cookie.partition("=")[0] == name
        assert {"Secure", "HttpOnly", "Path=/", f"SameSite={sites}"} <= {p.strip() for p in cookie.split(";")[1:]}
        assert "Domain" not in cookie


@pytest.mark.parametrize(("headers", "status"), [({}, 200), ({"Origin": PUBLIC}, 200), ({"Origin": "http://x.y"}, 403)])
def test_changes_work_although_our_pages_send_no_referrer(
    world: World, behind_tls: Flask, headers: dict[str, str], status: int
) -> None:
    client = behind_tls.test_client()
    body = {"email": world.therapist().email, "password": PASSWORD}
    csrf = _open(client, "POST", "session", json=body).json["csrf_token"]
    change, sent = {"time_zone": "America/Chicago"}, {"X-CSRFToken": csrf, "If-Match": '"1"', **headers}
    answer = _open(client, "PATCH", "me", json=change, headers=sent)
    assert answer.status_code == status


def test_a_cookie_under_the_plain_name_is_not_looked_at(world: World, behind_tls: Flask) -> None:
    client = behind_tls.test_client()
    body = {"email": world.therapist().email, "password": PASSWORD}
    _open(client, "POST", "session", json=body)
    cookie = client.get_cookie("__Host-careteam", domain="care.example.org")
    assert cookie is not None
    other = behind_tls.test_client()
    other.set_cookie("careteam", cookie.value, domain="care.example.org", secure=True)
    assert _open(other, "GET", "me").status_code == 401
    assert _open(client, "GET", "me").status_code == 200
