"""The second factor: enrolled, asked for, used once, renewed, replaced and removed."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, RecoveryCode, SecondFactor
from tests.identity.browser import Browser, copy_of, signed_in
from tests.identity.factor import START, STEP, Phone, at, begin, enrolled, kind, tried
from tests.world import PASSWORD, World

MINUTE = timedelta(minutes=1)
LATER = START + MINUTE


def _signed_in(world: World, person: Any) -> Browser:
    with at(START):
        return signed_in(world, person)


def test_what_is_shown_at_enrolment_fits_an_authenticator_app(world: World) -> None:
    tess = world.therapist()
    browser = _signed_in(world, tess)
    with at(START):
        answer = browser("POST", "me/second-factor", {"password": PASSWORD})
    shown = answer.json
    assert len(shown["secret"]) == 32
    name = "otpauth://totp/careteam:tess.okafor%40example.org"
    assert shown["otpauth_uri"] == f"{name}?secret={shown['secret']}&issuer=careteam"
    assert ElementTree.fromstring(shown["qr_svg"]).tag.endswith("svg")
    with at(START):
        assert browser("GET", answer.headers["Location"].removeprefix("/api/v1/")).json["active"] is False


def test_nothing_counts_before_it_is_confirmed(world: World) -> None:
    tess = world.therapist()
    browser = _signed_in(world, tess)
    with at(START):
        begin(browser)
    assert tried(Browser(world.app), tess, LATER).status_code == 201
    with at(START):
        assert kind(browser("POST", "me/second-factor/confirmation", {"code": "000000"})) == "403 not-permitted"
    assert tried(Browser(world.app), tess, LATER).status_code == 201


def test_a_confirmation_has_a_quarter_of_an_hour_and_something_to_confirm(world: World) -> None:
    tess = world.therapist()
    browser = _signed_in(world, tess)
    with at(START):
        assert kind(browser("POST", "me/second-factor/confirmation", {"code": "000000"})) == "409 conflict"
        phone = Phone(begin(browser), [])
    for after, status in ((timedelta(minutes=15), 409), (timedelta(minutes=15) - timedelta(seconds=1), 200)):
        with at(START + after):
            answer = browser("POST", "me/second-factor/confirmation", {"code": phone.code(START + after)})
        assert answer.status_code == status, after
    browser.csrf = answer.json["csrf_token"]
    with at(START + 16 * MINUTE):
        again = browser("POST", "me/second-factor/confirmation", {"code": phone.code(START + 16 * MINUTE)})
    assert again.status_code == 409


def test_a_right_password_alone_is_told_that_a_code_is_missing(world: World) -> None:
    tess = world.therapist()
    phone = enrolled(_signed_in(world, tess))
    browser = Browser(world.app)
    assert kind(tried(browser, tess, LATER)) == "401 second-factor-required"
    assert kind(tried(browser, tess, LATER, "wrong wrong wrong")) == "401 not-authenticated"
    assert kind(tried(browser, tess, LATER, "wrong wrong wrong", code=phone.code(LATER))) == "401 not-authenticated"
    assert "Set-Cookie" not in tried(browser, tess, LATER).headers
    assert tried(browser, tess, LATER, code=phone.code(LATER)).status_code == 201


@pytest.mark.parametrize(("steps", "status"), [(-3, 401), (-2, 401), (-1, 201), (0, 201), (1, 201), (2, 401), (3, 401)])
def test_a_code_is_good_for_one_step_around_its_own(world: World, steps: int, status: int) -> None:
    tess = world.therapist()
    phone = enrolled(_signed_in(world, tess))
    moment = START + 10 * MINUTE
    assert tried(Browser(world.app), tess, moment, code=phone.code(moment + steps * STEP)).status_code == status


def test_a_code_is_accepted_once_and_none_before_it_any_more(world: World) -> None:
    tess = world.therapist()
    phone = enrolled(_signed_in(world, tess))
    assert tried(Browser(world.app), tess, START, code=phone.code(START)).status_code == 401, "used to confirm"
    assert tried(Browser(world.app), tess, LATER, code=phone.code(LATER)).status_code == 201
    for replayed in (LATER, LATER - STEP):
        answer = tried(Browser(world.app), tess, LATER + timedelta(seconds=1), code=phone.code(replayed))
        assert kind(answer) == "401 second-factor-required"
    newer = LATER + STEP
    assert tried(Browser(world.app), tess, newer, code=phone.code(newer)).status_code == 201


def _wide(code: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in code)


@pytest.mark.parametrize("write", [str, lambda code: f" {code[:3]} {code[3:]} ", _wide])
def test_a_code_may_be_typed_with_spaces_or_wide_digits(world: World, write: Any) -> None:
    tess = world.therapist()
    phone = enrolled(_signed_in(world, tess))
    assert tried(Browser(world.app), tess, LATER, code=write(phone.code(LATER))).status_code == 201


def test_each_of_ten_recovery_codes_is_good_once(world: World) -> None:
    tess = world.therapist()
    browser = _signed_in(world, tess)
    phone = enrolled(browser)
    assert len(set(phone.recovery_codes)) == 10
    first, second = phone.recovery_codes[:2]
    assert tried(Browser(world.app), tess, LATER, recovery_code=first).status_code == 201
    assert tried(Browser(world.app), tess, LATER, recovery_code=first).status_code == 401
    written = second.upper().replace("-", " ")
    assert tried(Browser(world.app), tess, LATER, recovery_code=written).status_code == 201
    with at(LATER):
        assert browser("GET", "me/second-factor").json["recovery_codes_left"] == 8


def test_nobody_uses_the_recovery_code_of_another(world: World) -> None:
    tess, paul = world.therapist(), world.prescriber()
    phone = enrolled(_signed_in(world, tess))
    enrolled(_signed_in(world, paul))
    assert tried(Browser(world.app), paul, LATER, recovery_code=phone.recovery_codes[0]).status_code == 401
    assert tried(Browser(world.app), tess, LATER, recovery_code=phone.recovery_codes[0]).status_code == 201


def test_renewed_recovery_codes_replace_the_old_ones(world: World) -> None:
    tess = world.therapist()
    browser = _signed_in(world, tess)
    phone = enrolled(browser)
    with at(LATER):
        body = {"password": PASSWORD, "code": phone.code(LATER)}
        fresh = browser("POST", "me/second-factor/recovery-codes", body).json["recovery_codes"]
    assert not set(fresh) & set(phone.recovery_codes)
    assert tried(Browser(world.app), tess, LATER, recovery_code=phone.recovery_codes[0]).status_code == 401
    assert tried(Browser(world.app), tess, LATER, recovery_code=fresh[0]).status_code == 201


def test_what_is_stored_shows_neither_secret_nor_code(world: World) -> None:
    browser = _signed_in(world, world.therapist())
    phone = enrolled(browser)
    row = world.session.execute(select(SecondFactor)).scalar_one()
    hashes = world.session.execute(select(RecoveryCode.code_hash)).scalars().all()
    assert row.secret is not None
    assert phone.secret.encode() not in row.secret
    assert row.pending_secret is None
    assert len(hashes) == 10
    assert not any(code in stored for code in phone.recovery_codes for stored in hashes)


def test_a_confirmed_factor_ends_the_other_sessions_and_every_token(world: World) -> None:
    tess = world.therapist()
    here, there = _signed_in(world, tess), _signed_in(world, tess)
    copy = copy_of(there)
    with at(START):
        phone = Phone(begin(here), [])
        assert there.signed_in
        answer = here("POST", "me/second-factor/confirmation", {"code": phone.code(START)}).json
        assert (answer["sessions_ended"], answer["tokens_revoked"]) == (1, 1)
        assert [b("GET", "me").status_code for b in (here, there, copy)] == [200, 401, 401]
    assert world.client(tess).get("me").status_code == 401


def test_a_new_phone_replaces_the_old_one_only_once_it_is_confirmed(world: World) -> None:
    tess = world.therapist()
    browser = _signed_in(world, tess)
    old = enrolled(browser)
    with at(LATER):
        assert kind(browser("POST", "me/second-factor", {"password": PASSWORD})) == "403 second-factor-required"
        new = Phone(begin(browser, code=old.code(LATER)), [])
    second = LATER + STEP
    assert tried(Browser(world.app), tess, second, code=new.code(second)).status_code == 401
    assert tried(Browser(world.app), tess, second, code=old.code(second)).status_code == 201
    third = second + STEP
    with at(third):
        assert browser("POST", "me/second-factor/confirmation", {"code": new.code(third)}).status_code == 200
    fourth = third + STEP
    assert tried(Browser(world.app), tess, fourth, code=old.code(fourth)).status_code == 401
    assert tried(Browser(world.app), tess, fourth, code=new.code(fourth)).status_code == 201


def test_it_is_removed_with_password_and_code_and_ends_the_rest(world: World) -> None:
    tess = world.therapist()
    here = _signed_in(world, tess)
    phone = enrolled(here)
    there = Browser(world.app)
    assert tried(there, tess, LATER, recovery_code=phone.recovery_codes[0]).status_code == 201
    with at(LATER):
        for body, said in (
            ({"password": PASSWORD}, "403 second-factor-required"),
            ({"password": PASSWORD, "code": "000000"}, "403 second-factor-required"),
            ({"password": "wrong wrong wrong", "code": phone.code(LATER)}, "403 not-permitted"),
        ):
            assert kind(here("POST", "me/second-factor/removal", body)) == said
        body = {"password": PASSWORD, "recovery_code": phone.recovery_codes[1]}
        assert here("POST", "me/second-factor/removal", body).json == {"sessions_ended": 1, "tokens_revoked": 0}
        assert here("POST", "me/second-factor/removal", body).status_code == 409
        assert not there.signed_in
    assert tried(Browser(world.app), tess, LATER).status_code == 201


@pytest.mark.parametrize("path", ["second-factor", "second-factor/recovery-codes", "second-factor/removal"])
def test_an_access_token_is_not_enough(world: World, path: str) -> None:
    answer = world.client(world.patient()).post(f"me/{path}", {"password": PASSWORD})
    assert kind(answer) == "403 not-permitted"


def test_a_code_or_a_recovery_code_but_not_both(world: World) -> None:
    body = {"email": "a@example.org", "password": PASSWORD, "code": "1", "recovery_code": "2"}
    answer = Browser(world.app)("POST", "session", body)
    assert answer.status_code == 422
    assert list(answer.json["errors"]["json"]) == ["recovery_code"]


def test_everything_about_it_is_logged(world: World) -> None:
    tess = world.therapist()
    browser = _signed_in(world, tess)
    phone = enrolled(browser)
    for act, moment in (("recovery-codes", LATER), ("removal", LATER), ("removal", LATER + STEP)):
        with at(moment):
            browser("POST", f"me/second-factor/{act}", {"password": PASSWORD, "code": phone.code(moment)})
    rows = world.session.execute(select(AccessEvent.act, AccessEvent.outcome).order_by(AccessEvent.id)).all()
    assert [tuple(row) for row in rows] == [
        ("sign-in", "changed"),
        ("begin-second-factor", "changed"),
        ("confirm-second-factor", "changed"),
        ("renew-recovery-codes", "changed"),
        ("second_factor.remove_second_factor", "refused"),
        ("remove-second-factor", "changed"),
    ]
