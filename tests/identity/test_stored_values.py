"""What the database holds about second factors and links opens nothing, and steps in another order do nothing."""

from typing import Any

import pytest
from sqlalchemy import delete, text

from careteam.models import Base, TryCount
from tests.identity.browser import Browser, signed_in
from tests.identity.factor import START, STEP, Phone, at, begin, enrolled, kind
from tests.identity.test_command_line import run
from tests.world import PASSWORD, World

NEW = "another four unrelated words"


def _stored(world: World) -> set[str]:
    found = set()
    for name in ("second_factor", "recovery_code", "account_link", "try_count", "login_session", "api_token"):
        assert name in Base.metadata.tables
        for row in world.session.execute(text(f'SELECT * FROM "{name}"')):
            for value in row:
                raw = bytes(value) if isinstance(value, memoryview) else value
                found.add(raw.decode("latin-1") if isinstance(raw, bytes) else str(raw))
    world.session.rollback()
    return {value.replace("\x00", "") for value in found} - {""}


def test_nothing_that_the_database_holds_is_a_code_or_a_link(world: World) -> None:
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess)
    enrolled(browser)
    with at(START + STEP):
        assert run(world.app, "reset-link", tess.email).exit_code == 0
    values, wrong = _stored(world), []
    assert len(values) > 40
    for value in values:
        world.session.execute(delete(TryCount))  # or nothing would be evaluated after the first few
        world.session.commit()
        with at(START + STEP):
            asked = [
                ("session", {"email": tess.email, "password": PASSWORD, "code": value[:20]}),
                ("session", {"email": tess.email, "password": PASSWORD, "recovery_code": value[:100]}),
                ("password-resets", {"token": value[:200], "password": NEW}),
            ]
            statuses = {Browser(world.app)("POST", path, body).status_code for path, body in asked}
        wrong += [] if statuses <= {401, 410, 422} else [(value, statuses)]
    assert wrong == []


ORDERS: dict[str, tuple[str, dict[str, Any], int]] = {
    "confirm what was not begun": ("me/second-factor/confirmation", {"code": "000000"}, 409),
    "renew codes that one has not": ("me/second-factor/recovery-codes", {"password": PASSWORD}, 409),
    "remove what one has not": ("me/second-factor/removal", {"password": PASSWORD}, 409),
    "take an address that one did not ask for": ("me/address-changes/confirmation", {"token": "x" * 43}, 410),
}


@pytest.mark.parametrize(("path", "body", "status"), ORDERS.values(), ids=ORDERS)
def test_a_step_without_the_one_before_does_nothing(world: World, path: str, body: dict[str, Any], status: int) -> None:
    tess = world.therapist()
    assert signed_in(world, tess)("POST", path, body).status_code == status
    assert Browser(world.app).sign_in(tess.email).status_code == 201


def test_only_the_secret_that_was_begun_last_is_confirmed(world: World) -> None:
    tess = world.therapist()
    with at(START):
        browser = signed_in(world, tess)
        first, second = (Phone(begin(browser), []) for _ in range(2))
        answers = [
            browser("POST", "me/second-factor/confirmation", {"code": phone.code(START)}) for phone in (first, second)
        ]
    assert [answer.status_code for answer in answers] == [403, 200]


def test_one_person_confirms_nothing_for_another(world: World) -> None:
    tess, paul = world.therapist(), world.prescriber()
    with at(START):
        phone = Phone(begin(signed_in(world, tess)), [])
        answer = signed_in(world, paul)("POST", "me/second-factor/confirmation", {"code": phone.code(START)})
        assert kind(answer) == "409 conflict"
        assert Browser(world.app).sign_in(tess.email).status_code == 201
