"""Passwords through the REST door: what is accepted, kept and needed."""

from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, User
from careteam.passwords import _common_passwords
from tests.identity.browser import Browser, signed_in
from tests.world import PASSWORD, World

WORDS = "plum orbit canyon velvet "
LONG = (WORDS * 6)[:128]


def _change(browser: Browser, new: str, current: str = PASSWORD) -> Any:
    answer = browser("PUT", "me/password", {"current_password": current, "new_password": new})
    if answer.status_code == 200:
        browser.csrf = answer.json["csrf_token"]
    return answer


@pytest.mark.parametrize(
    ("new", "status"),
    [
        (WORDS[:14], 422),
        (WORDS[:15], 200),
        (LONG[:64], 200),
        (LONG[:65], 200),
        (LONG, 200),
        ((WORDS * 50)[:1000], 200),
        ((WORDS * 50)[:1025], 422),
        (" " * 15, 200),
        ("aaaaaaaaaaaaaaB", 200),
        ("пароль из четырёх слов", 200),
        ("🦒🦓🦔🦕🦖🦗🦘🦙🦚🦛🦜🦝🦞🦟🦠", 200),
        ("tess okafor tess.okafor", 422),
        ("careteam careteam", 422),
        ("password12345678", 422),
        ("", 422),
    ],
)
def test_lengths_and_kinds_of_passwords(world: World, new: str, status: int) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    answer = _change(browser, new)
    assert answer.status_code == status, answer.json
    if status == 200:
        assert Browser(world.app).sign_in(tess.email, new).status_code == 201
    else:
        assert all(isinstance(reason, str) for reason in answer.json["errors"]["new_password"])
        assert Browser(world.app).sign_in(tess.email).status_code == 201


def test_the_whole_password_counts(world: World) -> None:
    tess = world.therapist()
    assert _change(signed_in(world, tess), LONG).status_code == 200
    for near in (LONG[:72], LONG[:72] + "x" * 56, LONG[:127], LONG + " ", LONG.upper(), " " + LONG):
        assert Browser(world.app).sign_in(tess.email, near).status_code == 401
        assert Browser(world.app).sign_in(tess.email, LONG).status_code == 201


def test_a_space_at_the_end_is_part_of_it(world: World) -> None:
    tess = world.therapist()
    assert _change(signed_in(world, tess), WORDS).status_code == 200
    assert Browser(world.app).sign_in(tess.email, WORDS.rstrip()).status_code == 401
    assert Browser(world.app).sign_in(tess.email, WORDS).status_code == 201


def test_common_passwords_are_refused_with_a_reason(world: World) -> None:
    browser = signed_in(world, world.therapist())
    common = sorted(p for p in _common_passwords() if len(p) >= 8)[::500]
    assert len(common) > 20
    for password in common:
        answer = _change(browser, password * 2 if len(password) < 15 else password)
        assert answer.status_code == 422, password
        assert "common passwords" in str(answer.json["errors"]["new_password"])


@pytest.mark.parametrize("body", [{"new_password": LONG}, {"current_password": None, "new_password": LONG}])
def test_a_change_without_the_current_password_is_a_bad_form(world: World, body: dict[str, Any]) -> None:
    assert signed_in(world, world.therapist())("PUT", "me/password", body).status_code == 422


def test_a_wrong_current_password_is_refused_and_logged(world: World) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    assert _change(browser, LONG, current=PASSWORD + "!").status_code == 403
    assert Browser(world.app).sign_in(tess.email).status_code == 201
    assert browser.signed_in
    logged = select(AccessEvent.actor_id).where(AccessEvent.outcome == "refused")
    assert world.session.execute(logged).scalars().all() == [tess.user_id]


def test_an_access_token_does_not_change_the_password(world: World) -> None:
    tess = world.therapist()
    body = {"current_password": PASSWORD, "new_password": LONG}
    assert world.client(tess)("PUT", "me/password", json=body).status_code == 403
    assert Browser(world.app).sign_in(tess.email).status_code == 201


def test_every_stored_password_is_argon2id_with_the_parameters_of_the_settings(world: World) -> None:
    browser = signed_in(world, world.therapist())
    _change(browser, LONG)
    (stored,) = world.session.execute(select(User.password_hash)).scalars()
    assert stored.startswith("$argon2id$v=19$m=8,t=1,p=1$")
