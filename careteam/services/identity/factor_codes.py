"""Codes of a second factor: time-based ones (TOTP, RFC 6238) and recovery codes, each accepted once."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from unicodedata import normalize
from uuid import UUID

import pyotp
from sqlalchemy import Update, delete, func, select, update
from sqlalchemy.orm import Session

from careteam.models import RecoveryCode, SecondFactor
from careteam.models.types import new_id
from careteam.services.identity import proving
from careteam.services.identity.credentials import digest
from careteam.services.identity.proving import Use
from careteam.vault import unseal

STEP = 30
"""Seconds for which a code stands; one of the step before or after is accepted too, for clocks that differ."""
RECOVERY_CODES = 10
_RECOVERY_BYTES = 15
"""120 bits: enough to be stored by a plain hash (OWASP ASVS 5.0 V6.5.2)."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody enters to show again who they are: the password, and a code where they have a second factor."""

    password: str
    code: str | None = None
    recovery_code: str | None = None


class Check(Enum):
    """What came of the second factor."""

    NONE = "has no second factor"
    RIGHT = "right, and used up"
    MISSING = "no code was given"
    WRONG = "wrong, or used before"


def check(session: Session, user_id: UUID, entered: Entered, *, at: datetime) -> Check:
    """Look at the code. The caller has counted the try, and checked the password.

    A right one is used up then and there, also where the request is refused for something else (see `proving.use_up`,
    which raises): whoever saw it does nothing with it. Two requests with one code cannot both get through.
    """
    factor = active(session, user_id)
    if factor is None or factor.secret is None:
        return Check.NONE
    if entered.recovery_code is not None:
        right = proving.use_up(session, _recovery_code(user_id, entered.recovery_code, at))
    elif entered.code is not None:
        secret = unseal(session, SecondFactor.secret, factor.id, factor.secret)
        step = _step_of(secret, entered.code, at) if secret else None
        right = step is not None and proving.use_up(session, _code(factor.id, step))
    else:
        return Check.MISSING
    return Check.RIGHT if right else Check.WRONG


def active(session: Session, user_id: UUID) -> Any | None:
    """Return the row of the person's second factor, or None while none is confirmed."""
    columns = (SecondFactor.id, SecondFactor.secret, SecondFactor.confirmed_at)
    mine = select(*columns).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    return session.execute(mine).one_or_none()


def first_code(secret: str | None, code: str, *, at: datetime) -> int | None:
    """Return the time step of a code of a new secret, which is thereby used up; None when it is wrong."""
    return _step_of(secret, code, at) if secret else None


def new_recovery_codes(session: Session, user_id: UUID, *, at: datetime) -> list[str]:
    """Return ten new recovery codes, which are not kept; those from before are worth nothing."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [_written(base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()) for _ in range(RECOVERY_CODES)]
    for code in codes:
        session.add(RecoveryCode(id=new_id(), user_id=user_id, code_hash=digest(_read(code)), created_at=at))
    session.flush()
    return codes


def recovery_codes_left(session: Session, user_id: UUID) -> int:
    """Return how many recovery codes the person has not used."""
    mine = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.execute(select(func.count()).select_from(RecoveryCode).where(*mine)).scalar_one()


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """Return the newest time step whose code this is; all three are compared, whichever matches."""
    given = "".join(normalize("NFKC", code).split()).encode("utf-8", "replace")
    now, totp = int(at.timestamp()) // STEP, pyotp.TOTP(secret)
    steps = (now - 1, now, now + 1)
    matching = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), given)]
    return max(matching, default=None)


def _code(factor_id: UUID, step: int) -> Use:
    newer = SecondFactor.last_step.is_(None) | (SecondFactor.last_step < step)
    used = update(SecondFactor).where(SecondFactor.id == factor_id, newer).values(last_step=step)
    return _use(used, factor_id, step)


def _recovery_code(user_id: UUID, code: str, at: datetime) -> Use:
    code_hash = digest(_read(code))
    mine = (RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash)
    used = update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=at)
    return _use(used, user_id, code_hash)


def _use(used: Update, *which: Any) -> Use:
    def carry_out(session: Session) -> bool:
        result: Any = session.execute(used.execution_options(synchronize_session=False))
        return bool(result.rowcount)

    return Use(which, carry_out)


def _written(code: str) -> str:
    """Return a code in groups of four small letters and digits, as people copy it."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4)).lower()


def _read(code: str) -> str:
    """Return the letters and digits of a code, however it was written down."""
    return "".join(c for c in normalize("NFKC", code).upper() if c.isascii() and c.isalnum())
