"""Turns a session cookie's token or an access token into the person behind it, or into nobody."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor, Origin, Post
from careteam.models import ApiToken, LoginSession, Patient, SecondFactor, Staff, User

TOKEN_PREFIX = "ct_"  # noqa: S105 - the visible part of every token


@dataclass(frozen=True, slots=True)
class Credential:
    """A good session or token and whose it is. `seen_at` is when it was last noted as used."""

    id: UUID
    actor: Actor
    writes: bool
    seen_at: datetime | None


def new_secret(prefix: str = "") -> str:
    """Return a random secret of 256 bits, safe in URLs and headers."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is stored of a secret. It is random, so that a plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


_USER, _PATIENT, _STAFF, _FACTOR = (m.__table__ for m in (User, Patient, Staff, SecondFactor))
_SESSION, _TOKEN = (m.__table__ for m in (LoginSession, ApiToken))
"""Plain tables and constant statements: one of them runs for every request."""
_PERSON = (
    _USER.c.id.label("user_id"),
    _USER.c.name,
    _USER.c.email,
    _USER.c.makes_practices,
    _USER.c.new_password_required_at,
    _FACTOR.c.confirmed_at.label("second_factor_at"),
    _PATIENT.c.id.label("patient_id"),
    _STAFF.c.practice_id,
    _STAFF.c.role,
    _STAFF.c.verified_at,
    _STAFF.c.disabled_at.label("post_disabled_at"),
    _STAFF.c.ended_at.label("post_ended_at"),
)
_COUNTS_OR_LOCKS = _STAFF.c.ended_at.is_(None) | _STAFF.c.disabled_at.is_not(None)
_PEOPLE = (
    _USER.outerjoin(_PATIENT, _PATIENT.c.user_id == _USER.c.id)
    .outerjoin(_FACTOR, _FACTOR.c.user_id == _USER.c.id)
    .outerjoin(_STAFF, (_STAFF.c.user_id == _USER.c.id) & _COUNTS_OR_LOCKS)
)
_ENABLED = _USER.c.disabled_at.is_(None)
_BY_SESSION = (
    select(
        _SESSION.c.id.label("credential_id"),
        _SESSION.c.last_seen_at.label("seen_at"),
        _SESSION.c.expires_at,
        _SESSION.c.ended_at,
        *_PERSON,
    )
    .select_from(_PEOPLE.join(_SESSION, _SESSION.c.user_id == _USER.c.id))
    .where(_ENABLED, _SESSION.c.token_hash == bindparam("hash"))
)
_BY_TOKEN = (
    select(
        _TOKEN.c.id.label("credential_id"),
        _TOKEN.c.last_used_at.label("seen_at"),
        _TOKEN.c.expires_at,
        _TOKEN.c.revoked_at.label("ended_at"),
        _TOKEN.c.writes,
        *_PERSON,
    )
    .select_from(_PEOPLE.join(_TOKEN, _TOKEN.c.user_id == _USER.c.id))
    .where(_ENABLED, _TOKEN.c.token_hash == bindparam("hash"))
)
_BY_USER = select(*_PERSON).select_from(_PEOPLE).where(_ENABLED, _USER.c.id == bindparam("user_id"))


def by_session(session: Session, secret: str, origin: Origin, *, idle: timedelta, at: datetime) -> Credential | None:
    """Return the signed-in person, or None: ended, expired, idle for too long, disabled, or never valid."""
    rows = session.execute(_BY_SESSION, {"hash": digest(secret)}).all()
    if not rows or not _good(rows[0], at) or at >= rows[0].seen_at + idle:
        return None
    return _credential(rows, origin, writes=True)


def by_token(session: Session, secret: str, origin: Origin, *, at: datetime) -> Credential | None:
    """Return the person behind an access token, or None: revoked, expired, disabled, or never valid."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    rows = session.execute(_BY_TOKEN, {"hash": digest(secret)}).all()
    if not rows or not _good(rows[0], at):
        return None
    return _credential(rows, origin, writes=rows[0].writes)


def by_user(session: Session, user_id: UUID, origin: Origin) -> Actor | None:
    """Return the person with this account, unless it is disabled or does not exist."""
    rows = session.execute(_BY_USER, {"user_id": user_id}).all()
    return _actor(rows, origin) if rows else None


def note_use(session: Session, credential_id: UUID, by: str, *, at: datetime) -> None:
    """Note that a `session` or `token` was used. Kept to about a minute, in a transaction of its own."""
    if by == "token":
        session.execute(update(ApiToken).where(ApiToken.id == credential_id).values(last_used_at=at))
    else:
        session.execute(update(LoginSession).where(LoginSession.id == credential_id).values(last_seen_at=at))


def _good(row: Any, at: datetime) -> bool:
    return row.ended_at is None and at < row.expires_at


def _credential(rows: Any, origin: Origin, *, writes: bool) -> Credential | None:
    actor = _actor(rows, origin)
    return Credential(rows[0].credential_id, actor, writes, rows[0].seen_at) if actor else None


def _actor(rows: Any, origin: Origin) -> Actor | None:
    """Return the person, or None when all that they ever were here is disabled (see `models.Staff`)."""
    first = rows[0]
    posts = tuple(Post(r.practice_id, r.role, r.verified_at is not None) for r in rows if _counts(r))
    locked = any(r.post_disabled_at is not None for r in rows)
    if locked and not posts and first.patient_id is None:
        return None
    return Actor(
        user_id=first.user_id,
        name=first.name,
        email=first.email,
        posts=posts,
        patient_id=first.patient_id,
        makes_practices=first.makes_practices,
        second_factor=first.second_factor_at is not None,
        new_password_required=first.new_password_required_at is not None,
        origin=origin,
    )


def _counts(row: Any) -> bool:
    return row.practice_id is not None and row.post_disabled_at is None and row.post_ended_at is None
