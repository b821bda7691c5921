"""Idempotency keys: of all requests of one person with one key, exactly one has an effect.

A use is written in the transaction of its effect: both are there, or neither. Of two at the same moment the second
waits for the first at the unique row, loses the race, and finds the use when it begins anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from careteam.models import KeyUse
from careteam.models.types import new_id

KEPT = timedelta(hours=24)
"""How long a key stands for its request."""
AT_ONCE = 100
"""How many uses that are over one sweep removes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request with a key: the HMAC of the key, the route, and the HMAC of address and body."""

    key_hash: str
    route: str
    fingerprint: str


def earlier(session: Session, user_id: UUID, key_hash: str, *, at: datetime) -> Any | None:
    """Return this person's use of the key within the last 24 hours, or None. An older one is removed."""
    mine = (KeyUse.user_id == user_id, KeyUse.key_hash == key_hash)
    found = session.execute(select(*KeyUse.__table__.c).where(*mine)).first()
    if found is None or found.used_at > at - KEPT:
        return found
    session.execute(delete(KeyUse).where(KeyUse.id == found.id))
    return None


def begin(session: Session, user_id: UUID, asked: Asked, *, at: datetime) -> UUID:
    """Take the key for this request and return the use; waits while another request with it is carried out.

    Raises IntegrityError when that one succeeded: the caller begins anew and finds it.
    """
    use_id = new_id()
    row = {"key_hash": asked.key_hash, "route": asked.route, "fingerprint": asked.fingerprint}
    session.execute(insert(KeyUse).values(id=use_id, user_id=user_id, used_at=at, **row))
    return use_id


def settle(session: Session, use_id: UUID, *, status: int, location: str, shows_answer: bool) -> None:
    """Keep what came of the request."""
    values = {"status": status, "location": location, "shows_answer": shows_answer}
    session.execute(update(KeyUse).where(KeyUse.id == use_id).values(values))


def give_up(session: Session, use_id: UUID) -> None:
    """Free the key: the request was refused and may be sent again."""
    session.execute(delete(KeyUse).where(KeyUse.id == use_id))


def sweep(session: Session, *, at: datetime) -> int:
    """Remove up to AT_ONCE uses that are over, leaving those that another sweep has in hand; return how many."""
    over = select(KeyUse.id).where(KeyUse.used_at <= at - KEPT).limit(AT_ONCE).with_for_update(skip_locked=True)
    ids = list(session.scalars(over))
    if ids:
        session.execute(delete(KeyUse).where(KeyUse.id.in_(ids)))
    return len(ids)
