"""Accounts, sign-in, tokens and practices, each asked for once."""

from datetime import UTC, datetime
from typing import Any

import pyotp
from sqlalchemy import select

from careteam.models import LoginSession, Staff
from careteam.policy.vocabulary import LinkKind, Role
from careteam.services.identity import account_links
from tests.api.examples.stage import Ask, Stage, asks
from tests.identity.browser import Browser
from tests.world import PASSWORD, Person

NEW = "paper boats on a slow river"
LINK_TOKEN = "c2V2ZW4tbGFtcHMtYWxvbmctdGhlLXNob3JlLTEyMzQ"
CODE = "287082"


def staff_of(stage: Stage, person: Person, role: Role) -> dict[str, Any]:
    """The ids of somebody's role in its practice."""
    row = select(Staff.id).where(Staff.user_id == person.user_id, Staff.role == role)
    staff_id = stage.world.session.scalars(row).one()
    stage.world.session.rollback()
    return {"practice_id": person.practice_id, "staff_id": staff_id}


def new_here(stage: Stage) -> Person:
    """Somebody in Tess's practice whom nobody has verified."""
    return stage.world.staff("Nora Newell", Role.PRESCRIBER, verified=False, practice_id=stage.elm)


def enrol(stage: Stage, browser: Browser) -> str:
    """Begin an authenticator app in this browser; return what it shows now."""
    answer = browser("POST", "me/second-factor", {"password": PASSWORD})
    assert answer.status_code == 201, answer.text
    code = pyotp.TOTP(answer.json["secret"]).now()
    stage.stand_in(code, CODE)
    return code


def enrolled(stage: Stage, person: Person) -> tuple[Browser, str]:
    """A browser of somebody with an authenticator app, and one of their recovery codes."""
    browser = stage.browser(person)
    answer = browser("POST", "me/second-factor/confirmation", {"code": enrol(stage, browser)})
    assert answer.status_code == 200, answer.text
    browser.csrf = answer.json["csrf_token"]
    spare = answer.json["recovery_codes"][0]
    stage.stand_in(spare, "gq2d-mmzu-gbqt-iztf-hfsd-cmjs")
    return browser, spare


def link(stage: Stage, person: Person, kind: LinkKind, **values: Any) -> str:
    """The last part of a link for somebody."""
    session = stage.world.session
    token, _ = account_links.issue(session, person.user_id, kind, at=datetime.now(UTC), **values)
    session.commit()
    stage.stand_in(token, LINK_TOKEN)
    return token


@asks("live")
@asks("ready")
def _health(stage: Stage) -> Ask:
    return Ask(None)


@asks("sign_in")
def _sign_in(stage: Stage) -> Ask:
    return Ask(None, body={"email": stage.tess.email, "password": PASSWORD})


@asks("read_session")
@asks("sign_out")
@asks("list_sessions")
@asks("read_second_factor")
def _in_a_browser(stage: Stage) -> Ask:
    return Ask(stage.browser(stage.tess))


@asks("end_other_sessions")
def _end_other_sessions(stage: Stage) -> Ask:
    stage.browser(stage.tess)
    return Ask(stage.browser(stage.tess))


@asks("end_session")
def _end_session(stage: Stage) -> Ask:
    stage.browser(stage.tess)
    session_id = stage.world.session.scalars(select(LoginSession.id)).one()
    stage.world.session.rollback()
    return Ask(stage.browser(stage.tess), {"session_id": session_id})


@asks("read_me")
@asks("list_tokens")
@asks("list_practices")
def _own(stage: Stage) -> Ask:
    return Ask(stage.tess)


@asks("edit_me")
def _edit_me(stage: Stage) -> Ask:
    return Ask(stage.maya, body={"time_zone": "America/Chicago"}, version=1)


@asks("change_password")
def _change_password(stage: Stage) -> Ask:
    return Ask(stage.browser(stage.tess), body={"current_password": PASSWORD, "new_password": NEW})


@asks("begin_second_factor")
def _begin_second_factor(stage: Stage) -> Ask:
    return Ask(stage.browser(stage.tess), body={"password": PASSWORD})


