"""Codes and links at the same moment on two workers: one gets through."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from careteam.models import LoginSession, RecoveryCode
from tests.identity.browser import Browser, copy_of, signed_in
from tests.identity.factor import START, Phone, at, begin, enrolled
from tests.identity.test_command_line import run
from tests.world import PASSWORD, Person, World

AT_ONCE = 4
"""Fewer than the wrong tries that are evaluated."""
LATER = START + timedelta(minutes=1)


@pytest.fixture
def workers(world: World, other_worker: Flask) -> list[Flask]:
    """Two applications on one database."""
    return [world.app, other_worker]


def together(workers: list[Flask], ask: Callable[[Flask, int], Any]) -> list[int]:
    """Ask several times at once, on both workers in turn; return the statuses in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [pool.submit(ask, workers[n % 2], n) for n in range(AT_ONCE)]
        return sorted(one.result().status_code for one in asked)


def sign_in(person: Person, **proof: str) -> Callable[[Flask, int], Any]:
    """Sign in by password and this proof."""
    body = {"email": person.email, "password": PASSWORD, **proof}
    return lambda app, n: Browser(app)("POST", "session", body)


@pytest.mark.parametrize("which", ["code", "recovery_code"])
def test_a_code_opens_one_session(world: World, workers: list[Flask], which: str) -> None:
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess)
    phone = enrolled(browser)
    proof = {"code": phone.code(LATER)} if which == "code" else {"recovery_code": phone.recovery_codes[0]}
    with at(LATER):
        assert together(workers, sign_in(tess, **proof)) == [201] + [401] * (AT_ONCE - 1)
    opened = select(func.count()).select_from(LoginSession).where(LoginSession.created_at >= LATER)
    assert world.session.execute(opened).scalar_one() == 1


def test_a_link_sets_one_password(world: World, workers: list[Flask]) -> None:
    tess = world.therapist()
    token = run(world.app, "reset-link", tess.email).output.strip().rpartition("#")[2]
    new = [f"number {n} of four good passwords" for n in range(AT_ONCE)]

    def redeem(app: Flask, n: int) -> Any:
        return Browser(app)("POST", "password-resets", {"token": token, "password": new[n]})

    assert together(workers, redeem) == [204] + [410] * (AT_ONCE - 1)
    assert [Browser(world.app).sign_in(tess.email, password).status_code for password in new].count(201) == 1


def test_a_second_factor_is_confirmed_once_with_one_set_of_recovery_codes(world: World, workers: list[Flask]) -> None:
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess)
        phone = Phone(begin(browser), [])
        copies = [copy_of(browser, app) for app in workers * AT_ONCE]
        body = {"code": phone.code(START)}
        answers = together(workers, lambda app, n: copies[n]("POST", "me/second-factor/confirmation", body))
    assert answers[0] == 200
    assert set(answers[1:]) <= {401, 409}, "the cookie of before is worth nothing, nor is the secret"
    assert world.session.execute(select(func.count()).select_from(RecoveryCode)).scalar_one() == 10


def test_right_passwords_at_the_same_moment_all_get_in(world: World, workers: list[Flask]) -> None:
    tess = world.therapist()
    for _ in range(3):
        assert together(workers, sign_in(tess)) == [201] * AT_ONCE
