"""What holds for the whole REST door: problems, headers, ids, limits, health."""

import base64
import re
from typing import Any

import pytest

from careteam.services.health import REVISION
from tests.contract import HEADERS
from tests.world import World


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "kind"),
    [
        ("GET", "/api/v1/nowhere", {}, 404, "not-found"),
        ("DELETE", "{record}/notes", {}, 405, "method-not-allowed"),
        ("POST", "{record}/notes", {"data": b"{", "content_type": "application/json"}, 400, "bad-request"),
        ("POST", "{record}/notes", {"data": b"\xff", "content_type": "application/json"}, 400, "bad-request"),
        ("POST", "{record}/notes", {"data": b"a=1", "content_type": "text/plain"}, 415, "unsupported-media-type"),
        ("POST", "{record}/notes", {"data": b'{"a":1,"a":2}', "content_type": "application/json"}, 400, "bad-request"),
        ("POST", "{record}/notes", {"data": b'{"a":NaN}', "content_type": "application/json"}, 400, "bad-request"),
        ("POST", "{record}/notes", {"data": b"[" * 99_999, "content_type": "application/json"}, 400, "bad-request"),
        ("POST", "{record}/notes", {"data": b"9" * 9_999, "content_type": "application/json"}, 400, "bad-request"),
        ("POST", "{record}/notes", {"json": {"unknown": 1}}, 422, "invalid"),
        ("POST", "{record}/notes", {"json": [1]}, 422, "invalid"),
        ("POST", "{record}/notes", {"data": b"x" * 1_100_000, "content_type": "application/json"}, 413, "too-large"),
        ("GET", "{record}/notes?limit=0", {}, 422, "invalid"),
        ("GET", "{record}/notes?limit=1&limit=2", {}, 422, "invalid"),
        ("GET", "{record}/notes?limits=1", {}, 422, "invalid"),
        ("GET", "{record}/notes?cursor=nonsense", {}, 422, "invalid"),
        ("GET", "{record}/notes?cursor=ZDoyMDI2LTAxLTAx", {}, 422, "invalid"),
        ("GET", "{record}/notes?cursor=" + cursor("<s:a~s:b"), {}, 422, "invalid"),
        ("GET", "{record}/notes?cursor=" + cursor(">s:a~s:b"), {}, 422, "invalid"),
        ("GET", "{record}/notes?cursor=" + cursor(">x~x"), {}, 422, "invalid"),
    ],
)
def test_every_error_is_a_problem_document(
    world: World, method: str, path: str, options: dict[str, Any], status: int, kind: str
) -> None:
    patient, therapist, _ = world.trio()
    answer = world.client(therapist)(method, path.format(record=patient.record), **options)
    assert answer.status_code == status, answer.data
    assert answer.mimetype == "application/problem+json"
    assert answer.json
    assert answer.json["type"].endswith(f"/{kind}")
    assert answer.json["status"] == status


@pytest.mark.parametrize("path", ["/health/live", "/api/v1/me", "/api/v1/nowhere", "/api/docs/", "/nowhere"])
def test_every_answer_has_the_security_headers(world: World, path: str) -> None:
    answer = world.client(None).get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_caller_cannot_choose_the_request_id(world: World) -> None:
    answer = world.client(None).get("/health/live", headers={"X-Request-ID": "evil\tid"})
    assert "evil" not in answer.headers["X-Request-ID"]


def test_ready_says_so_only_with_every_migration(world: World) -> None:
    assert world.client(None).get("/health/ready").json == {"status": "ok"}
    from sqlalchemy import text

    world.session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    world.session.commit()
    refused = world.client(None).get("/health/ready")
    world.session.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": REVISION})
    world.session.commit()
    assert refused.status_code == 503


def test_a_method_that_is_not_allowed_says_which_are(world: World) -> None:
    patient, therapist, _ = world.trio()
    answer = world.client(therapist)("DELETE", f"{patient.record}/notes")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_spoofed_proxy_headers_change_nothing(world: World) -> None:
    patient, therapist, _ = world.trio()
    spoofed = {"X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6", "X-User": str(patient.user_id)}
    world.client(therapist).get(f"{patient.record}/notes", headers=spoofed)
    from sqlalchemy import select

    from careteam.models import AccessEvent

    event = world.session.execute(select(AccessEvent)).scalar_one()
    assert (event.address, event.actor_id) == ("127.0.0.1", therapist.user_id)
