"""What ends a session: at the next request, on every worker."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from careteam.actor import Origin
from careteam.models import LoginSession, Staff, User
from careteam.policy.vocabulary import Role
from careteam.services.identity import credentials
from tests.identity.browser import Browser, copy_of, signed_in
from tests.world import PASSWORD, Person, World

NEW = "another four unrelated words"
IDLE, LIMIT = timedelta(minutes=30), timedelta(hours=12)
SECOND = timedelta(seconds=1)


def _staff_id(world: World, person: Person, role: Role) -> UUID:
    found = world.session.execute(select(Staff.id).where(Staff.user_id == person.user_id, Staff.role == role))
    world.session.rollback()
    return found.scalar_one()


def _sign_out(world: World, browser: Browser, person: Person, admin: Person) -> None:
    assert browser("DELETE", "session").status_code == 204


def _change_password(world: World, browser: Browser, person: Person, admin: Person) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert browser("PUT", "me/password", body).status_code == 200


def _disable(world: World, browser: Browser, person: Person, admin: Person) -> None:
    place = f"practices/{person.practice_id}/staff/{_staff_id(world, person, Role.THERAPIST)}/disabled"
    assert world.client(admin)("PUT", place).status_code == 200


def _close_account(world: World, browser: Browser, person: Person, admin: Person) -> None:
    world.session.execute(update(User).where(User.id == person.user_id).values(disabled_at=world.now))
    world.session.commit()


def _withdraw(world: World, browser: Browser, person: Person, admin: Person) -> None:
    place = f"practices/{person.practice_id}/staff/{_staff_id(world, person, Role.THERAPIST)}/verification"
    assert world.client(admin)("DELETE", place).status_code == 200


def _end_role(world: World, browser: Browser, person: Person, admin: Person) -> None:
    place = f"practices/{person.practice_id}/staff/{_staff_id(world, person, Role.THERAPIST)}"
    assert world.client(admin)("DELETE", place).status_code == 204


@pytest.mark.parametrize("end", [_sign_out, _change_password, _disable, _close_account, _withdraw, _end_role])
def test_copies_of_the_cookie_are_dead_on_every_worker(
    world: World, other_worker: Flask, end: Callable[[World, Browser, Person, Person], None]
) -> None:
    admin = world.staff("Ada Admin", Role.ADMINISTRATOR)
    tess = world.therapist(practice_id=admin.practice_id)
    browser = signed_in(world, tess)
    elsewhere = signed_in(world, tess, other_worker)
    copies = [copy_of(browser), copy_of(browser, other_worker), elsewhere]
    if end is _sign_out:
        copies.pop()
    assert all(copy.signed_in for copy in copies)
    end(world, browser, tess, admin)
    assert [copy("GET", "me").status_code for copy in copies] == [401] * len(copies)
    assert [copy("PATCH", "me", {"name": "x"}).status_code for copy in copies] == [401] * len(copies)


def test_signing_out_leaves_other_browsers_signed_in(world: World) -> None:
    tess = world.therapist()
    here, there = signed_in(world, tess), signed_in(world, tess)
    here("DELETE", "session")
    assert there.signed_in


def test_a_verification_ends_the_sessions_and_the_next_sign_in_carries_the_role(world: World) -> None:
    admin = world.staff("Ada Admin", Role.ADMINISTRATOR)
    tess = world.therapist(practice_id=admin.practice_id, verified=False)
    browser = signed_in(world, tess)
    place = f"practices/{admin.practice_id}/staff/{_staff_id(world, tess, Role.THERAPIST)}/verification"
    assert world.client(admin)("PUT", place).status_code == 200
    assert not browser.signed_in
    assert browser.sign_in(tess.email).json["account"]["roles"][0]["verified"] is True


def test_somebody_who_is_disabled_cannot_sign_in_until_enabled(world: World) -> None:
    admin = world.staff("Ada Admin", Role.ADMINISTRATOR)
    tess = world.therapist(practice_id=admin.practice_id)
    place = f"practices/{admin.practice_id}/staff/{_staff_id(world, tess, Role.THERAPIST)}/disabled"
    world.client(admin)("PUT", place)
    assert Browser(world.app).sign_in(tess.email).status_code == 401
    assert world.client(tess).get("me").status_code == 401
    world.client(admin)("DELETE", place)
    assert Browser(world.app).sign_in(tess.email).status_code == 201
    assert world.client(tess).get("me").status_code == 401


@pytest.mark.parametrize(
    ("after", "good"),
    [(IDLE - SECOND, True), (IDLE, False), (IDLE + SECOND, False)],
)
def test_an_idle_session_ends_after_half_an_hour(world: World, after: timedelta, good: bool) -> None:
    browser = signed_in(world, world.therapist())
    with time_machine.travel(_seen(world) + after, tick=False):
        assert browser.signed_in is good


@pytest.mark.parametrize(("at", "good"), [(LIMIT - SECOND, True), (LIMIT, False), (LIMIT + SECOND, False)])
def test_a_session_in_use_ends_after_twelve_hours(world: World, at: timedelta, good: bool) -> None:
    browser = signed_in(world, world.therapist())
    start = _seen(world)
    for minutes in range(25, 12 * 60, 25):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert browser.signed_in
    with time_machine.travel(start + at, tick=False):
        assert browser.signed_in is good


def test_the_limits_hold_to_the_instant(world: World) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    with browser.client.session_transaction() as cookie:
        secret = cookie["_user_id"]
    row = world.session.execute(select(LoginSession)).scalar_one()

    def good(at: datetime, idle: timedelta = LIMIT) -> bool:
        return credentials.by_session(world.session, secret, Origin(), idle=idle, at=at) is not None

    tick = timedelta(microseconds=1)
    assert good(row.last_seen_at + IDLE - tick, IDLE)
    assert not good(row.last_seen_at + IDLE, IDLE)
    assert good(row.expires_at - tick)
    assert not good(row.expires_at)


def test_use_is_noted_to_the_minute(world: World) -> None:
    browser = signed_in(world, world.therapist())
    start = _seen(world)
    for seconds, noted in ((59, 0), (60, 60), (61, 60), (125, 125)):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            assert browser.signed_in
        assert _seen(world) == start + timedelta(seconds=noted)


def _seen(world: World) -> datetime:
    found = world.session.execute(select(LoginSession.last_seen_at)).scalar_one()
    world.session.rollback()
    return found.astimezone(UTC)


def test_a_changed_password_ends_the_rest_and_tells_how_many(world: World) -> None:
    tess = world.therapist()
    here, there, third = (signed_in(world, tess) for _ in range(3))
    before = here.csrf
    answer: Any = here("PUT", "me/password", {"current_password": PASSWORD, "new_password": NEW}).json
    assert (answer["sessions_ended"], answer["tokens_revoked"]) == (2, 1)
    assert answer["csrf_token"] != before
    here.csrf = answer["csrf_token"]
    assert here.edit({"time_zone": "America/Chicago"}).status_code == 200
    assert not there.signed_in
    assert not third.signed_in
    assert world.client(tess).get("me").status_code == 401
    assert Browser(world.app).sign_in(tess.email).status_code == 401
    assert Browser(world.app).sign_in(tess.email, NEW).status_code == 201
