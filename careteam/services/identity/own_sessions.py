"""One's own signed-in browsers: listed, and ended one by one or all the others at once (ASVS 5.0 V7.5.2)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import LoginSession
from careteam.services.identity import sessions
from careteam.services.log import access_log
from careteam.services.paging import page

_COLUMNS = (
    LoginSession.id,
    LoginSession.created_at,
    LoginSession.last_seen_at,
    LoginSession.expires_at,
    LoginSession.address,
    LoginSession.user_agent,
)


def page_of(
    session: Session,
    actor: Actor,
    *,
    here: UUID | None,
    idle: timedelta,
    limit: int,
    cursor: str | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the actor's sessions that could still be used, newest first, and the next cursor.

    `here` is the session in which they ask, if any; `idle` is how long one lasts without a request.
    """
    mine = select(*_COLUMNS).where(*_good(actor, at), LoginSession.last_seen_at > at - idle)
    found = page(session, mine.order_by(LoginSession.id.desc()), limit=limit, cursor=cursor)
    return [_shown(row, here) for row in found.rows], found.cursor


def end(session: Session, actor: Actor, session_id: UUID, *, at: datetime) -> None:
    """End one of the actor's sessions: its next request is refused. Raises NotFound, also when it has ended."""
    ending = update(LoginSession).where(LoginSession.id == session_id, *_good(actor, at)).values(ended_at=at)
    done: Any = session.execute(ending)
    if not done.rowcount:
        raise NotFound
    access_log.changed(session, actor, None, "end-session", target=session_id, at=at)


def end_others(session: Session, actor: Actor, *, here: UUID | None, at: datetime) -> int:
    """End every session of the actor's but the one in which they ask; return how many could still have been used."""
    ended = sessions.end_all(session, actor.user_id, keep=here, at=at)
    access_log.changed(session, actor, None, "end-other-sessions", at=at)
    return ended


def _good(actor: Actor, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return LoginSession.user_id == actor.user_id, LoginSession.ended_at.is_(None), LoginSession.expires_at > at


def _shown(row: Any, here: UUID | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "current": row.id == here,
        "created_at": row.created_at,
        "last_used_at": row.last_seen_at,
        "expires_at": row.expires_at,
        "address": row.address,
        "browser": row.user_agent,
    }
