"""Changes from a signed-in browser need the CSRF token of that session, and must not come from another site."""

import json
from typing import Any

import pytest

from careteam.services.identity import credentials
from tests.identity.browser import SAFE, Browser, signed_in
from tests.world import PASSWORD, World

FORM = "application/x-www-form-urlencoded"
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:81"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "anything"},
]
OWN = [{}, {"Origin": "http://localhost"}, {"Origin": "http://127.0.0.1:5000", "Sec-Fetch-Site": "same-origin"}]


def _unsafe(world: World) -> list[tuple[str, str]]:
    """Every unsafe route of the door that needs somebody signed in, with ids that are nobody's."""
    nobody = "00000000-0000-7000-8000-000000000000"
    found = []
    for rule in world.app.url_map.iter_rules():
        view = world.app.view_functions[rule.endpoint]
        if rule.rule.startswith("/api/v1/") and not getattr(view, "anonymous", False):
            path = "/".join(nobody if "<" in part else part for part in rule.rule.split("/")[3:])
            found += [(method, path) for method in sorted((rule.methods or set()) - SAFE)]
    return found


def test_no_route_takes_a_forged_change(world: World) -> None:
    tess, other = world.therapist(), signed_in(world, world.prescriber())
    browser = signed_in(world, tess)
    attacks: list[dict[str, Any]] = [
        {"headers": {"X-CSRFToken": ""}, "json": {"name": "x"}},
        {"headers": {"X-CSRFToken": "wrong"}, "json": {"name": "x"}},
        {"headers": {"X-CSRFToken": other.csrf}, "json": {"name": "x"}},
        {"headers": {"X-CSRFToken": ""}, "data": json.dumps({"name": "x"}), "content_type": "text/plain"},
        {"headers": {"X-CSRFToken": "", "Content-Type": FORM}, "data": f"csrf_token={other.csrf}"},
        {"headers": {"Origin": "https://evil.example"}, "json": {"name": "x"}},
    ]
    routes = _unsafe(world)
    assert len(routes) > 10
    wrong = [(r, a) for r in routes for a in attacks if browser(*r, **a).status_code != 403]
    assert wrong == []
    assert browser("GET", "me").json["name"] == tess.name


def test_the_sessions_own_token_is_taken(world: World) -> None:
    browser = signed_in(world, world.therapist())
    for headers in OWN:
        assert browser.edit({"time_zone": "America/Chicago"}, headers=headers).status_code == 200
    refused = browser("PATCH", "me", {"time_zone": "America/Chicago"}, headers={"X-CSRFToken": ""})
    assert refused.json["type"].endswith("/csrf")


def test_the_token_of_the_session_before_is_not_taken(world: World) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    before = browser.csrf
    browser.sign_in(tess.email)
    assert browser("PATCH", "me", {"name": "x"}, headers={"X-CSRFToken": before}).status_code == 403


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_page_of_another_site_neither_changes_nor_signs_in(world: World, headers: dict[str, str]) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    assert browser("PATCH", "me", {"name": "x"}, headers=headers).status_code == 403
    fresh = Browser(world.app)
    assert fresh.sign_in(tess.email, headers=headers).status_code == 403
    assert not fresh.signed_in


def test_a_form_of_another_site_does_not_sign_in(world: World) -> None:
    tess, browser = world.therapist(), Browser(world.app)
    body = {"email": tess.email, "password": PASSWORD}
    for form in ({"data": body}, {"data": json.dumps(body), "content_type": "text/plain"}):
        assert 400 <= browser("POST", "session", **form).status_code < 500
    assert not browser.signed_in


def test_reading_needs_no_token_and_changes_nothing(world: World) -> None:
    browser = signed_in(world, world.therapist())
    assert browser("GET", "me", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert browser("HEAD", "me").status_code == 200


def test_an_access_token_needs_no_csrf_token(world: World) -> None:
    tess = world.therapist()
    for version, headers in ((1, {}), (2, {"Origin": "https://evil.example"})):
        answer = world.client(tess).patch("me", {"time_zone": "America/Chicago"}, headers=headers, version=version)
        assert answer.status_code == 200


@pytest.mark.parametrize("sent", ["Bearer ct_wrong", "Bearer", "Basic dGVzczp4", "Bearer ct_"])
def test_a_bad_access_token_with_a_good_cookie_is_refused(world: World, sent: str) -> None:
    browser = signed_in(world, world.therapist())
    assert browser("GET", "me", headers={"Authorization": sent}).status_code == 401
    assert browser("PATCH", "me", {"name": "x"}, headers={"Authorization": sent}).status_code == 401
    assert browser.signed_in


def test_a_good_access_token_decides_whatever_the_cookie(world: World) -> None:
    tess, paul = world.therapist(), world.prescriber()
    browser = signed_in(world, tess)
    answer: Any = browser("GET", "me", headers={"Authorization": f"Bearer {paul.token}"}).json
    assert (answer["id"], answer["signed_in_by"]) == (str(paul.user_id), "token")


def test_a_request_that_begins_anew_finds_the_cookie_as_it_came(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    _lose_the_next_race(monkeypatch)
    assert browser("DELETE", "session").status_code == 204
    assert not browser.signed_in
    _lose_the_next_race(monkeypatch)
    browser.sign_in(tess.email)
    assert browser.edit({"time_zone": "America/Chicago"}).status_code == 200


def _lose_the_next_race(monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    from careteam.extensions import db

    class LostError(Exception):
        sqlstate = "40001"

    real, tries = type(db.session()).commit, []

    def commit(self: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("COMMIT", {}, LostError())
        real(self)

    monkeypatch.setattr(type(db.session()), "commit", commit)


def test_who_asks_is_read_again_at_every_try(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(world, world.therapist())
    asked: list[str] = []
    real = credentials.by_session

    def counted(*arguments: Any, **options: Any) -> Any:
        asked.append("")
        return real(*arguments, **options)

    monkeypatch.setattr(credentials, "by_session", counted)
    _lose_the_next_race(monkeypatch)
    change = {"time_zone": "America/Chicago"}
    assert browser("PATCH", "me", change, headers={"If-Match": '"1"'}).status_code == 200
    assert len(asked) == 2
