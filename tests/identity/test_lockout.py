"""Wrong passwords and codes: few are evaluated, whoever has an account, and the owner still gets in."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from careteam.models import TryCount
from careteam.services.identity.tries import Limits
from tests.identity.browser import Browser, signed_in
from tests.identity.factor import START, at, enrolled, kind, tried
from tests.world import PASSWORD, World

FREE = 5
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
WRONG = "wrong wrong wrong wrong"
NOBODY = "nobody@example.org"


@pytest.mark.parametrize(
    ("wrong", "minutes"),
    [(1, None), (4, None), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (11, 60), (12, 60), (10_000, 60)],
)
def test_the_delay_doubles_up_to_an_hour(wrong: int, minutes: int | None) -> None:
    limits = Limits(FREE, timedelta(hours=1))
    assert limits.delay(wrong) == (None if minutes is None else timedelta(minutes=minutes))


@contextmanager
def hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every password that is hashed or verified meanwhile."""
    seen: list[str] = []
    with monkeypatch.context() as patch:
        for name in ("hash", "verify"):
            real = getattr(PasswordHasher, name)

            def noted(self: Any, *given: Any, real: Any = real) -> Any:
                seen.append(given[-1].decode())
                return real(self, *given)

            patch.setattr(PasswordHasher, name, noted)
        yield seen


def allowed_within(duration: timedelta) -> int:
    """How many wrong tries the documentation says are evaluated, when they come without a pause."""
    spent, tries = timedelta(0), FREE
    while (spent := spent + min(MINUTE * 2 ** (tries - FREE), timedelta(hours=1))) <= duration:
        tries += 1
    return tries


@pytest.mark.parametrize("who", ["known", "unknown", "no address"])
def test_of_many_wrong_passwords_no_more_are_evaluated_than_documented(
    world: World, monkeypatch: pytest.MonkeyPatch, wrong_logins: int, who: str
) -> None:
    email = {"known": world.therapist().email, "unknown": NOBODY, "no address": "no address"}[who]
    took = timedelta(hours=2)
    with hashes(monkeypatch) as evaluated:
        answers = [_wrong(Browser(world.app), email, START + took * n / wrong_logins) for n in range(wrong_logins)]
    assert len(evaluated) <= allowed_within(took) == 11
    assert [a.status_code for a in answers].count(401) == len(evaluated) >= FREE
    assert {a.status_code for a in answers} == {401, 429}
    assert all("Retry-After" in a.headers for a in answers if a.status_code == 429)


def _wrong(browser: Browser, email: str, moment: datetime, password: str = WRONG) -> Any:
    with at(moment):
        return browser("POST", "session", {"email": email, "password": password})


