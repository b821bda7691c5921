"""Personal access tokens for API clients: shown once, stored hashed, expiring, revocable at once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid, NotFound
from careteam.models import ApiToken, User
from careteam.passwords import Passwords
from careteam.policy.vocabulary import TokenAccess
from careteam.services.identity import credentials
from careteam.services.identity.accounts import confirm
from careteam.services.identity.factor_codes import Entered
from careteam.services.log import access_log
from careteam.services.paging import page


def create(
    session: Session,
    passwords: Passwords,
    actor: Actor,
    *,
    current_password: str,
    code: str | None = None,
    recovery_code: str | None = None,
    at: datetime,
    **asked: Any,
) -> dict[str, Any]:
    """Return a new token (see `issue`) for the actor, who shows again who they are: it outlives their session.

    Raises Invalid, and as `accounts.confirm`.
    """
    entered = Entered(current_password, code, recovery_code)
    confirm(session, passwords, session.get_one(User, actor.user_id), entered, at=at)
    return issue(session, actor, **asked, at=at)


def issue(
    session: Session,
    actor: Actor,
    *,
    name: str,
    access: TokenAccess,
    expires_in_days: int,
    longest_days: int,
    at: datetime,
) -> dict[str, Any]:
    """Return a new token of this person, with its text, which is not kept and cannot be shown again.

    Raises Invalid when it would be good for longer than `longest_days`.
    """
    if not 1 <= expires_in_days <= longest_days:
        message = f"Choose 1 to {longest_days} days."
        raise Invalid("An access token expires.", {"expires_in_days": [message]})
    secret = credentials.new_secret(credentials.TOKEN_PREFIX)
    token = ApiToken(
        user_id=actor.user_id,
        name=name,
        token_hash=credentials.digest(secret),
        writes=access is TokenAccess.READ_WRITE,
        created_at=at,
        expires_at=at + timedelta(days=expires_in_days),
    )
    session.add(token)
    session.flush()
    access_log.changed(session, actor, None, "create-token", target=token.id, at=at)
    return {**_shown(token), "token": secret}


def page_of(
    session: Session, actor: Actor, *, limit: int, cursor: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the actor's tokens that are not revoked, newest first, and the next cursor."""
    mine = select(ApiToken).where(ApiToken.user_id == actor.user_id, ApiToken.revoked_at.is_(None))
    found = page(session, mine.order_by(ApiToken.id.desc()), limit=limit, cursor=cursor)
    return [_shown(row.ApiToken) for row in found.rows], found.cursor


def revoke(session: Session, actor: Actor, token_id: UUID, *, at: datetime) -> None:
    """Revoke one of the actor's tokens: the next request with it is refused. Raises NotFound."""
    if not _revoke(session, ApiToken.id == token_id, ApiToken.user_id == actor.user_id, at=at):
        raise NotFound
    access_log.changed(session, actor, None, "revoke-token", target=token_id, at=at)


def revoke_all(session: Session, user_id: UUID, *, at: datetime) -> int:
    """Revoke every token of a person and return how many could still have been used."""
    return _revoke(session, ApiToken.user_id == user_id, ApiToken.expires_at > at, at=at)


def _revoke(session: Session, *which: Any, at: datetime) -> int:
    result: Any = session.execute(update(ApiToken).where(ApiToken.revoked_at.is_(None), *which).values(revoked_at=at))
    return int(result.rowcount)


def _shown(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "access": TokenAccess.READ_WRITE if token.writes else TokenAccess.READ,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }
