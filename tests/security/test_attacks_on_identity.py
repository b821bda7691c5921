"""Ways into somebody's account, or of keeping them out of it, that were tried against it."""

from collections.abc import Iterator
from contextvars import Context
from datetime import timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize
from uuid import uuid4

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from careteam.actor import Origin
from careteam.app import create_app
from careteam.extensions import db
from careteam.models import AccessEvent, KeyUse, Patient, Staff, TryCount, User
from careteam.policy.vocabulary import ConsentStatus, ItemClass, Role
from careteam.services.identity import credentials, second_factor, sessions, tokens
from careteam.services.identity.sessions import Browser as Opening
from careteam.vault import KEYRING
from tests.api.test_refusals import documented
from tests.conftest import settings_for
from tests.identity.browser import Browser, copy_of, signed_in
from tests.identity.factor import START, STEP, at, begin, enrolled, kind, tried
from tests.identity.test_command_line import run
from tests.identity.test_password_resets import NEW, link_for, redeemed
from tests.identity.test_practices import colleagues, place
from tests.team.inviting import accept, as_new, to_staff
from tests.world import LONG_AGO, PASSWORD, Client, Person, World

PUBLIC = "https://care.example.org"
KEY = {"Idempotency-Key": "6a1f6b0e-6d3b-4c55-8b52-2f0e8b8f6e11"}


# an administrator ---------------------------------------------------------------------------------


def _staff_link(world: World, admin: Person, tess: Person) -> str:
    """The token of a link that an administrator made for somebody with a second factor."""
    with at(START + STEP):
        made = signed_in(world, admin)(
            "POST", place(world, tess, Role.THERAPIST) + "/password-reset", {"password": PASSWORD}
        )
    assert made.status_code == 201, made.json
    return str(made.json["link"].rpartition("#")[2])


@pytest.mark.parametrize("replaced", [False, True])
def test_an_administrators_link_dies_with_the_factor_that_it_relied_on(world: World, replaced: bool) -> None:
    admin, tess = colleagues(world)
    with at(START):
        browser = signed_in(world, tess)
    phone, later = enrolled(browser), START + 2 * STEP
    token = _staff_link(world, admin, tess)
    with at(later):
        if replaced:
            secret = begin(browser, code=phone.code(later))
            browser("POST", "me/second-factor/confirmation", {"code": pyotp.TOTP(secret).at(later)})
        else:
            body = {"password": PASSWORD, "code": phone.code(later)}
            assert browser("POST", "me/second-factor/removal", body).status_code == 200
    assert redeemed(world, token, later).status_code == 410
    assert kind(tried(Browser(world.app), tess, later, NEW)) in {"401 not-authenticated"}


def test_an_administrators_link_alone_opens_no_account_however_the_factor_went(world: World) -> None:
    admin, tess = colleagues(world)
    with at(START):
        enrolled(signed_in(world, tess))
    token = _staff_link(world, admin, tess)
    second_factor.forget(world.session, tess.user_id)
    world.session.commit()
    assert redeemed(world, token, START + 2 * STEP).status_code == 410


def test_who_was_let_go_is_helped_by_the_operator_to_work_elsewhere(world: World) -> None:
    admin, tess = colleagues(world)
    elsewhere, role = world.staff("Oz Other", Role.ADMINISTRATOR), place(world, tess, Role.THERAPIST)
    older = to_staff(world, admin, tess.email, Role.PRESCRIBER)
    world.client(admin)("PUT", role + "/disabled")
    world.client(admin)("DELETE", role)
    assert Browser(world.app).sign_in(tess.email).status_code == 401
    assert run(world.app, "enable-user", tess.email).exit_code == 0
    browser = Browser(world.app)
    assert browser.sign_in(tess.email).json["account"]["roles"] == []
    back = as_new(world, tess.email)
    assert accept(world.client(back), older).status_code == 410
    assert accept(world.client(back), to_staff(world, elsewhere, tess.email)).status_code == 201


def test_the_operator_opens_no_role_that_an_administrator_has_shut(world: World) -> None:
    admin, tess = colleagues(world)
    world.client(admin)("PUT", place(world, tess, Role.THERAPIST) + "/disabled")
    run(world.app, "enable-user", tess.email)
    assert Browser(world.app).sign_in(tess.email).status_code == 401