def test_many_accounts_from_one_place_are_each_limited(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [world.user(f"Person {letter}") for letter in "ABCD"]
    with hashes(monkeypatch) as evaluated:
        for n in range(12):
            for person in people:
                _wrong(Browser(world.app), person.email, START + n * SECOND)
    assert len(evaluated) == FREE * len(people)


def test_known_and_unknown_addresses_answer_alike_also_while_locked(world: World) -> None:
    tess = world.therapist()
    told = []
    for email in (tess.email, NOBODY):
        browser, answers = Browser(world.app), []
        for n in range(10):
            answer = _wrong(browser, email, START + n * 20 * SECOND)
            shown = {k: v for k, v in answer.headers.items() if k not in {"X-Request-ID", "Date"}}
            answers.append((answer.status_code, shown, answer.get_data()))
        told.append(answers)
    assert told[0] == told[1]
    assert {status for status, _, _ in told[0]} == {401, 429}


def test_during_a_delay_not_even_the_right_password_is_evaluated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tess = world.therapist()
    for _ in range(FREE):
        _wrong(Browser(world.app), tess.email, START)
    for after, status, wait in ((0, 429, "60"), (59, 429, "1"), (60, 201, None)):
        with hashes(monkeypatch) as evaluated:
            answer = _wrong(Browser(world.app), tess.email, START + after * SECOND, PASSWORD)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (status, wait)
        assert len(evaluated) == (status == 201)
    assert _wrong(Browser(world.app), tess.email, START + 61 * SECOND).status_code == 401, "it began anew"


def test_every_way_to_write_an_address_counts_as_one(world: World) -> None:
    tess = world.therapist()
    for email in ("TESS.okafor@example.org", " tess.okafor@example.org ", "ｔess.okafor@example.org", tess.email):
        assert _wrong(Browser(world.app), email, START).status_code == 401
    assert _wrong(Browser(world.app), tess.email.title(), START).status_code == 401
    assert _wrong(Browser(world.app), tess.email, START).status_code == 429


def test_the_owner_gets_in_where_they_signed_in_before_whatever_others_try(world: World) -> None:
    tess = world.therapist()
    with at(START):
        owners = signed_in(world, tess)
    for n in range(40):
        _wrong(Browser(world.app), tess.email, START + n * MINUTE)
    now = START + 40 * MINUTE
    assert tried(Browser(world.app), tess, now).status_code == 429
    assert tried(owners, tess, now).status_code == 201
    assert tried(Browser(world.app), tess, now).status_code == 429, "which opens the door for nobody else"


def test_a_known_browser_is_limited_too_and_locks_nobody_else_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tess = world.therapist()
    with at(START):
        stolen = signed_in(world, tess)
    with hashes(monkeypatch) as evaluated:
        answers = [_wrong(stolen, tess.email, START + SECOND).status_code for _ in range(30)]
    assert answers == [401] * FREE + [429] * 25
    assert len(evaluated) == FREE
    assert tried(Browser(world.app), tess, START + SECOND).status_code == 201


def test_a_known_browser_is_known_to_its_own_people_only(world: World) -> None:
    tess, paul = world.therapist(), world.prescriber()
    with at(START):
        desk = signed_in(world, tess)
    for _ in range(FREE):
        _wrong(Browser(world.app), paul.email, START)
    assert tried(desk, paul, START).status_code == 429
    assert tried(desk, paul, START + MINUTE).status_code == 201
    for person in (tess, paul):
        for _ in range(FREE):
            _wrong(Browser(world.app), person.email, START + MINUTE)
        assert tried(desk, person, START + MINUTE).status_code == 201, "two people share the desk"


@pytest.mark.parametrize("alter", ["cut", "flip", "other key", "swap", "junk"])
def test_a_forged_known_browser_is_a_new_one(world: World, alter: str) -> None:
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess)
    cookie = browser.client.get_cookie("careteam-known")
    assert cookie is not None
    value = cookie.value
    from itsdangerous import URLSafeTimedSerializer

    forged = {
        "cut": value[:-1],
        "flip": ("x" if value[0] != "x" else "y") + value[1:],
        "other key": URLSafeTimedSerializer("another key", salt="known browser").dumps([[tess.user_id.hex, "n"]]),
        "swap": browser.cookie,
        "junk": "junk",
    }[alter]
    for _ in range(FREE):
        _wrong(Browser(world.app), tess.email, START)
    thief = Browser(world.app)
    thief.client.set_cookie("careteam-known", forged)
    assert tried(thief, tess, START).status_code == 429
    assert tried(browser, tess, START).status_code == 201


