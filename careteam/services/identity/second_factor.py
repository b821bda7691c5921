"""A person's second factor: an authenticator app, with recovery codes for the day on which it is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pyotp
import segno
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotPermitted
from careteam.models import RecoveryCode, SecondFactor, User
from careteam.models.types import new_id
from careteam.passwords import Passwords
from careteam.services.identity import account_links, factor_codes, proving, sessions, tokens
from careteam.services.identity.accounts import confirm, entering_again
from careteam.services.identity.factor_codes import Entered, new_recovery_codes
from careteam.services.identity.sessions import Browser, Opened
from careteam.services.log import access_log
from careteam.vault import seal, unseal

ISSUER = "careteam"
CONFIRMED_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Completed:
    """The session that goes on, under a new secret, the recovery codes, and what ended."""

    opened: Opened
    recovery_codes: list[str]
    sessions_ended: int
    tokens_revoked: int


def describe(session: Session, actor: Actor, *, factor_required: bool) -> dict[str, Any]:
    """Return whether the actor has a second factor, since when, whether they need it, and recovery codes left.

    `factor_required` says whether this installation asks one of those for whom it can be required.
    """
    found = factor_codes.active(session, actor.user_id)
    return {
        "active": found is not None,
        "required": factor_required and actor.needs_second_factor,
        "confirmed_at": found.confirmed_at if found else None,
        "recovery_codes_left": factor_codes.recovery_codes_left(session, actor.user_id),
    }


def begin(session: Session, passwords: Passwords, actor: Actor, entered: Entered, *, at: datetime) -> dict[str, Any]:
    """Return a new secret for an authenticator app, shown this once. It counts for nothing before `complete`.

    Somebody who has a second factor shows it too, and keeps it until the new one is confirmed.
    Raises as `accounts.confirm`.
    """
    user = session.get_one(User, actor.user_id)
    confirm(session, passwords, user, entered, at=at)
    secret, until = pyotp.random_base32(), at + CONFIRMED_WITHIN
    row = _row(session, user.id)
    row.pending_secret = seal(session, SecondFactor.pending_secret, row.id, secret)
    row.pending_until = until
    session.flush()
    access_log.changed(session, actor, None, "begin-second-factor", at=at)
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    return {"secret": secret, "otpauth_uri": uri, "qr_svg": _picture(uri), "confirm_by": until}


def complete(session: Session, actor: Actor, browser: Browser, *, code: str, at: datetime) -> Completed:
    """Make the new second factor count, by a code of it, and return ten recovery codes, shown this once.

    Every session ends, every token and every link; this browser goes on under a new secret, which nobody had before
    the second factor (ASVS V7.2.4). The try is counted as at `accounts.confirm`. Raises Conflict
    when none was begun within a quarter of an hour, TooManyTries, and NotPermitted on a wrong code.
    """
    row = session.execute(select(SecondFactor).where(SecondFactor.user_id == actor.user_id)).scalar_one_or_none()
    if row is None or row.pending_secret is None or row.pending_until is None or at >= row.pending_until:
        raise Conflict("Begin again with POST /me/second-factor: there is no new second factor that waits.")
    proving.count(session, entering_again(actor.user_id))
    secret = unseal(session, SecondFactor.pending_secret, row.id, row.pending_secret)
    step = factor_codes.first_code(secret, code, at=at)
    if step is None:
        raise NotPermitted("This is not the code that the new entry in your authenticator app shows now.")
    proving.right(session, entering_again(actor.user_id))
    row.secret, row.confirmed_at, row.last_step = seal(session, SecondFactor.secret, row.id, secret), at, step
    row.pending_secret = row.pending_until = None
    session.flush()
    codes = new_recovery_codes(session, actor.user_id, at=at)
    ended = _changed(session, actor, "confirm-second-factor", None, at)
    others = max(ended["sessions_ended"] - 1, 0)
    return Completed(sessions.open_for(session, actor, browser, at=at), codes, others, ended["tokens_revoked"])


def renew_recovery_codes(
    session: Session, passwords: Passwords, actor: Actor, entered: Entered, *, at: datetime
) -> dict[str, Any]:
    """Return ten new recovery codes, shown this once; the old ones end. Raises Conflict, and as `accounts.confirm`."""
    _has_one(session, actor)
    confirm(session, passwords, session.get_one(User, actor.user_id), entered, at=at)
    access_log.changed(session, actor, None, "renew-recovery-codes", at=at)
    return {"recovery_codes": new_recovery_codes(session, actor.user_id, at=at)}


def remove(
    session: Session,
    passwords: Passwords,
    actor: Actor,
    entered: Entered,
    *,
    factor_required: bool,
    keep: UUID,
    at: datetime,
) -> dict[str, int]:
    """Remove the actor's second factor; every other session ends, every token and every link.

    Raises NotPermitted to those for whom it is required, Conflict without one, and as `accounts.confirm`.
    """
    if factor_required and actor.needs_second_factor:
        raise NotPermitted("You need a second factor here. To use another one, begin with POST /me/second-factor.")
    _has_one(session, actor)
    confirm(session, passwords, session.get_one(User, actor.user_id), entered, at=at)
    forget(session, actor.user_id)
    return _changed(session, actor, "remove-second-factor", keep, at)


def forget(session: Session, user_id: UUID) -> None:
    """Remove everything that a person's second factor consists of."""
    empty = {"secret": None, "confirmed_at": None, "last_step": None, "pending_secret": None, "pending_until": None}
    session.execute(update(SecondFactor).where(SecondFactor.user_id == user_id).values(**empty))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _has_one(session: Session, actor: Actor) -> None:
    if factor_codes.active(session, actor.user_id) is None:
        raise Conflict("You have no second factor: begin with POST /me/second-factor.")


def _row(session: Session, user_id: UUID) -> SecondFactor:
    found = session.execute(select(SecondFactor).where(SecondFactor.user_id == user_id)).scalar_one_or_none()
    if found is None:
        found = SecondFactor(id=new_id(), user_id=user_id)
        session.add(found)
        session.flush()
    return found


def _changed(session: Session, actor: Actor, act: str, keep: UUID | None, at: datetime) -> dict[str, int]:
    account_links.end_all(session, actor.user_id, at=at)
    ended = sessions.end_all(session, actor.user_id, keep=keep, at=at)
    revoked = tokens.revoke_all(session, actor.user_id, at=at)
    access_log.changed(session, actor, None, act, at=at)
    return {"sessions_ended": ended, "tokens_revoked": revoked}


def _picture(uri: str) -> str:
    """Return a QR code as SVG, to be scanned by an authenticator app."""
    out = BytesIO()
    segno.make(uri, error="m").save(out, kind="svg", scale=4, xmldecl=False, title="Scan with your authenticator app")
    return out.getvalue().decode().strip()
