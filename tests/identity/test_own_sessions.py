"""One's own signed-in browsers: listed with where and when, ended one by one or all the others at once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, update

from careteam.models import AccessEvent, LoginSession
from careteam.models.types import new_id
from tests.identity.browser import Browser, copy_of, signed_in
from tests.world import World

SAFARI = {"User-Agent": "Safari on a phone"}


def listed(browser: Any) -> list[dict[str, Any]]:
    answer = browser("GET", "sessions")
    assert answer.status_code == 200, answer.json
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def test_each_browser_is_listed_with_when_and_where_and_which_is_this_one(world: World) -> None:
    tess = world.therapist()
    here, there = signed_in(world, tess), Browser(world.app)
    there.sign_in(tess.email, headers=SAFARI)
    latest, first = listed(here)
    assert (latest["browser"], latest["current"], first["current"]) == ("Safari on a phone", False, True)
    assert (first["address"], set(first)) == ("127.0.0.1", set(latest))
    assert first["created_at"] <= first["last_used_at"] < first["expires_at"]
    assert [s["current"] for s in listed(there)] == [True, False]


def test_nobody_elses_sessions_are_listed_or_ended(world: World) -> None:
    mine, other = signed_in(world, world.therapist()), signed_in(world, world.prescriber())
    (theirs,) = listed(other)
    assert theirs["id"] not in {s["id"] for s in listed(mine)}
    hidden, absent = (mine("DELETE", f"sessions/{i}") for i in (theirs["id"], new_id()))
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    assert other.signed_in


def test_one_is_ended_and_its_copies_with_it(world: World) -> None:
    tess = world.therapist()
    here, there = signed_in(world, tess), signed_in(world, tess)
    stolen = copy_of(there)
    (that,) = [s for s in listed(here) if not s["current"]]
    assert here("DELETE", f"sessions/{that['id']}").status_code == 204
    assert (here.signed_in, there.signed_in, stolen.signed_in) == (True, False, False)
    assert here("DELETE", f"sessions/{that['id']}").status_code == 404
    assert [s["current"] for s in listed(here)] == [True]


def test_ending_the_one_that_asks_signs_it_out(world: World) -> None:
    here = signed_in(world, world.therapist())
    (this,) = listed(here)
    assert here("DELETE", f"sessions/{this['id']}").status_code == 204
    assert not here.signed_in


def test_all_the_others_are_ended_at_once(world: World) -> None:
    tess = world.therapist()
    here, there, third = (signed_in(world, tess) for _ in range(3))
    colleague = signed_in(world, world.prescriber())
    assert here("DELETE", "sessions").json == {"sessions_ended": 2}
    assert [b.signed_in for b in (here, there, third, colleague)] == [True, False, False, True]
    assert here("DELETE", "sessions").json == {"sessions_ended": 0}


def test_a_program_is_no_browser_and_ends_them_all(world: World) -> None:
    tess = world.therapist()
    browser, program = signed_in(world, tess), world.client(tess)
    (only,) = program.get("sessions").json["items"]
    assert only["current"] is False
    assert program("DELETE", "sessions").json == {"sessions_ended": 1}
    assert not browser.signed_in
    assert program.get("me").status_code == 200


@pytest.mark.parametrize(("column", "limit"), [("expires_at", 0), ("last_seen_at", -30), ("ended_at", 5)])
def test_what_could_not_be_used_any_more_is_not_listed(world: World, column: str, limit: int) -> None:
    tess = world.therapist()
    here, there = signed_in(world, tess), signed_in(world, tess)
    (that,) = [s["id"] for s in listed(here) if not s["current"]]
    instant = datetime.now(UTC) + timedelta(minutes=limit)
    world.session.execute(update(LoginSession).where(LoginSession.id == UUID(that)).values({column: instant}))
    world.session.commit()
    assert [s["current"] for s in listed(here)] == [True]
    assert not there.signed_in


def test_an_idle_browser_leaves_the_list_to_the_instant(world: World) -> None:
    tess = world.therapist()
    here = signed_in(world, tess)
    seen = world.session.scalars(select(LoginSession.last_seen_at)).one()
    world.session.rollback()
    for after, there in ((timedelta(minutes=30, microseconds=-1), 1), (timedelta(minutes=30), 0)):
        with time_machine.travel(seen + after, tick=False):
            assert len(world.client(tess).get("sessions").json["items"]) == there
            assert here("GET", "me").status_code == (200 if there else 401)
            world.session.execute(update(LoginSession).values(last_seen_at=seen))
            world.session.commit()


def test_the_list_comes_in_pages_and_every_end_is_logged(world: World) -> None:
    tess = world.therapist()
    here = [signed_in(world, tess) for _ in range(3)][-1]
    first = here("GET", "sessions?limit=2").json
    second = here("GET", f"sessions?limit=2&cursor={first['next']}").json
    ids = [s["id"] for s in first["items"] + second["items"]]
    assert (len(set(ids)), second["next"]) == (3, None)
    here("DELETE", f"sessions/{ids[-1]}")
    here("DELETE", "sessions")
    acts = world.session.scalars(select(AccessEvent.act).order_by(AccessEvent.id)).all()
    assert acts[-2:] == ["end-session", "end-other-sessions"]


def test_nobody_who_is_not_signed_in_lists_or_ends_sessions(world: World) -> None:
    stranger = Browser(world.app)
    for method, address in (("GET", "sessions"), ("DELETE", "sessions"), ("DELETE", f"sessions/{new_id()}")):
        assert stranger(method, address).status_code == 401
