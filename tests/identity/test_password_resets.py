"""A new password by a single-use link: who makes one, what it is good for, and what it never is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, AccountLink, Staff, User
from careteam.passwords import Passwords
from careteam.policy.vocabulary import LinkKind, Role
from careteam.services.identity import account_links
from careteam.services.identity.credentials import digest
from tests.identity.browser import Browser, signed_in
from tests.identity.factor import START, STEP, Phone, at, enrolled, kind, tried
from tests.identity.test_command_line import run
from tests.world import PASSWORD, Client, Person, World

NEW = "another four unrelated words"
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def link_for(world: World, person: Person, moment: Any = START) -> str:
    """The token of a link that the operator made at an instant."""
    with at(moment):
        result = run(world.app, "reset-link", person.email)
    assert result.exit_code == 0, result.output
    return str(result.output).strip().splitlines()[-1].rpartition("#")[2]


def redeemed(world: World, token: str, moment: Any = START, password: str = NEW, **proof: str) -> Any:
    with at(moment):
        return Browser(world.app)("POST", "password-resets", {"token": token, "password": password, **proof})


def test_a_link_sets_a_new_password_ends_everything_and_signs_nobody_in(world: World) -> None:
    tess = world.therapist()
    with at(START):
        old = signed_in(world, tess)
    answer = redeemed(world, link_for(world, tess))
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert [c.partition("=")[0] for c in answer.headers.getlist("Set-Cookie")] == ["careteam-known"]
    assert tried(Browser(world.app), tess, START).status_code == 401
    assert tried(Browser(world.app), tess, START, NEW).status_code == 201
    with at(START):
        assert not old.signed_in
    assert world.client(tess).get("me").status_code == 401


@pytest.mark.parametrize(("after", "status"), [(HOUR - SECOND, 204), (HOUR, 410), (HOUR + SECOND, 410)])
def test_a_link_is_good_for_an_hour(world: World, after: timedelta, status: int) -> None:
    tess = world.therapist()
    assert redeemed(world, link_for(world, tess), START + after).status_code == status


def _use(world: World, person: Person, token: str) -> None:
    assert redeemed(world, token).status_code == 204


def _change_password(world: World, person: Person, token: str) -> None:
    with at(START):
        body = {"current_password": PASSWORD, "new_password": "yet another handful of words"}
        assert signed_in(world, person)("PUT", "me/password", body).status_code == 200


def _issue_another(world: World, person: Person, token: str) -> None:
    link_for(world, person, START + SECOND)


def _disable(world: World, person: Person, token: str) -> None:
    assert run(world.app, "disable-user", person.email).exit_code == 0


def _disable_and_enable(world: World, person: Person, token: str) -> None:
    _disable(world, person, token)
    assert run(world.app, "enable-user", person.email).exit_code == 0


@pytest.mark.parametrize("end", [_use, _change_password, _issue_another, _disable, _disable_and_enable])
def test_what_ends_a_link_ends_it_for_good(world: World, end: Callable[[World, Person, str], None]) -> None:
    tess = world.therapist()
    token = link_for(world, tess)
    end(world, tess, token)
    dead = redeemed(world, token, START + 2 * SECOND, "one more set of good words")
    unknown = redeemed(world, "x" * 43)
    assert dead.status_code == 410
    assert dead.get_data() == unknown.get_data()
    assert tried(Browser(world.app), tess, START, "one more set of good words").status_code == 401


def test_a_password_that_is_not_accepted_leaves_the_link_good(world: World) -> None:
    tess = world.therapist()
    token = link_for(world, tess)
    for bad in ("short", "password12345678", "tess okafor tess.okafor"):
        assert redeemed(world, token, password=bad).status_code == 422
    assert redeemed(world, token).status_code == 204


def test_a_link_never_stands_for_the_second_factor(world: World) -> None:
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess)
    phone, later = enrolled(browser), START + STEP
    token = link_for(world, tess)
    for proof in ({}, {"code": "000000"}, {"code": phone.code(START)}, {"recovery_code": "aaaa-bbbb"}):
        assert kind(redeemed(world, token, later, **proof)) == "401 second-factor-required"
    assert tried(Browser(world.app), tess, later, NEW).status_code == 401
    assert redeemed(world, token, later, code=phone.code(later)).status_code == 204
    assert kind(tried(Browser(world.app), tess, later, NEW)) == "401 second-factor-required"
    assert tried(Browser(world.app), tess, later, NEW, recovery_code=phone.recovery_codes[0]).status_code == 201


def test_codes_for_a_link_are_counted(world: World) -> None:
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess)
    phone, later = enrolled(browser), START + STEP
    token = link_for(world, tess)
    answers = [redeemed(world, token, later, code=f"{n:06}").status_code for n in range(8)]
    assert answers == [401] * 5 + [429] * 3
    assert redeemed(world, token, later, code=phone.code(later)).status_code == 429
    after = later + timedelta(minutes=1)
    assert redeemed(world, token, after, code=phone.code(after)).status_code == 204


def test_a_link_is_stored_hashed_and_only_where_no_server_sees_it(world: World) -> None:
    tess = world.therapist()
    with at(START):
        result = run(world.app, "reset-link", tess.email)
    place, _, token = result.output.strip().splitlines()[-1].partition("#")
    assert place == "http://127.0.0.1:5000/password-reset"
    assert len(token) >= 43
    row = world.session.execute(select(AccountLink)).scalar_one()
    assert row.token_hash == digest(token)
    assert token not in {str(value) for value in vars(row).values()}


def test_asking_for_a_link_answers_alike_and_does_the_same_for_everybody(world: World) -> None:
    tess, dan, answers = world.therapist(), world.user("Dan Disabled", disabled_at=world.now), []
    for email in (tess.email, "nobody@example.org", dan.email, "no address"):
        answer = Browser(world.app)("POST", "password-reset-requests", {"email": email})
        headers = {k: v for k, v in answer.headers.items() if k not in {"X-Request-ID", "Date"}}
        answers.append((answer.status_code, headers, answer.get_data()))
    assert answers[0][0] == 202
    assert answers.count(answers[0]) == 4
    rows = world.session.execute(select(AccessEvent.act, AccessEvent.target).order_by(AccessEvent.id)).all()
    assert [act for act, _ in rows] == ["ask-password-reset"] * 4
    assert [target for _, target in rows] == [str(tess.user_id), "", str(dan.user_id), ""]
    assert world.session.execute(select(AccountLink)).all() == []


def staff_id(world: World, person: Person) -> Any:
    """The person's role in the practice that they were made with."""
    mine = select(Staff.id).where(Staff.user_id == person.user_id, Staff.practice_id == person.practice_id)
    found = world.session.execute(mine).scalars().first()
    world.session.rollback()
    return found


