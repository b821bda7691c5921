"""Altered cookies and tokens, and everything that the database holds: none of it lets anybody in."""

import os
import random
from collections.abc import Iterator
from contextvars import Context
from typing import Any

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import delete, select, text

from careteam.models import ApiToken, Base, LoginSession, TryCount
from tests.identity.browser import Browser, signed_in
from tests.world import World

TRIES = int(os.environ.get("CARETEAM_TEST_FORGERIES", "300"))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."


def altered(text: str, tries: int) -> Iterator[str]:
    """Yield texts that differ from this one by a letter changed, left out, added, or by a cut."""
    chance = random.Random(20261123)
    while tries:
        place, letter = chance.randrange(len(text)), chance.choice(LETTERS)
        made = chance.choice(
            [text[:place] + letter + text[place + 1 :], text[:place] + text[place + 1 :], text[:place], text + letter]
        )
        if made not in {text, ""}:
            tries -= 1
            yield made


def test_no_altered_cookie_is_accepted(world: World) -> None:
    browser = signed_in(world, world.therapist())
    thief, good = Browser(world.app), browser.cookie
    accepted = []
    for cookie in altered(good, TRIES):
        thief.cookie = cookie
        if thief.signed_in:
            accepted.append(cookie)
    assert accepted == []
    thief.cookie = good
    assert thief.signed_in


def test_no_altered_token_is_accepted(world: World) -> None:
    tess = world.therapist()
    client, good = world.app.test_client(), tess.token

    def status(token: str) -> int:
        return Context().run(client.get, "/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code

    assert [t for t in altered(good, TRIES) if status(t) != 401] == []
    assert status(good) == 200


def test_a_cookie_signed_with_another_key_is_refused(world: World) -> None:
    browser = signed_in(world, world.therapist())
    with browser.client.session_transaction() as cookie:
        content = dict(cookie)
    for key in ("", "another-secret-key-0123456789-abcdefgh", "correct-horse-battery-staple-012345678"):
        browser.cookie = _signed(world, key or "x", content)
        assert not browser.signed_in
    browser.cookie = _signed(world, world.app.secret_key, content)
    assert browser.signed_in


def test_a_well_signed_cookie_opens_nothing_without_the_sessions_secret(world: World) -> None:
    tess = world.therapist()
    signed_in(world, tess)
    row = world.session.execute(select(LoginSession)).scalar_one()
    guesses: list[Any] = [str(tess.user_id), str(row.id), row.token_hash, tess.token, "", None, 1, [], True]
    world.session.rollback()
    thief = Browser(world.app)
    for guess in guesses:
        thief.cookie = _signed(world, world.app.secret_key, {"_user_id": guess, "_fresh": True})
        assert not thief.signed_in, guess


def test_nothing_that_the_database_holds_lets_anybody_in(world: World) -> None:
    tess = world.therapist()
    signed_in(world, tess)
    values = {str(v) for v in _all_values(world)}
    world.session.rollback()
    assert len(values) > 30
    client, thief = world.app.test_client(use_cookies=False), Browser(world.app)
    for value in values:
        line = value.replace("\n", " ").encode("latin-1", "replace").decode("latin-1")
        for token in (line, f"ct_{line}"):
            answer = Context().run(client.get, "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 401
        world.session.execute(delete(TryCount))  # or nothing would be evaluated after the first few
        world.session.commit()
        assert thief.sign_in(tess.email, value).status_code == 401
        thief.cookie = _signed(world, world.app.secret_key, {"_user_id": value})
        assert not thief.signed_in


def test_a_remember_me_cookie_is_neither_given_nor_taken(world: World) -> None:
    from flask_login import encode_cookie

    tess = world.therapist()
    browser = Browser(world.app)
    answer = browser.sign_in(tess.email)
    names = {c.partition("=")[0] for c in answer.headers.getlist("Set-Cookie")}
    assert names == {"careteam", "careteam-known"}, "the second one lets nobody in"
    with browser.client.session_transaction() as cookie:
        secret = cookie["_user_id"]
    browser("DELETE", "session")
    with world.app.test_request_context():
        remembered = encode_cookie(secret)
    for name in ("remember_token", "careteam", "careteam-known"):
        thief = Browser(world.app)
        thief.client.set_cookie(name, remembered)
        assert not thief.signed_in
    world.session.rollback()
    assert world.session.execute(select(ApiToken.user_id)).scalars().all() == [tess.user_id]


def _signed(world: World, key: Any, content: dict[str, Any]) -> str:
    interface, real = SecureCookieSessionInterface(), world.app.secret_key
    world.app.secret_key = key
    try:
        serializer = interface.get_signing_serializer(world.app)
    finally:
        world.app.secret_key = real
    assert serializer is not None
    return str(serializer.dumps(content))


def _all_values(world: World) -> Iterator[Any]:
    for name in Base.metadata.tables:
        for row in world.session.execute(text(f'SELECT * FROM "{name}"')):
            yield from row
