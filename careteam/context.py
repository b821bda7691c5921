"""Who is asking and what time it is: fixed once per request, then passed down."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from flask import g, has_request_context, request
from sqlalchemy.orm import Session

from careteam.actor import Actor, Origin
from careteam.errors import NotAuthenticated
from careteam.extensions import db

SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use of a session or token is kept."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One request's person and time. `writes` is false for a read-only token."""

    actor: Actor
    at: datetime
    by: str
    credential_id: UUID
    writes: bool = True


def session() -> Session:
    """Return the session of this request: one transaction, one snapshot."""
    return db.session()


def now() -> datetime:
    """Return the time of this request (UTC), the same throughout."""
    if not has_request_context():
        return datetime.now(UTC)
    if "now" not in g:
        g.now = datetime.now(UTC)
    moment: datetime = g.now
    return moment


def request_id() -> str:
    """Return the id of this request, as sent in `X-Request-ID` of the answer."""
    if "request_id" not in g:
        g.request_id = uuid4().hex
    return str(g.request_id)


def origin(door: str = "api") -> Origin:
    """Return where the request came from. The address is the peer's, or a trusted proxy's word."""
    return Origin(request_id(), request.remote_addr or "", door)


def sign_on(asking: Asking | None) -> None:
    """Record who this request is from; `None` for nobody."""
    g.asking = asking


def asking() -> Asking:
    """Return who this request is from. Raises NotAuthenticated when it is from nobody."""
    who: Asking | None = g.get("asking")
    if who is None:
        raise NotAuthenticated
    return who


def actor() -> Actor:
    """Return the signed-in person. Raises NotAuthenticated."""
    return asking().actor


def note_seen(credential_id: UUID, by: str, seen_at: datetime | None) -> None:
    """Remember that this credential's last use should be written after the answer, if that is due."""
    due = seen_at is None or now() - seen_at >= SEEN_EVERY
    g.seen = (credential_id, by) if due else None