def test_nobody_verifies_themselves_while_a_colleague_is_kept_away(world: World) -> None:
    admin, colleague = colleagues(world, Role.ADMINISTRATOR)
    world.add(Staff(user_id=admin.user_id, practice_id=admin.practice_id, role=Role.THERAPIST, created_at=LONG_AGO))
    own, theirs = place(world, admin, Role.THERAPIST), place(world, colleague, Role.ADMINISTRATOR)
    client = world.client(admin)
    assert client("PUT", theirs + "/disabled").status_code == 200
    assert client("PUT", own + "/verification").status_code == 403
    assert client("DELETE", theirs).status_code == 204
    assert client("PUT", own + "/verification").status_code == 200, "nobody else is left"


def test_a_clinician_who_is_disabled_does_not_come_back_verified_under_another_name(world: World) -> None:
    admin, tess = colleagues(world)
    other = world.staff("Oz Other", Role.ADMINISTRATOR)
    world.add(
        Staff(user_id=tess.user_id, practice_id=other.practice_id, role=Role.PRIVACY_OFFICER, created_at=LONG_AGO)
    )
    role = place(world, tess, Role.THERAPIST)
    world.client(admin)("PUT", role + "/disabled")
    with at(START):
        browser = signed_in(world, tess)
        assert browser.edit({"name": "Dr. Famous"}).status_code == 409
        assert browser.edit({"name": "Dr. Famous", "gives_up_verification": True}).status_code == 200
    enabled = world.client(admin)("DELETE", role + "/disabled").json
    assert (enabled["name"], enabled["verified"]) == ("Dr. Famous", False)
    log = world.client(admin).get(f"practices/{admin.practice_id}/administration-log").json["items"]
    assert "give-up-verification" in {row["act"] for row in log}


# somebody who knows the password ------------------------------------------------------------------


def _rival(world: World) -> Session:
    """A session with its own transaction, whose snapshot is taken now."""
    if world.session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    made = Session(db.engine)
    made.info[KEYRING] = world.session.info[KEYRING]
    made.execute(select(func.count()).select_from(User)).scalar_one()
    return made


@pytest.mark.parametrize("what", ["session", "token"])
def test_no_session_or_token_slips_past_a_second_factor_at_the_same_moment(world: World, what: str) -> None:
    """PostgreSQL: who began before the factor was confirmed has to begin anew, and then needs a code."""
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess)
        secret = begin(browser)
        with _rival(world) as rival:
            answer = browser("POST", "me/second-factor/confirmation", {"code": pyotp.TOTP(secret).at(START)})
            assert answer.status_code == 200
            with pytest.raises(OperationalError):
                _let_in(world, rival, tess, what)


def _let_in(world: World, rival: Session, tess: Person, what: str) -> None:
    passwords = world.app.extensions["careteam"].passwords
    if what == "session":
        opening = Opening(Origin(), "x", timedelta(hours=1))
        sessions.sign_in(rival, passwords, opening, email=tess.email, password=PASSWORD, at=START)
        return
    actor = credentials.by_user(rival, tess.user_id, Origin())
    assert actor is not None
    asked: dict[str, Any] = {"name": "x", "access": "read", "expires_in_days": 1, "longest_days": 90}
    tokens.create(rival, passwords, actor, current_password=PASSWORD, **asked, at=START)


def test_a_distrusted_password_does_not_come_back_by_a_link(world: World) -> None:
    maya = world.patient()
    assert run(world.app, "require-new-password", maya.email).exit_code == 0
    token = link_for(world, maya)
    same = redeemed(world, token, password=PASSWORD)
    assert (same.status_code, list(same.json["errors"])) == (422, ["password"])
    assert redeemed(world, token).status_code == 204
    with at(START):
        assert Browser(world.app).sign_in(maya.email, NEW).json["unfinished"] == []


def test_the_same_password_typed_otherwise_is_no_new_one(world: World) -> None:
    maya, accented = world.patient(), "dévorer quatre pêches mûres"
    with at(START):
        browser = signed_in(world, maya)
        body = {"current_password": PASSWORD, "new_password": accented}
        browser.csrf = browser("PUT", "me/password", body).json["csrf_token"]
        run(world.app, "require-new-password", maya.email)
        browser.sign_in(maya.email, accented)
        body = {"current_password": accented, "new_password": normalize("NFD", accented)}
        again = browser("PUT", "me/password", body)
    assert (again.status_code, list(again.json["errors"])) == (422, ["new_password"])


