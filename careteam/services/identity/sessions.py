"""Signed-in browsers: opened with address and password, checked at every request, ended for good reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor, Origin
from careteam.errors import NotAuthenticated, SecondFactorMissing
from careteam.models import LoginSession, User
from careteam.passwords import Passwords
from careteam.services.identity import credentials, factor_codes, proving
from careteam.services.identity.accounts import CODE_NEEDED, CODE_WRONG, folded_address, hold, proves, with_address
from careteam.services.identity.factor_codes import Check, Entered
from careteam.services.log import access_log

NO = NotAuthenticated("No account that can sign in has this address and this password.")


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a session is opened: the request, what the browser calls itself, and how long it may stay."""

    origin: Origin
    user_agent: str
    lasts: timedelta
    known: Mapping[UUID, str] = field(default_factory=dict)
    """Who signed in with this browser before, and the number that the browser has for them."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session. Its secret is known now and never again."""

    actor: Actor
    secret: str
    expires_at: datetime


def sign_in(
    session: Session,
    passwords: Passwords,
    browser: Browser,
    *,
    email: str,
    password: str,
    code: str | None = None,
    recovery_code: str | None = None,
    replaces: str | None = None,
    at: datetime,
) -> Opened | NotAuthenticated:
    """Return a new session, or a refusal; which of address, password and disabling was the cause is not said.

    Only after a right password it may be SecondFactorMissing. Every answer takes the time of one password hash and
    writes one `sign-in` event, so a refusal must be committed too. Wrong tries are counted by the address, or by the
    browser where the person signed in with it before (`browser.known`): TooManyTries is raised whether or not there
    is such an account. `replaces` is the secret that the browser had before: that session ends.
    """
    user = with_address(session, email)
    bucket = _bucket(browser, user, email)
    known = proves(session, passwords, user, password, bucket=bucket)
    actor = credentials.by_user(session, user.id, browser.origin) if user and known else None
    if user is None or actor is None:
        return _refused(session, browser, user, NO, at=at)
    missing = _without_factor(session, user, bucket, Entered(password, code, recovery_code), at=at)
    if missing:
        return _refused(session, browser, user, missing, at=at)
    proving.right(session, bucket)
    if passwords.needs_rehash(user.password_hash):
        user.password_hash = passwords.hash(password)
    if replaces:
        _end(session, LoginSession.token_hash == credentials.digest(replaces), at=at)
    access_log.changed(session, actor, None, "sign-in", at=at)
    return open_for(session, actor, browser, at=at)


def _bucket(browser: Browser, user: User | None, email: str) -> str:
    """Return where this try is counted, so that wrong ones elsewhere do not keep people out of their own browser."""
    number = browser.known.get(user.id) if user else None
    return f"browser {number}" if number else f"address {folded_address(email)}"


def _without_factor(
    session: Session, user: User, bucket: str, entered: Entered, *, at: datetime
) -> SecondFactorMissing | None:
    match factor_codes.check(session, user.id, entered, at=at):
        case Check.MISSING:
            proving.undecided(session, bucket)
            return SecondFactorMissing(CODE_NEEDED)
        case Check.WRONG:
            return SecondFactorMissing(CODE_WRONG)
        case _:
            return None


def _refused(
    session: Session, browser: Browser, user: User | None, refusal: NotAuthenticated, *, at: datetime
) -> NotAuthenticated:
    whose = {"user_id": user.id} if user else {}
    access_log.refused(session, None, "sign-in", origin=browser.origin, ids=whose, at=at)
    return refusal


def open_for(session: Session, actor: Actor, browser: Browser, *, at: datetime) -> Opened:
    """Return a new session of somebody who has just shown who they are."""
    secret, expires_at = credentials.new_secret(), at + browser.lasts
    session.add(
        LoginSession(
            user_id=actor.user_id,
            token_hash=credentials.digest(secret),
            created_at=at,
            last_seen_at=at,
            expires_at=expires_at,
            address=browser.origin.address[:45],
            user_agent="".join(filter(str.isprintable, browser.user_agent))[:200],
        )
    )
    session.flush()
    return Opened(actor, secret, expires_at)


def lasts_until(session: Session, session_id: UUID) -> datetime:
    """Return when a session ends at the latest, however much it is used."""
    return session.execute(select(LoginSession.expires_at).where(LoginSession.id == session_id)).scalar_one()


def sign_out(session: Session, actor: Actor, session_id: UUID, *, at: datetime) -> None:
    """End one of the actor's sessions: its cookie is refused from now on."""
    _end(session, LoginSession.id == session_id, LoginSession.user_id == actor.user_id, at=at)
    access_log.changed(session, actor, None, "sign-out", target=session_id, at=at)


def end_all(session: Session, user_id: UUID, *, keep: UUID | None = None, at: datetime) -> int:
    """End every session of a person, except `keep`, and return how many could still have been used.

    The account is held meanwhile, so that no sign-in that began before opens one beside it.
    """
    hold(session, user_id)
    others = [LoginSession.id != keep] if keep else []
    return _end(session, LoginSession.user_id == user_id, LoginSession.expires_at > at, *others, at=at)


def _end(session: Session, *which: Any, at: datetime) -> int:
    ended = update(LoginSession).where(LoginSession.ended_at.is_(None), *which).values(ended_at=at)
    result: Any = session.execute(ended)
    return int(result.rowcount)