class Office:
    """A practice with an administrator who is signed in, and a therapist with an authenticator app."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.admin = world.staff("Ada Admin", Role.ADMINISTRATOR)
        self.tess = world.therapist(practice_id=self.admin.practice_id)
        with at(START):
            self.browser = signed_in(world, self.admin)
            own = signed_in(world, self.tess)
        self.phone: Phone = enrolled(own)

    def asked(self, person: Person, password: str = PASSWORD, browser: Browser | None = None) -> Any:
        place = f"practices/{self.admin.practice_id}/staff/{staff_id(self.world, person)}/password-reset"
        with at(START + STEP):
            return (browser or self.browser)("POST", place, {"password": password})


def test_an_administrator_makes_a_link_for_staff_with_a_second_factor(world: World) -> None:
    office = Office(world)
    assert kind(office.asked(office.tess, "wrong wrong wrong")) == "403 not-permitted"
    made = office.asked(office.tess).json
    assert datetime.fromisoformat(made["expires_at"]) == START + STEP + HOUR
    token = made["link"].rpartition("#")[2]
    assert kind(redeemed(world, token, START + STEP)) == "401 second-factor-required"
    assert redeemed(world, token, START + STEP, code=office.phone.code(START + STEP)).status_code == 204
    acts = world.session.execute(select(AccessEvent.act, AccessEvent.actor_id, AccessEvent.target)).all()
    assert ("issue-password-reset", office.admin.user_id, str(office.tess.user_id)) in {tuple(a) for a in acts}


def _plain(world: World, office: Office) -> Person:
    return world.prescriber("Nia Nothing", practice_id=office.admin.practice_id)


def _patient_too(world: World, office: Office) -> Person:
    from tests.identity.test_required_factor import also_a_patient

    person = world.prescriber("Pat Both", practice_id=office.admin.practice_id)
    also_a_patient(world, person)
    return person


def _elsewhere_too(world: World, office: Office) -> Person:
    person = world.prescriber("Elsa Where", practice_id=office.admin.practice_id)
    other = world.therapist("Olga Other")
    world.add(Staff(user_id=person.user_id, practice_id=other.practice_id, role=Role.THERAPIST, created_at=world.now))
    return person


def test_nobody_without_a_second_factor_can_be_taken_over_and_why_is_not_told(world: World) -> None:
    office = Office(world)
    answers = [office.asked(make(world, office)) for make in (_plain, _patient_too, _elsewhere_too)]
    assert {kind(a) for a in answers} == {"409 conflict"}
    assert len({a.get_data() for a in answers}) == 1
    assert "reset-link" in answers[0].json["detail"]
    assert world.session.execute(select(AccountLink)).all() == []


def test_others_make_no_links(world: World) -> None:
    office = Office(world)
    outsider = world.staff("Otto Other", Role.ADMINISTRATOR)
    colleague = world.staff("Cora Colleague", Role.PRIVACY_OFFICER, practice_id=office.admin.practice_id)
    place = f"practices/{office.admin.practice_id}/staff/{staff_id(world, office.tess)}/password-reset"
    absent = f"practices/{office.admin.practice_id}/staff/{office.tess.user_id}/password-reset"
    assert world.client(outsider).post(place, {"password": PASSWORD}).status_code == 404
    assert world.client(colleague).post(place, {"password": PASSWORD}).status_code == 403
    assert world.client(None).post(place, {"password": PASSWORD}).status_code == 401
    assert world.client(office.admin).post(absent, {"password": PASSWORD}).status_code == 404
    assert kind(office.asked(office.admin)) == "409 conflict", "not one's own"
    others = f"practices/{outsider.practice_id}/staff/{staff_id(world, office.tess)}/password-reset"
    assert Client(world.app, outsider.token).post(others, {"password": PASSWORD}).status_code == 404


def test_a_link_of_one_kind_is_no_link_of_another(world: World) -> None:
    tess = world.therapist()
    with at(START):
        token, _ = account_links.issue(
            world.session, tess.user_id, LinkKind.ADDRESS_CHANGE, email="new@example.org", at=START
        )
        world.session.commit()
    assert redeemed(world, token).status_code == 410


def test_the_new_password_is_the_whole_one(world: World) -> None:
    tess = world.therapist()
    assert redeemed(world, link_for(world, tess), password=f" {NEW} ").status_code == 204
    stored = world.session.execute(select(User.password_hash).where(User.id == tess.user_id)).scalar_one()
    passwords: Passwords = world.app.extensions["careteam"].passwords
    assert passwords.verify(stored, f" {NEW} ")
    assert not passwords.verify(stored, NEW)
