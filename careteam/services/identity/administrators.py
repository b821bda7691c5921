"""The first accounts of an installation, which only its command line makes."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from careteam.actor import Actor, Origin
from careteam.errors import Invalid
from careteam.passwords import Passwords
from careteam.services.identity import accounts, credentials, practices
from careteam.services.log import access_log


def create_admin(
    session: Session,
    passwords: Passwords,
    *,
    email: str,
    name: str,
    password: str,
    practice: str | None = None,
    origin: Origin,
    at: datetime,
) -> dict[str, Any]:
    """Make an account that makes practices, and its first practice where one is named.

    Returns `email` and `practice` (or None). Raises Invalid, and Conflict when the address has an account.
    """
    user = accounts.create(session, passwords, email=email, name=name, password=password, at=at)
    user.makes_practices = True
    session.flush()
    actor = person(session, user.email, origin)
    access_log.changed(session, actor, None, "create-admin", target=user.id, at=at)
    made = practices.make(session, actor, name=practice, at=at) if practice is not None else None
    return {"email": user.email, "practice": made}


def person(session: Session, email: str, origin: Origin) -> Actor:
    """Return whoever has this address. Raises Invalid when nobody who can sign in has it."""
    user = accounts.with_address(session, email)
    actor = credentials.by_user(session, user.id, origin) if user else None
    if actor is None:
        raise Invalid("No account that can sign in has this address.")
    return actor
