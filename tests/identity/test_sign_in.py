"""Signing in and out."""

from datetime import UTC, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from careteam.models import AccessEvent, LoginSession, User
from careteam.services.identity.credentials import digest
from tests.identity.browser import Browser, copy_of, signed_in
from tests.world import PASSWORD, World


def test_address_and_password_open_a_session(world: World) -> None:
    tess = world.therapist()
    browser = Browser(world.app)
    answer = browser.sign_in("  Tess.OKAFOR@Example.org ")
    assert answer.status_code == 201
    assert answer.json["account"]["id"] == str(tess.user_id)
    assert answer.json["idle_minutes"] == 30
    again: Any = browser("GET", "session").json
    assert {**again, "csrf_token": browser.csrf} == answer.json
    assert browser("GET", "me").json["signed_in_by"] == "session"
    for token in (browser.csrf, again["csrf_token"]):
        headers = {"X-CSRFToken": token}
        assert browser.edit({"time_zone": "America/Chicago"}, headers=headers).status_code == 200


def test_the_cookie_is_for_this_site_and_no_script(world: World) -> None:
    tess = world.therapist()
    known, cookie = sorted(Browser(world.app).sign_in(tess.email).headers.getlist("Set-Cookie"))
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Lax"}
    parts = {part.strip() for part in known.split(";")[1:] if "Expires" not in part}
    assert parts == {"HttpOnly", "Path=/", "SameSite=Strict", "Max-Age=31536000"}


def test_unknown_wrong_and_disabled_answer_alike(world: World) -> None:
    world.user("Dan Disabled", disabled_at=datetime.now(UTC))
    world.user("Known One")
    tries = {
        ("nobody@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("known.one@example.org", PASSWORD + " "),
        ("known.one@example.org", ""),
        ("known.one@example.org", PASSWORD.title()),
        ("dan.disabled@example.org", PASSWORD),
        ("dan.disabled@example.org", "something else entirely"),
    }
    answers = [Browser(world.app).sign_in(email, password) for email, password in tries]
    assert {a.status_code for a in answers} == {401}
    assert len({a.get_data() for a in answers}) == 1
    assert not any("Set-Cookie" in a.headers for a in answers)


def test_every_try_costs_one_password_hash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.user("Known One")
    world.user("Dan Disabled", disabled_at=datetime.now(UTC))
    spent: list[str] = []
    for name in ("hash", "verify"):
        monkeypatch.setattr(PasswordHasher, name, _counted(getattr(PasswordHasher, name), name, spent))
    for email in ("nobody@example.org", "known.one@example.org", "dan.disabled@example.org", "no address"):
        spent.clear()
        Browser(world.app).sign_in(email, "wrong wrong wrong")
        assert len(spent) == 1, email


def _counted(real: Any, name: str, spent: list[str]) -> Any:
    def counted(*arguments: Any) -> Any:
        spent.append(name)
        return real(*arguments)

    return counted


def test_every_try_is_logged_once_and_without_personal_data(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    known = world.user("Known One")
    Browser(world.app).sign_in(known.email)
    Browser(world.app).sign_in(known.email, "wrong wrong wrong")
    Browser(world.app).sign_in("nobody@example.org")
    rows = world.session.execute(select(AccessEvent).order_by(AccessEvent.id)).scalars().all()
    assert [(r.act, r.outcome, r.actor_id, r.target) for r in rows] == [
        ("sign-in", "changed", known.user_id, ""),
        ("sign-in", "refused", None, str(known.user_id)),
        ("sign-in", "refused", None, ""),
    ]
    assert all(r.address == "127.0.0.1" and r.request_id for r in rows)
    printed = "".join(capfd.readouterr())
    assert "example.org" not in printed
    assert "wrong wrong" not in printed


def test_a_session_is_stored_as_a_digest_only(world: World) -> None:
    browser = signed_in(world, world.therapist())
    row = world.session.execute(select(LoginSession)).scalar_one()
    with browser.client.session_transaction() as cookie:
        secret = cookie["_user_id"]
        assert set(cookie) == {"_user_id", "csrf_token"}
    assert row.token_hash == digest(secret)
    assert len(secret) >= 43
    assert secret not in {str(value) for value in vars(row).values()}


def test_signing_in_starts_a_new_session_and_ends_the_one_before(world: World) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    before = copy_of(browser)
    assert browser.sign_in(tess.email, headers={"X-CSRFToken": "no"}).status_code == 201
    assert browser.cookie != before.cookie
    assert browser.csrf != before.csrf
    assert browser.signed_in
    assert not before.signed_in


def test_a_cookie_planted_before_sign_in_is_worth_nothing_after(world: World) -> None:
    victim, attacker = world.therapist(), world.prescriber()
    planted = signed_in(world, attacker)
    browser = copy_of(planted)
    browser.sign_in(victim.email)
    assert browser("GET", "me").json["id"] == str(victim.user_id)
    assert not planted.signed_in


def test_signing_out_kills_the_cookie_and_its_copies(world: World) -> None:
    browser = signed_in(world, world.therapist())
    stolen = copy_of(browser)
    answer = browser("DELETE", "session")
    assert answer.status_code == 204
    assert not browser.signed_in
    assert not stolen.signed_in
    assert stolen("DELETE", "session").status_code == 401


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "a@example.org"}, {"email": 1, "password": PASSWORD}, {"email": "a@b.de", "password": ["x"]}],
)
def test_a_bad_form_is_said_to_be_one(world: World, body: dict[str, Any]) -> None:
    assert Browser(world.app)("POST", "session", body).status_code == 422


def test_the_hash_follows_the_parameters_at_sign_in(world: World) -> None:
    tess = world.therapist()
    ours = "$argon2id$v=19$m=8,t=1,p=1$"
    other = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    world.session.execute(update(User).where(User.id == tess.user_id).values(password_hash=other.hash(PASSWORD)))
    world.session.commit()
    Browser(world.app).sign_in(tess.email, "wrong wrong wrong")
    assert not _hash(world, tess.email).startswith(ours)
    assert Browser(world.app).sign_in(tess.email).status_code == 201
    assert _hash(world, tess.email).startswith(ours)
    assert Browser(world.app).sign_in(tess.email).status_code == 201


def _hash(world: World, email: str) -> str:
    found = world.session.execute(select(User.password_hash).where(User.email == email)).scalar_one()
    world.session.rollback()
    return found