def test_passwords_entered_again_are_counted_apart(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    body = {"current_password": WRONG, "new_password": "another four unrelated words"}
    with hashes(monkeypatch) as evaluated:
        answers = [browser("PUT", "me/password", body).status_code for _ in range(20)]
    assert answers == [403] * FREE + [429] * 15
    assert len(evaluated) == FREE
    token = {"name": "t", "access": "read", "expires_in_days": 3, "current_password": PASSWORD}
    assert browser("POST", "tokens", token).status_code == 429, "one count for every such question"
    assert kind(browser("POST", "me/second-factor", {"password": PASSWORD})) == "429 too-many-tries"
    assert browser.signed_in
    assert Browser(world.app).sign_in(tess.email).status_code == 201


def test_a_right_password_entered_again_begins_anew(world: World) -> None:
    browser = signed_in(world, world.therapist())
    token = {"name": "t", "access": "read", "expires_in_days": 3}
    for n in range(4 * FREE):
        password = PASSWORD if n % FREE == FREE - 1 else WRONG
        answer = browser("POST", "tokens", {**token, "current_password": password})
        assert answer.status_code == (201 if password == PASSWORD else 403), n


def test_codes_are_counted_like_passwords_and_a_password_alone_excuses_none(world: World) -> None:
    tess = world.therapist()
    phone = enrolled(signed_in_at(world, tess))
    guesser, now = Browser(world.app), START + MINUTE
    answers = []
    for n in range(12):
        answers.append(tried(guesser, tess, now, code=f"{n:06}").status_code)
        answers.append(tried(guesser, tess, now).status_code)
    assert answers.count(401) == 2 * FREE - 1, "four guesses with a password alone between, and the fifth"
    assert tried(guesser, tess, now, code=phone.code(now)).status_code == 429
    assert tried(guesser, tess, now + MINUTE, code=phone.code(now + MINUTE)).status_code == 201


def test_a_missing_code_is_not_counted(world: World) -> None:
    tess = world.therapist()
    phone = enrolled(signed_in_at(world, tess))
    browser, now = Browser(world.app), START + MINUTE
    assert {kind(tried(browser, tess, now)) for _ in range(4 * FREE)} == {"401 second-factor-required"}
    assert tried(browser, tess, now, code=phone.code(now)).status_code == 201


def signed_in_at(world: World, person: Any) -> Browser:
    with at(START):
        return signed_in(world, person)


def test_counts_are_forgotten_after_a_day_and_do_not_pile_up(world: World) -> None:
    tess = world.therapist()
    for n in range(30):
        _wrong(Browser(world.app), f"made-up-{n}@example.org", START)
    for _ in range(FREE + 1):
        _wrong(Browser(world.app), tess.email, START)
    later = START + timedelta(hours=24)
    assert [_wrong(Browser(world.app), tess.email, later).status_code for _ in range(FREE + 1)] == [401] * FREE + [429]
    _wrong(Browser(world.app), "somebody-new@example.org", later + SECOND)
    assert world.session.execute(select(func.count()).select_from(TryCount)).scalar_one() == 2


def test_what_is_kept_names_no_address(world: World) -> None:
    _wrong(Browser(world.app), "my secret password by mistake", START)
    row = world.session.execute(select(TryCount)).scalar_one()
    assert len(row.key) == 64
    assert not any("secret" in str(value) for value in vars(row).values())


@pytest.mark.parametrize("known", [True, False])
def test_wrong_logins_at_the_same_moment_on_two_workers_are_not_evaluated_more_often(
    world: World, other_worker: Flask, monkeypatch: pytest.MonkeyPatch, wrong_logins: int, known: bool
) -> None:
    email = world.therapist().email if known else NOBODY
    world.session.rollback()
    apps = (world.app, other_worker)
    with hashes(monkeypatch) as evaluated, ThreadPoolExecutor(8) as pool:
        tries = [pool.submit(Browser(apps[n % 2]).sign_in, email, WRONG) for n in range(wrong_logins)]
        answers = [one.result().status_code for one in tries]
    assert len(evaluated) == FREE
    assert sorted(set(answers)) == [401, 429]
    assert answers.count(401) == FREE


def test_a_password_is_hashed_while_the_database_waits_for_nobody(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer at a time: somebody else must be able to write meanwhile."""
    if not database_url.startswith("sqlite"):
        pytest.skip("on PostgreSQL nobody waits for a reader")
    tess = world.therapist()
    browser = signed_in(world, tess)
    wrote: list[int] = []
    real = PasswordHasher.verify

    def verify(self: PasswordHasher, *given: Any) -> Any:
        other = sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0)
        wrote.append(other.execute("UPDATE practice SET name = name").rowcount)
        other.commit()
        other.close()
        return real(self, *given)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    assert browser.sign_in(tess.email).status_code == 201
    body = {"name": "t", "access": "read", "expires_in_days": 3, "current_password": PASSWORD}
    assert browser("POST", "tokens", body).status_code == 201
    assert wrote == [1, 1]
