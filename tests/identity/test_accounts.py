"""Accounts: addresses, names, and one's own account."""

from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from careteam.actor import Origin
from careteam.errors import Conflict, Invalid
from careteam.extensions import db
from careteam.models import LoginSession, User
from careteam.services.identity import accounts, credentials, own_account, sessions
from careteam.services.identity.accounts import normal_address, normal_name
from careteam.services.identity.sessions import Browser as Where
from tests.identity.browser import Browser, signed_in
from tests.world import PASSWORD, World

NEW = "another four unrelated words"
ADDRESSES = {
    "tess@example.org": "tess@example.org",
    "  Tess@Example.ORG\t": "tess@example.org",
    "ｔess@example.org": "tess@example.org",
    "\u212aim@example.org": "kim@example.org",
    "o'neil+care.team@mail.example.co.uk": "o'neil+care.team@mail.example.co.uk",
    "jörg@müller.example": "jörg@müller.example",
    "jo\u0308rg@example.org": "jörg@example.org",
    "x" * 64 + "@example.org": "x" * 64 + "@example.org",
}
NO_ADDRESSES = [
    "",
    "tess",
    "@example.org",
    "tess@",
    "tess@localhost",
    "tess@@example.org",
    "tess@example..org",
    "tess@-example.org",
    "tess@example-.org",
    ".tess@example.org",
    "te..ss@example.org",
    "te ss@example.org",
    "tess@exam ple.org",
    "tess@example.org, other@example.org",
    "Tess <tess@example.org>",
    "tess\r\nBcc: other@example.org",
    "te\x00ss@example.org",
    "te\u200bss@example.org",
    "te\ud800ss@example.org",
    "x" * 65 + "@example.org",
    "tess@" + "x" * 64 + ".org",
    "tess@" + "x." * 130 + "org",
]


@pytest.mark.parametrize(("given", "normal"), ADDRESSES.items())
def test_an_address_has_one_form(given: str, normal: str) -> None:
    assert normal_address(given) == normal
    assert normal_address(normal) == normal


@pytest.mark.parametrize("given", NO_ADDRESSES, ids=ascii)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(Invalid) as refusal:
        normal_address(given)
    assert refusal.value.members["errors"]["email"]  # type: ignore[index]


@pytest.mark.parametrize("given", ["", "  ", "a\nb", "a\x00b", "a\u2028b", "a\ud800b", "x" * 201])
def test_what_is_no_name_is_refused(given: str) -> None:
    with pytest.raises(Invalid):
        normal_name(given)
    assert normal_name("  María José\u00a0Núñez-O'Hara  ") == "María José\u00a0Núñez-O'Hara"


def _create(world: World, **changes: Any) -> User:
    row = {"email": "Kim@example.org", "name": " Kim ", "password": PASSWORD, "at": world.now, **changes}
    return accounts.create(world.session, world.app.extensions["careteam"].passwords, **row)


def test_a_new_account_signs_in_and_is_nobody_in_particular(world: World) -> None:
    user = _create(world, time_zone="Europe/Berlin")
    assert (user.email, user.name, user.time_zone, user.makes_practices) == (
        "kim@example.org",
        "Kim",
        "Europe/Berlin",
        False,
    )
    world.session.commit()
    account = Browser(world.app).sign_in("kim@example.org").json["account"]
    assert (account["roles"], account["patient_id"], account["makes_practices"]) == ([], None, False)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "kim"}, "email"),
        ({"name": "\n"}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "kim kim kim kim kim"}, "password"),
        ({"password": "kim@example.org!!"}, "password"),
        ({"time_zone": "Mars"}, "time_zone"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(world: World, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        _create(world, **change)
    assert list(refusal.value.members["errors"]) == [field]  # type: ignore[call-overload]


@pytest.mark.parametrize("address", ["kim@example.org", "KIM@EXAMPLE.ORG", "ｋim@example.org"])
def test_one_address_has_one_account(world: World, address: str) -> None:
    _create(world)
    with pytest.raises(Conflict):
        _create(world, email=address, name="Other")
    world.session.commit()
    assert world.session.execute(select(User.name)).scalars().all() == ["Kim"]


def test_one_changes_name_and_time_zone_and_nothing_else(world: World) -> None:
    client = world.client(world.patient())
    edited = client.patch("me", {"name": " Tess O. ", "time_zone": "America/Chicago"}, version=1).json
    assert (edited["name"], edited["time_zone"]) == ("Tess O.", "America/Chicago")
    assert client.get("me").json == edited
    before = edited
    fixed = before.keys() - {"name", "time_zone", "news_by_mail"}
    for field in (*fixed, "password", "password_hash", "disabled_at", "version"):
        assert client.patch("me", {field: before.get(field)}, version=2).status_code == 422, field
    for body in ({"name": ""}, {"name": 1}, {"name": None}, {"time_zone": "Chicago"}, {"time_zone": "../etc"}):
        assert client.patch("me", body, version=2).status_code == 422, body
    assert client.get("me").json == before


def test_me_says_who_one_is(world: World) -> None:
    patient, tess = world.patient("Maya Ellison"), world.therapist(verified=False)
    assert world.client(patient).get("me").json == {
        "id": str(patient.user_id),
        "name": "Maya Ellison",
        "email": "maya.ellison@example.org",
        "time_zone": "America/New_York",
        "news_by_mail": False,
        "version": 1,
        "patient_id": str(patient.patient_id),
        "makes_practices": False,
        "roles": [],
        "signed_in_by": "token",
        "may_write": True,
    }
    place = {"practice_id": str(tess.practice_id), "practice_name": "Tess Okafor's practice"}
    assert world.client(tess).get("me").json["roles"] == [{**place, "role": "therapist", "verified": False}]
    assert world.client(None).get("me").status_code == 401


def test_a_session_opened_with_the_old_password_does_not_outlive_its_change(world: World) -> None:
    """PostgreSQL: the change began before the sign-in was committed and does not see it, so it has to begin anew."""
    if world.session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    tess, passwords = world.therapist(), world.app.extensions["careteam"].passwords
    where = Where(Origin(), "", world.app.config["PERMANENT_SESSION_LIFETIME"])
    actor = credentials.by_user(world.session, tess.user_id, Origin())
    assert actor is not None
    with Session(db.engine) as signing_in:
        assert sessions.sign_in(signing_in, passwords, where, email=tess.email, password=PASSWORD, at=world.now)
        signing_in.commit()
    change: dict[str, Any] = {"current_password": PASSWORD, "new_password": NEW, "at": world.now}
    with pytest.raises(OperationalError):
        own_account.change_password(world.session, passwords, actor, where, **change)
    world.session.rollback()
    own_account.change_password(world.session, passwords, actor, where, **change)
    world.session.commit()
    alive = select(LoginSession).where(LoginSession.ended_at.is_(None))
    assert len(world.session.execute(alive).all()) == 1


def test_an_account_of_many_practices_is_read_in_as_many_queries_as_one(world: World) -> None:
    maker = world.user("Mina Maker", makes_practices=True)
    browser, counts = signed_in(world, maker), []
    for name in ("A", "B", "C"):
        browser("POST", "practices", {"name": name})
        asked: list[str] = []

        def note(*arguments: Any, asked: list[str] = asked) -> None:
            asked.append(arguments[2])

        event.listen(db.engine, "before_cursor_execute", note)
        browser("GET", "me")
        browser("GET", "practices")
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2] > 0
