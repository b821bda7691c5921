"""What the operator and administrators do to an account for its safety."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from careteam.models import AccessEvent, Staff, User
from careteam.policy.vocabulary import Role
from tests.identity.browser import Browser, copy_of, signed_in
from tests.identity.factor import START, STEP, at, enrolled, kind, tried
from tests.identity.test_command_line import run
from tests.world import PASSWORD, Person, World

NEW = "another four unrelated words"


def done(world: World, command: str, person: Person) -> str:
    result = run(world.app, command, person.email)
    assert result.exit_code == 0, result.output
    return str(result.output)


def test_a_disabled_account_is_shut_everywhere_until_it_is_opened(world: World) -> None:
    tess = world.therapist()
    browsers = [signed_in(world, tess) for _ in range(2)]
    browsers.append(copy_of(browsers[0]))
    assert done(world, "disable-user", tess) == "Ended: 2 sessions, 1 access tokens.\n"
    assert not any(browser.signed_in for browser in browsers)
    assert world.client(tess).get("me").status_code == 401
    wrong, right = Browser(world.app).sign_in(tess.email, NEW), Browser(world.app).sign_in(tess.email)
    assert (right.status_code, right.get_data()) == (401, wrong.get_data())
    assert done(world, "disable-user", tess) == "Ended: 0 sessions, 0 access tokens.\n"
    done(world, "enable-user", tess)
    assert not any(browser.signed_in for browser in browsers)
    assert world.client(tess).get("me").status_code == 401
    assert Browser(world.app).sign_in(tess.email).status_code == 201


def test_a_password_that_may_be_known_to_others_has_to_be_changed_first(world: World) -> None:
    maya = world.patient()
    before = signed_in(world, maya)
    assert done(world, "require-new-password", maya) == "Ended: 1 sessions, 1 access tokens.\n"
    assert not before.signed_in
    browser = Browser(world.app)
    assert browser.sign_in(maya.email).json["unfinished"] == ["new-password"]
    for method, path in (("GET", "practices"), ("GET", f"patients/{maya.patient_id}"), ("GET", "me/second-factor")):
        assert kind(browser(method, path)) == "403 new-password-required"
    assert kind(browser("POST", "me/second-factor", {"password": PASSWORD})) == "403 new-password-required"
    same = browser("PUT", "me/password", {"current_password": PASSWORD, "new_password": PASSWORD})
    assert same.status_code == 422
    assert list(same.json["errors"]) == ["new_password"]
    changed = browser("PUT", "me/password", {"current_password": PASSWORD, "new_password": NEW})
    assert changed.status_code == 200
    assert browser("GET", "practices").status_code == 200
    assert browser("GET", "session").json["unfinished"] == []


def test_a_reset_link_changes_a_distrusted_password_too(world: World) -> None:
    tess = world.therapist()
    done(world, "require-new-password", tess)
    token = done(world, "reset-link", tess).strip().rpartition("#")[2]
    assert Browser(world.app)("POST", "password-resets", {"token": token, "password": NEW}).status_code == 204
    assert Browser(world.app).sign_in(tess.email, NEW).json["unfinished"] == []


def test_nobody_has_to_change_a_password_because_of_its_age(world: World) -> None:
    tess = world.therapist()
    with time_machine.travel(world.now + timedelta(days=400), tick=False):
        browser = signed_in(world, tess)
        assert browser("GET", "practices").status_code == 200


def _place(world: World, admin: Person, person: Person) -> str:
    staff_id = world.session.execute(select(Staff.id).where(Staff.user_id == person.user_id)).scalar_one()
    world.session.rollback()
    return f"practices/{admin.practice_id}/staff/{staff_id}/new-password-required"


def test_an_administrator_requires_a_new_password_of_staff(world: World) -> None:
    admin = world.staff("Ada Admin", Role.ADMINISTRATOR)
    tess = world.therapist(practice_id=admin.practice_id)
    other, colleague = world.staff("Otto", Role.ADMINISTRATOR), world.prescriber(practice_id=admin.practice_id)
    browser, place = signed_in(world, tess), _place(world, admin, tess)
    assert [world.client(p)("PUT", place).status_code for p in (other, colleague, None)] == [404, 403, 401]
    assert browser("GET", "me").status_code == 200
    assert world.client(admin)("PUT", place).status_code == 204
    assert browser("GET", "me").status_code == 401
    assert browser.sign_in(tess.email).json["unfinished"] == ["new-password"]


def test_a_lost_second_factor_is_taken_off_by_the_operator(world: World) -> None:
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess)
    phone = enrolled(browser)
    with at(START):
        assert done(world, "remove-second-factor", tess) == "Ended: 1 sessions, 0 access tokens.\n"
        assert not browser.signed_in
    assert tried(Browser(world.app), tess, START + STEP).status_code == 201
    with at(START + STEP):
        again = signed_in(world, tess)
    second = enrolled(again, START + 2 * STEP)
    assert second.secret != phone.secret
    later = START + 3 * STEP
    assert tried(Browser(world.app), tess, later, recovery_code=phone.recovery_codes[0]).status_code == 401


@pytest.mark.parametrize(
    "command",
    ["disable-user", "enable-user", "require-new-password", "remove-second-factor", "reset-link", "address-link"],
)
def test_an_address_without_an_account_is_said_to_be_one(world: World, command: str) -> None:
    result: Any = run(world.app, command, "nobody@example.org")
    assert result.exit_code == 1
    assert result.output.startswith("Error: No")


def test_a_disabled_account_gets_no_link(world: World) -> None:
    tess = world.therapist()
    done(world, "disable-user", tess)
    assert run(world.app, "reset-link", tess.email).exit_code == 1


def test_what_the_operator_does_is_logged(world: World) -> None:
    tess = world.therapist()
    commands = ("require-new-password", "remove-second-factor", "reset-link", "disable-user", "enable-user")
    for command in commands:
        done(world, command, tess)
    rows = world.session.execute(
        select(AccessEvent.act, AccessEvent.actor_role, AccessEvent.target).order_by(AccessEvent.id)
    ).all()
    named = {"remove-second-factor": "take-off-second-factor", "reset-link": "issue-password-reset"}
    assert [tuple(row) for row in rows] == [
        (named.get(command, command), "operator", str(tess.user_id)) for command in commands
    ]
    flagged = world.session.execute(select(User.new_password_required_at)).scalar_one()
    assert flagged is not None