@asks("confirm_second_factor")
def _confirm_second_factor(stage: Stage) -> Ask:
    browser = stage.browser(stage.tess)
    return Ask(browser, body={"code": enrol(stage, browser)})


@asks("renew_recovery_codes")
@asks("remove_second_factor")
def _with_second_factor(stage: Stage) -> Ask:
    browser, spare = enrolled(stage, stage.maya)
    return Ask(browser, body={"password": PASSWORD, "recovery_code": spare})


@asks("reset_password_request")
def _reset_password_request(stage: Stage) -> Ask:
    return Ask(None, body={"email": stage.tess.email})


@asks("reset_password")
def _reset_password(stage: Stage) -> Ask:
    return Ask(None, body={"token": link(stage, stage.tess, LinkKind.PASSWORD_RESET), "password": NEW})


@asks("issue_password_reset")
def _issue_password_reset(stage: Stage) -> Ask:
    enrolled(stage, stage.tess)
    path = staff_of(stage, stage.tess, Role.THERAPIST)
    return Ask(stage.browser(stage.ada), path, {"password": PASSWORD})


@asks("require_new_password")
@asks("disable_staff")
@asks("end_role")
@asks("end_staff_sessions")
@asks("withdraw_verification")
def _about_tess(stage: Stage) -> Ask:
    return Ask(stage.ada, staff_of(stage, stage.tess, Role.THERAPIST))


@asks("verify_role")
def _verify_role(stage: Stage) -> Ask:
    return Ask(stage.ada, staff_of(stage, new_here(stage), Role.PRESCRIBER))


@asks("enable_staff")
def _enable_staff(stage: Stage) -> Ask:
    path = staff_of(stage, stage.tess, Role.THERAPIST)
    stage.do(stage.ada, "PUT", "practices/{practice_id}/staff/{staff_id}/disabled".format(**path))
    return Ask(stage.ada, path)


@asks("ask_address_change")
def _ask_address_change(stage: Stage) -> Ask:
    return Ask(stage.browser(stage.tess), body={"email": "tess@example.net", "password": PASSWORD})


@asks("confirm_address_change")
def _confirm_address_change(stage: Stage) -> Ask:
    token = link(stage, stage.tess, LinkKind.ADDRESS_CHANGE, email="tess@example.net")
    return Ask(stage.browser(stage.tess), body={"token": token})


@asks("create_token")
def _create_token(stage: Stage) -> Ask:
    body = {"name": "My spreadsheet", "access": "read", "expires_in_days": 30, "current_password": PASSWORD}
    return Ask(stage.browser(stage.tess), body=body)


@asks("revoke_token")
def _revoke_token(stage: Stage) -> Ask:
    (token,) = stage.do(stage.tess, "GET", "tokens").json["items"]
    return Ask(stage.tess, {"token_id": token["id"]})


@asks("make_practice")
def _make_practice(stage: Stage) -> Ask:
    maker = stage.world.user("Mona Maker", makes_practices=True)
    return Ask(stage.browser(maker), body={"name": "Elm Street", "time_zone": "America/New_York"})


@asks("read_practice")
def _read_practice(stage: Stage) -> Ask:
    return Ask(stage.tess, {"practice_id": stage.elm})


@asks("edit_practice")
def _edit_practice(stage: Stage) -> Ask:
    return Ask(stage.ada, {"practice_id": stage.elm}, {"name": "Elm Street Practice"}, version=1)


@asks("list_staff")
def _list_staff(stage: Stage) -> Ask:
    return Ask(stage.ada, {"practice_id": stage.elm}, query={"role": "therapist"})


@asks("list_administration")
def _list_administration(stage: Stage) -> Ask:
    stage.do(
        stage.ada,
        "PUT",
        "practices/{practice_id}/staff/{staff_id}/verification".format(
            **staff_of(stage, new_here(stage), Role.PRESCRIBER)
        ),
    )
    return Ask(stage.ada, {"practice_id": stage.elm})


@asks("list_practice_access")
def _list_practice_access(stage: Stage) -> Ask:
    stage.world.note(stage.maya, stage.tess)
    stage.do(stage.tess, "GET", f"{stage.maya.record}/shared-record")
    return Ask(stage.olga, {"practice_id": stage.elm})
