"""What a signed-in person sees and changes of their own account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Practice, User
from careteam.passwords import Passwords
from careteam.services.identity import sessions, tokens
from careteam.services.identity.accounts import checked_password, confirm, normal_name
from careteam.services.identity.sessions import Browser, Opened
from careteam.services.identity.time_zones import known_zone
from careteam.services.log import access_log


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """The session that goes on, under a new secret, and what ended."""

    opened: Opened
    sessions_ended: int
    tokens_revoked: int


def describe(session: Session, actor: Actor) -> dict[str, Any]:
    """Return who the actor is: account, own record, and roles by practice."""
    practice_ids = {post.practice_id for post in actor.posts}
    practices = session.execute(select(Practice.id, Practice.name).where(Practice.id.in_(practice_ids)))
    names = {row.id: row.name for row in practices}
    user = session.execute(select(User.name, User.time_zone).where(User.id == actor.user_id)).one()
    return {
        "id": actor.user_id,
        "name": user.name,
        "email": actor.email,
        "time_zone": user.time_zone,
        "patient_id": actor.patient_id,
        "makes_practices": actor.makes_practices,
        "roles": [
            {
                "practice_id": p.practice_id,
                "practice_name": names[p.practice_id],
                "role": p.role,
                "verified": p.verified,
            }
            for p in sorted(actor.posts, key=lambda p: (names[p.practice_id], p.practice_id, p.role))
        ],
    }


def edit(
    session: Session, actor: Actor, *, name: str | None = None, time_zone: str | None = None, at: datetime
) -> dict[str, Any]:
    """Change the actor's name or time zone (an IANA name) and return who they are now. Raises Invalid."""
    user = session.get_one(User, actor.user_id)
    if name is not None:
        user.name = normal_name(name)
    if time_zone is not None:
        user.time_zone = known_zone(time_zone)
    session.flush()
    access_log.changed(session, actor, None, "edit-account", at=at)
    return describe(session, actor)


def change_password(
    session: Session,
    passwords: Passwords,
    actor: Actor,
    browser: Browser,
    *,
    current_password: str,
    new_password: str,
    at: datetime,
) -> PasswordChanged:
    """Change the actor's password, end all their sessions and tokens, and open one new session.

    Whoever got in with the old password is out (ASVS V7.4.3; tokens too, for one may have been made with it).
    Raises NotPermitted when the current password is wrong, and Invalid when the new one is not accepted.
    """
    user = session.get_one(User, actor.user_id)
    confirm(session, passwords, user, current_password)
    chosen = checked_password(new_password, email=user.email, name=user.name, field="new_password")
    user.password_hash, user.password_changed_at = passwords.hash(chosen), at
    session.flush()
    ended = sessions.end_all(session, user.id, at=at)
    revoked = tokens.revoke_all(session, user.id, at=at)
    access_log.changed(session, actor, None, "change-password", at=at)
    return PasswordChanged(sessions.open_for(session, actor, browser, at=at), max(ended - 1, 0), revoked)