# the first administrator --------------------------------------------------------------------------


@pytest.fixture
def production(world: World, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application as it runs in production, with nobody in it."""
    made = create_app(settings_for(database_url, tmp_path, environment="production", public_url=PUBLIC))
    made.testing = True
    yield made
    with made.app_context():
        db.engine.dispose()


def test_the_first_administrator_gets_in_where_a_second_factor_is_required(world: World, production: Flask) -> None:
    name = ["--name", "Ada Admin", "--practice", "Elm Street", "--password-stdin"]
    made = run(production, "create-admin", "--email", "ada@example.org", *name, input=PASSWORD)
    assert made.exit_code == 0, made.output
    client, csrf = production.test_client(), ""

    def ask(method: str, path: str, body: Any = None) -> Any:
        sent: dict[str, Any] = {"json": body} if body is not None else {}
        options = {"base_url": PUBLIC, "headers": {"X-CSRFToken": csrf}, **sent}
        return Context().run(client.open, f"/api/v1/{path}", method=method, **options)

    opened = ask("POST", "session", {"email": "ada@example.org", "password": PASSWORD})
    assert opened.json["unfinished"] == ["second-factor"]
    csrf = opened.json["csrf_token"]
    assert kind(ask("GET", "practices")) == "403 second-factor-required"
    secret = ask("POST", "me/second-factor", {"password": PASSWORD}).json["secret"]
    confirmed = ask("POST", "me/second-factor/confirmation", {"code": pyotp.TOTP(secret).now()})
    assert confirmed.status_code == 200, confirmed.json
    csrf = confirmed.json["csrf_token"]
    assert [p["name"] for p in ask("GET", "practices").json["items"]] == ["Elm Street"]
    token = {"name": "x", "access": "read_write", "expires_in_days": 1, "current_password": PASSWORD}
    assert ask("POST", "tokens", {**token, "recovery_code": confirmed.json["recovery_codes"][0]}).status_code == 201


# a patient who also works here --------------------------------------------------------------------

NO = {"against": "anyone", "item_class": "medication"}


def _both(world: World) -> tuple[Person, Person]:
    """Tess, who treats Maya, and herself as a patient, whom Theo treats."""
    tess = world.therapist()
    row = Patient(id=uuid4(), user_id=tess.user_id, name=tess.name, name_key="x", created_at=LONG_AGO)
    world.add(row)
    return tess, Person(tess.user_id, tess.name, tess.email, tess.token, patient_id=row.id)


@pytest.fixture(params=["second-factor", "new-password"])
def step(request: pytest.FixtureRequest) -> str:
    """What the person has to do first."""
    return str(request.param)


@pytest.fixture
def strict(world: World, database_url: str, tmp_path: Path, step: str) -> Iterator[Flask]:
    """The application as it asks staff for a second factor in production, where that is the step."""
    required = "yes" if step == "second-factor" else ""
    made = create_app(settings_for(database_url, tmp_path, require_second_factor=required))
    made.testing = True
    yield made
    with made.app_context():
        db.engine.dispose()


def _unfinished(world: World, strict: Flask, person: Person, step: str, by: str) -> Any:
    """Ask as somebody who has not done the step yet, by token or in a browser."""
    if step == "new-password":
        row = world.session.get_one(User, person.user_id)
        row.new_password_required_at = LONG_AGO
        world.session.commit()
    ask: Any = Client(strict, person.token) if by == "token" else signed_in(world, person, strict)
    return lambda method, path, json=None: ask(method, path.removeprefix("/api/v1/"), json=json)


@pytest.mark.parametrize("by", ["token", "session"])
def test_who_works_here_and_is_a_patient_says_no_before_anything_else(
    world: World, strict: Flask, step: str, by: str
) -> None:
    _, own = _both(world)
    theo, consents = world.therapist("Theo Third"), [world.consent(own), world.consent(own)]
    place, asked = world.join(own, theo, Role.THERAPIST), world.consent(own, status=ConsentStatus.DRAFT, signed_at=None)
    ask = _unfinished(world, strict, own, step, by)
    (member,) = ask("GET", f"{own.record}/team").json["members"]
    assert member["id"] == str(place.id)
    assert len(ask("GET", f"{own.record}/consents").json["items"]) == 3
    assert ask("GET", f"{own.record}/consents/{consents[0].id}").status_code == 200
    assert ask("POST", f"{own.record}/consents/{consents[0].id}/revocation", {}).status_code == 200
    assert ask("GET", f"{own.record}/consents/{consents[0].id}/revocation").status_code == 200
    assert ask("POST", f"{own.record}/consents/{asked.id}/withdrawal").status_code == 200
    made = ask("POST", f"{own.record}/restrictions", NO)
    assert made.status_code == 201
    assert ask("GET", f"{own.record}/restrictions/{made.json['id']}").status_code == 200
    assert len(ask("GET", f"{own.record}/restrictions").json["items"]) == 1
    assert ask("POST", f"{own.record}/revocations", {}).status_code == 200
    assert ask("POST", f"memberships/{place.id}/end").json["state"] == "ended"


@pytest.mark.parametrize("by", ["token", "session"])
def test_saying_no_first_opens_nothing_else_and_nothing_as_staff(
    world: World, strict: Flask, step: str, by: str
) -> None:
    tess, own = _both(world)
    maya, ada = world.patient(), world.staff("Ada Admin", Role.ADMINISTRATOR)
    world.add(Staff(user_id=tess.user_id, practice_id=ada.practice_id, role=Role.ADMINISTRATOR, created_at=LONG_AGO))
    place, consent = world.join(maya, tess, Role.THERAPIST), world.consent(maya)
    restriction = world.restriction(own, item_class=ItemClass.MEDICATION)
    ask = _unfinished(world, strict, own, step, by)
    for method, path, body in (
        ("GET", f"{maya.record}/team", None),
        ("GET", f"{maya.record}/consents", None),
        ("GET", f"patients/{uuid4()}/team", None),
        ("POST", f"{maya.record}/revocations", {}),
        ("POST", f"{maya.record}/consents/{consent.id}/ended", None),
        ("POST", f"{maya.record}/restrictions", NO),
        ("POST", f"memberships/{place.id}/end", None),
        ("POST", f"memberships/{uuid4()}/end", None),
        ("POST", f"memberships/{uuid4()}/decline", None),
        ("DELETE", f"invitations/{uuid4()}", None),
        ("DELETE", f"practices/{ada.practice_id}/staff/{uuid4()}", None),
        ("DELETE", f"{own.record}/restrictions/{restriction.id}", None),
        ("POST", f"{own.record}/consents", {}),
        ("GET", f"{own.record}/notes", None),
        ("GET", f"{own.record}/shared-record", None),
        ("GET", own.record, None),
        ("GET", "practices", None),
        ("DELETE", "sessions", None),
    ):
        assert kind(ask(method, path, body)) == f"403 {step}-required", (method, path)


def test_a_no_before_the_second_factor_is_said_as_the_patient_alone(world: World, strict: Flask, step: str) -> None:
    _, own = _both(world)
    ask = _unfinished(world, strict, own, step, "session")
    assert ask("POST", f"{own.record}/restrictions", NO).status_code == 201
    row = world.session.execute(select(AccessEvent).where(AccessEvent.act == "restrict")).scalar_one()
    assert (row.actor_id, row.actor_role) == (own.user_id, "patient")


def test_an_own_invitation_is_withdrawn_before_anything_else(world: World, strict: Flask, step: str) -> None:
    _, own = _both(world)
    theo = world.therapist("Theo Third")
    body = {"kind": "clinician", "email": theo.email, "role": "therapist"}
    sent = world.client(own).post("invitations", body).json["id"]
    ask = _unfinished(world, strict, own, step, "session")
    assert [i["id"] for i in ask("GET", f"{own.record}/team").json["invitations"]] == [sent]
    assert ask("DELETE", f"invitations/{sent}").json["state"] == "withdrawn"


# an older token -----------------------------------------------------------------------------------


def test_no_older_token_gains_the_role_of_who_becomes_staff(world: World) -> None:
    ada, maya = world.staff("Ada Admin", Role.ADMINISTRATOR), world.patient()
    link = to_staff(world, ada, maya.email, Role.ADMINISTRATOR)
    browser = signed_in(world, maya)
    assert browser("POST", "invitations/acceptance", {"token": link}).status_code == 201
    assert world.client(maya).get("me").status_code == 401
    assert browser("GET", f"practices/{ada.practice_id}/staff").status_code == 200
    acts = world.session.scalars(select(AccessEvent.act).where(AccessEvent.actor_id == maya.user_id)).all()
    assert "revoke-all-tokens" in acts


def test_no_older_token_administers_the_practice_that_its_owner_makes(world: World) -> None:
    maker = world.user("Mo Maker", makes_practices=True)
    assert signed_in(world, maker)("POST", "practices", {"name": "Elm Street"}).status_code == 201
    assert world.client(maker).get("practices").status_code == 401


# a code that was seen ------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["code", "recovery_code"])
def test_a_code_in_a_request_that_is_refused_afterwards_is_used_up(world: World, which: str) -> None:
    maya, later = world.patient(), START + 2 * STEP
    with at(START):
        browser = signed_in(world, maya)
    phone = enrolled(browser)
    proof = {"code": phone.code(later)} if which == "code" else {"recovery_code": phone.recovery_codes[0]}
    with at(later):
        body = {"name": "x", "access": "read", "expires_in_days": 5000, "current_password": PASSWORD, **proof}
        assert browser("POST", "tokens", body).status_code == 422
        assert kind(browser("POST", "tokens", {**body, "expires_in_days": 1})) == "403 second-factor-required"
    assert kind(tried(Browser(world.app), maya, later, **proof)) == "401 second-factor-required"


# a stolen cookie -----------------------------------------------------------------------------------


def test_a_cookie_from_before_the_second_factor_is_worth_nothing_after(world: World) -> None:
    maya = world.patient()
    with at(START):
        browser = signed_in(world, maya)
        thief = copy_of(browser)
        assert thief("GET", "me").status_code == 200
    enrolled(browser)
    with at(START):
        assert thief("GET", "me").status_code == 401
        assert browser.edit({"name": "Maya New"}).status_code == 200, "the CSRF token of the answer is good"


# a flood ------------------------------------------------------------------------------------------


@pytest.fixture
def limited(world: World, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application as it runs outside tests, with few requests for each."""
    few = {"requests_per_minute": 4, "anonymous_requests_per_minute": 4}
    made = create_app(settings_for(database_url, tmp_path, rate_limits="on", **few))
    made.testing = True
    yield made
    with made.app_context():
        db.engine.dispose()


def test_a_program_that_floods_with_somebodys_token_keeps_them_from_nothing(world: World, limited: Flask) -> None:
    maya = world.patient()
    flood = Client(limited, maya.token)
    assert [flood.get("me").status_code for _ in range(5)] == [200] * 4 + [429]
    browser = signed_in(world, maya, limited)
    (token,) = browser("GET", "tokens").json["items"]
    assert browser("DELETE", f"tokens/{token['id']}").status_code == 204
    assert flood.get("me").status_code == 401
    new = browser("PUT", "me/password", {"current_password": PASSWORD, "new_password": NEW})
    assert new.status_code == 200


def test_a_crowd_at_the_same_address_keeps_nobody_from_signing_in_where_they_did_before(
    world: World, limited: Flask
) -> None:
    maya, paul = world.patient(), world.patient("Paul Patient")
    browser, other = signed_in(world, maya, limited), signed_in(world, paul, limited)
    assert [Browser(limited).sign_in("x@example.org").status_code for _ in range(3)] == [401, 401, 429]
    forged = Browser(limited)
    known = browser.client.get_cookie("careteam-known")
    assert known is not None
    forged.client.set_cookie("careteam-known", f"x{known.value}")
    assert forged.sign_in(maya.email).status_code == 429
    assert [browser.sign_in(maya.email).status_code for _ in range(5)] == [201] * 4 + [429]
    assert other.sign_in(paul.email).status_code == 201, "each is counted alone"
    assert browser("POST", "invitations/preview", {"token": "x"}).status_code == 410
    browser("DELETE", "session")
    assert browser("POST", "invitations/preview", {"token": "x"}).status_code == 429, "for signing in only"


# keys, replays ------------------------------------------------------------------------------------


PROOF = {"password", "current_password", "new_password", "code", "recovery_code"}


def test_a_key_tells_nobody_whether_a_guessed_password_is_the_one_that_was_sent(world: World) -> None:
    maya = world.patient()
    body = {"name": "x", "access": "read", "expires_in_days": 1, "current_password": PASSWORD}
    browser = signed_in(world, maya)
    assert browser("POST", "tokens", body).status_code == 201
    answers = [browser("POST", "tokens", {**body, "current_password": p}, headers=KEY) for p in (PASSWORD, "guess")]
    assert [(a.status_code, list(a.json["errors"])) for a in answers] == [(422, ["Idempotency-Key"])] * 2
    assert answers[0].json == answers[1].json
    assert world.session.execute(select(func.count()).select_from(KeyUse)).scalar_one() == 0
    assert world.session.execute(select(func.count()).select_from(TryCount)).scalar_one() == 0


def test_no_operation_takes_a_key_with_a_password_or_code(world: World) -> None:
    schemas = world.client(None).get("openapi.json").json["components"]["schemas"]
    asked = {name for name, (_, told) in documented(world.app).items() if _named(told, schemas) & PROOF}
    keyed = {
        n for n, (_, t) in documented(world.app).items() if "Idempotency-Key" in {p["name"] for p in t["parameters"]}
    }
    assert {"create_token", "sign_consent", "confirm_second_factor", "issue_password_reset"} <= asked
    assert asked & keyed == set()
    assert {"invite", "draft_note", "restrict"} <= keyed


def _named(told: Any, schemas: Any) -> set[str]:
    """The fields of an operation's body."""
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    return set(schemas.get(content.get("schema", {}).get("$ref", "").rpartition("/")[2], {}).get("properties", {}))


def test_a_repeated_request_of_somebody_whose_verification_was_withdrawn_shows_nothing(world: World) -> None:
    patient, therapist, _ = world.trio()
    body = {"kind": "progress_note", "title": "First", "body": "Worries.", "date": "2026-03-02"}
    writing = world.client(therapist)
    assert writing.post(f"{patient.record}/notes", body, headers=KEY).status_code == 201
    row = world.session.execute(select(Staff).where(Staff.user_id == therapist.user_id)).scalar_one()
    row.verified_at = None
    world.session.commit()
    again = writing.post(f"{patient.record}/notes", body, headers=KEY)
    assert again.status_code == 404
    assert "Worries" not in again.text


def test_a_key_does_not_carry_a_reading_token_or_a_foreign_page_past_their_limits(world: World) -> None:
    patient, therapist, _ = world.trio()
    with at(START):
        browser = signed_in(world, therapist)
        body = {"kind": "progress_note", "title": "First", "body": "Worries.", "date": "2026-03-02"}
        path = f"patients/{patient.patient_id}/notes"
        assert browser("POST", path, body, headers=KEY).status_code == 201
        token = {"name": "x", "access": "read", "expires_in_days": 1, "current_password": PASSWORD}
        reading = browser("POST", "tokens", token).json["token"]
        foreign = browser("POST", path, body, headers={**KEY, "Origin": "https://evil.example"})
        forged = browser("POST", path, body, headers={**KEY, "X-CSRFToken": "x"})
        only = {"Authorization": f"Bearer {reading}", **KEY}
        read = Browser(world.app)("POST", path, body, headers=only)
        sought = browser("POST", path, body, headers={**KEY, "If-None-Match": '"1"', "Range": "bytes=0-1"})
    for refused in (foreign, forged, read):
        assert refused.status_code == 403
        assert "Worries" not in refused.text
    assert (sought.status_code, sought.json["body"]) == (201, "Worries.")


# a privacy officer --------------------------------------------------------------------------------


def test_an_officer_is_not_told_what_their_staff_administer_elsewhere(world: World) -> None:
    officer = world.staff("Olga Officer", Role.PRIVACY_OFFICER)
    gwen = world.staff("Gwen Both", Role.ADMINISTRATOR)
    world.add(Staff(user_id=gwen.user_id, practice_id=officer.practice_id, role=Role.THERAPIST, created_at=LONG_AGO))
    tess, patient = world.therapist(practice_id=gwen.practice_id), world.patient()
    world.join(patient, tess, Role.THERAPIST)
    for address in ("/verification", ""):
        world.client(gwen)("DELETE", place(world, tess, Role.THERAPIST) + address)
    world.client(gwen).get(f"practices/{gwen.practice_id}/administration-log")
    answer = world.client(officer).get(f"practices/{officer.practice_id}/access-log")
    assert answer.status_code == 200
    assert answer.json["items"] == []
    theirs = world.staff("Otto Officer", Role.PRIVACY_OFFICER, practice_id=gwen.practice_id)
    answer = world.client(theirs).get(f"practices/{gwen.practice_id}/access-log")
    acts = {"read-administration-log", "end-membership-with-role", "end-role", "withdraw-verification"}
    assert {row["act"] for row in answer.json["items"]} == acts
