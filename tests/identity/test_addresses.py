"""A new address: asked for with the password, and taken by the link that goes there."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, AccountLink, User
from tests.identity.browser import Browser, signed_in
from tests.identity.factor import START, STEP, at, enrolled, kind
from tests.identity.test_command_line import run
from tests.world import PASSWORD, Person, World

WANTED = "tess@new.example.org"


def asked(browser: Browser, email: str = WANTED, password: str = PASSWORD, **proof: str) -> Any:
    return browser("POST", "me/address-changes", {"email": email, "password": password, **proof})


def link_for(world: World, person: Person) -> str:
    result = run(world.app, "address-link", person.email)
    assert result.exit_code == 0, result.output
    return str(result.output).strip().splitlines()[-1].rpartition("#")[2]


def taken(browser: Browser, token: str) -> Any:
    return browser("POST", "me/address-changes/confirmation", {"token": token})


def address_of(world: World, person: Person) -> str:
    found = world.session.execute(select(User.email).where(User.id == person.user_id)).scalar_one()
    world.session.rollback()
    return found


def test_an_address_changes_only_by_the_link_that_goes_there(world: World) -> None:
    tess = world.therapist()
    here, there = signed_in(world, tess), signed_in(world, tess)
    answer = asked(here, f" {WANTED.upper()} ")
    assert answer.status_code == 202
    assert address_of(world, tess) == tess.email
    token = link_for(world, tess)
    assert taken(here, token).status_code == 204
    assert address_of(world, tess) == WANTED
    assert here.signed_in
    assert not there.signed_in
    assert Browser(world.app).sign_in(tess.email).status_code == 401
    assert Browser(world.app).sign_in(WANTED).status_code == 201
    assert taken(here, token).status_code == 410


def test_the_password_and_a_code_are_asked_for(world: World) -> None:
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess)
        assert kind(asked(browser, password="wrong wrong wrong")) == "403 not-permitted"
    phone = enrolled(browser)
    with at(START + STEP):
        assert kind(asked(browser)) == "403 second-factor-required"
        assert asked(browser, code=phone.code(START + STEP)).status_code == 202
    assert kind(world.client(world.patient()).post("me/address-changes", {"email": WANTED, "password": PASSWORD})) == (
        "403 not-permitted"
    )


def test_whether_the_address_has_an_account_is_told_to_whoever_has_the_link_only(world: World) -> None:
    tess, paul = world.therapist(), world.prescriber()
    browser = signed_in(world, tess)
    free, owned = asked(browser), asked(browser, paul.email)
    assert free.get_data() == owned.get_data()
    answer = taken(browser, link_for(world, tess))
    assert kind(answer) == "409 conflict"
    assert address_of(world, tess) == tess.email
    assert browser.signed_in


def test_nobody_sees_the_invitations_of_an_address_that_they_only_asked_for(world: World) -> None:
    admin, tess = world.therapist("Ina Inviter"), world.therapist()
    body = {"kind": "patient", "email": WANTED, "role": "therapist", "practice_id": str(admin.practice_id)}
    assert world.client(admin).post("invitations", body).status_code == 201
    browser = signed_in(world, tess)
    asked(browser)
    assert browser("GET", "invitations").json["items"] == []


def test_a_link_is_good_for_its_own_person(world: World) -> None:
    tess, paul = world.therapist(), world.prescriber()
    asked(signed_in(world, tess))
    token = link_for(world, tess)
    dead = taken(signed_in(world, paul), token)
    unknown = taken(signed_in(world, paul), "x" * 43)
    assert (dead.status_code, dead.get_data()) == (410, unknown.get_data())
    assert Browser(world.app)("POST", "me/address-changes/confirmation", {"token": token}).status_code == 401
    assert taken(signed_in(world, tess), token).status_code == 204


@pytest.mark.parametrize(("after", "status"), [(timedelta(hours=23, minutes=59), 204), (timedelta(hours=24), 410)])
def test_a_link_is_good_for_a_day(world: World, after: timedelta, status: int) -> None:
    tess = world.therapist()
    with at(START):
        asked(signed_in(world, tess))
        token = link_for(world, tess)
    with at(START + after):
        assert taken(signed_in(world, tess), token).status_code == status


def test_another_wish_and_another_password_end_the_link(world: World) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    asked(browser)
    first = link_for(world, tess)
    asked(browser, "tess@third.example.org")
    assert taken(browser, first).status_code == 410
    second = link_for(world, tess)
    body = {"current_password": PASSWORD, "new_password": "another four unrelated words"}
    browser.csrf = browser("PUT", "me/password", body).json["csrf_token"]
    assert taken(browser, second).status_code == 410
    assert run(world.app, "address-link", tess.email).exit_code == 1


def test_what_is_no_address_is_said_to_be_none(world: World) -> None:
    answer = asked(signed_in(world, world.therapist()), "tess at home")
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["email"]
    assert world.session.execute(select(AccountLink)).all() == []


def test_every_step_is_logged(world: World) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    asked(browser)
    taken(browser, link_for(world, tess))
    acts = world.session.execute(select(AccessEvent.act).order_by(AccessEvent.id)).scalars().all()
    assert acts == ["sign-in", "ask-address-change", "issue-address-change", "change-address"]


def test_the_name_of_a_verified_clinician_changes_only_with_giving_up_verification(world: World) -> None:
    tess = world.therapist()
    here, there = signed_in(world, tess), signed_in(world, tess)
    refused = here.edit({"name": "Tess Married"})
    assert kind(refused) == "409 conflict"
    assert "gives_up_verification" in refused.json["detail"]
    assert here.edit({"name": "Tess Okafor", "time_zone": "America/Chicago"}).status_code == 200, "the same"
    changed = here.edit({"name": "Tess Married", "gives_up_verification": True}).json
    assert (changed["name"], changed["roles"][0]["verified"]) == ("Tess Married", False)
    assert here.signed_in
    assert not there.signed_in


def test_who_is_not_verified_changes_their_name_freely(world: World) -> None:
    for person in (world.patient(), world.therapist(verified=False)):
        assert world.client(person).patch("me", {"name": "Another Name"}, version=1).json["name"] == "Another Name"
