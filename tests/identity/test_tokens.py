"""Personal access tokens through the REST door."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from careteam.models import ApiToken
from careteam.services.identity.credentials import digest
from tests.identity.browser import signed_in
from tests.world import PASSWORD, Client, Person, World

NIL = "00000000-0000-7000-8000-000000000000"


def _ask(**changes: Any) -> dict[str, Any]:
    asked = {"name": "Backup", "access": "read_write", "expires_in_days": 30, "current_password": PASSWORD}
    return {k: v for k, v in {**asked, **changes}.items() if v is not None}


def _made(world: World, person: Person, **changes: Any) -> Any:
    answer = signed_in(world, person)("POST", "tokens", _ask(**changes))
    assert answer.status_code == 201, answer.json
    return answer.json


class _Program(Client):
    """A program with a token, in a context of its own."""

    def __call__(self, method: str, address: str, **options: Any) -> Any:
        from contextvars import Context

        return Context().run(super().__call__, method, address, **options)


def test_a_token_is_shown_once_and_stored_hashed(world: World) -> None:
    tess = world.therapist()
    made = _made(world, tess)
    assert made["token"].startswith("ct_")
    assert len(made["token"]) >= 46
    row = world.session.execute(select(ApiToken).where(ApiToken.name == "Backup")).scalar_one()
    assert row.token_hash == digest(made["token"])
    assert made["token"] not in {str(value) for value in vars(row).values()}
    world.session.rollback()
    listed: Any = _Program(world.app, made["token"]).get("tokens")
    assert made["token"] not in listed.get_data(as_text=True)
    assert listed.json["items"][0] == {**{k: v for k, v in made.items() if k != "token"}, "last_used_at": None}


def test_a_token_acts_as_its_owner_and_notes_its_use(world: World) -> None:
    tess = world.therapist()
    made = _made(world, tess)
    me: Any = _Program(world.app, made["token"]).get("me").json
    assert (me["id"], me["signed_in_by"], me["may_write"]) == (str(tess.user_id), "token", True)
    row = world.session.execute(select(ApiToken).where(ApiToken.name == "Backup")).scalar_one()
    assert row.last_used_at is not None
    assert row.last_used_at >= row.created_at


def test_a_read_only_token_reads_and_does_not_write(world: World) -> None:
    program = _Program(world.app, _made(world, world.therapist(), access="read")["token"])
    assert program.get("me").json["may_write"] is False
    answers = [program.patch("me", {"name": "x"}), program("DELETE", f"tokens/{NIL}"), program.post("practices")]
    assert [a.status_code for a in answers] == [403, 403, 403]
    assert program.get("me").json["name"] == "Tess Okafor"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (_ask(expires_in_days=1), 201),
        (_ask(expires_in_days=90), 201),
        (_ask(expires_in_days=91), 422),
        (_ask(expires_in_days=0), 422),
        (_ask(expires_in_days=-1), 422),
        (_ask(expires_in_days=10**15), 422),
        (_ask(expires_in_days="30"), 422),
        (_ask(expires_in_days=True), 422),
        (_ask(expires_in_days=None), 422),
        (_ask(access="admin"), 422),
        (_ask(name=" "), 422),
        (_ask(name=None), 422),
        (_ask(user_id=NIL), 422),
        (_ask(writes=True), 422),
        (_ask(current_password=None), 422),
        (_ask(current_password="wrong wrong wrong"), 403),
    ],
)
def test_what_may_be_asked_for(world: World, body: dict[str, Any], status: int) -> None:
    browser = signed_in(world, world.therapist())
    assert browser("POST", "tokens", body).status_code == status
    kept = world.session.execute(select(ApiToken).where(ApiToken.name == body.get("name", ""))).all()
    assert len(kept) == (1 if status == 201 else 0)


def test_a_token_does_not_make_tokens(world: World) -> None:
    assert world.client(world.therapist()).post("tokens", _ask()).status_code == 403


def test_a_token_ends_at_its_instant(world: World) -> None:
    program = _Program(world.app, _made(world, world.therapist(), expires_in_days=1)["token"])
    expires_at = world.session.execute(select(ApiToken.expires_at).where(ApiToken.name == "Backup")).scalar_one()
    world.session.rollback()
    tick = timedelta(microseconds=1)
    for moment, status in ((expires_at - tick, 200), (expires_at, 401), (expires_at + tick, 401)):
        with time_machine.travel(moment, tick=False):
            assert program.get("me").status_code == status


def test_a_revoked_token_is_refused_at_once(world: World) -> None:
    tess = world.therapist()
    browser = signed_in(world, tess)
    made: Any = browser("POST", "tokens", _ask()).json
    program = _Program(world.app, made["token"])
    assert program.get("me").status_code == 200
    assert browser("DELETE", f"tokens/{made['id']}").status_code == 204
    assert program.get("me").status_code == 401
    assert made["id"] not in [t["id"] for t in browser("GET", "tokens").json["items"]]
    assert browser("DELETE", f"tokens/{made['id']}").status_code == 404


def test_another_persons_token_is_like_one_that_does_not_exist(world: World) -> None:
    made = _made(world, world.therapist())
    other = world.client(world.prescriber())
    theirs, absent = other("DELETE", f"tokens/{made['id']}"), other("DELETE", f"tokens/{NIL}")
    assert (theirs.status_code, theirs.data) == (absent.status_code, absent.data) == (404, absent.data)
    assert _Program(world.app, made["token"]).get("me").status_code == 200


def test_the_list_comes_in_pages_newest_first(world: World) -> None:
    browser = signed_in(world, world.user("Kim"))
    for number in range(3):
        browser("POST", "tokens", _ask(name=f"no {number}"))
    first: Any = browser("GET", "tokens?limit=2").json
    rest: Any = browser("GET", f"tokens?limit=2&cursor={first['next']}").json
    assert [t["name"] for t in first["items"] + rest["items"]] == ["no 2", "no 1", "no 0", "test"]
    assert rest["next"] is None


def test_tokens_of_a_disabled_account_are_refused(world: World) -> None:
    from careteam.models import User

    tess = world.therapist()
    program = _Program(world.app, _made(world, tess)["token"])
    world.session.execute(update(User).where(User.id == tess.user_id).values(disabled_at=world.now))
    world.session.commit()
    assert program.get("me").status_code == 401
