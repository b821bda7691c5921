"""What a signed-in person sees and changes of their own account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, Stale
from careteam.models import Practice, Staff, User
from careteam.passwords import Passwords, same
from careteam.services.identity import account_links, credentials, sessions, tokens
from careteam.services.identity.accounts import checked_password, confirm, normal_name
from careteam.services.identity.factor_codes import Entered
from careteam.services.identity.sessions import Browser, Opened
from careteam.services.identity.time_zones import known_zone
from careteam.services.log import access_log, administration_log


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
    mine = (User.name, User.time_zone, User.news_by_mail, User.version)
    user = session.execute(select(*mine).where(User.id == actor.user_id)).one()
    return {
        "id": actor.user_id,
        "name": user.name,
        "email": actor.email,
        "time_zone": user.time_zone,
        "news_by_mail": user.news_by_mail,
        "version": user.version,
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
    session: Session,
    actor: Actor,
    *,
    version: int,
    name: str | None = None,
    time_zone: str | None = None,
    news_by_mail: bool | None = None,
    gives_up_verification: bool = False,
    keep: UUID | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Change the actor's name, time zone (an IANA name) or wish for mails, and return who they are now.

    Clinical roles are verified under a name: it changes only together with giving up every verification, which ends
    the other sessions (not `keep`) as every change of a role does. Raises Invalid and Conflict, and Stale unless
    `version` is the current one.
    """
    user = session.get_one(User, actor.user_id)
    if user.version != version:
        raise Stale
    user.version += 1
    if name is not None and (called := normal_name(name)) != user.name:
        if vouched := _vouched(session, actor.user_id):
            _give_up_verification(session, actor, vouched, agreed=gives_up_verification, keep=keep, at=at)
        user.name = called
    if time_zone is not None:
        user.time_zone = known_zone(time_zone)
    if news_by_mail is not None:
        user.news_by_mail = news_by_mail
    session.flush()
    access_log.changed(session, actor, None, "edit-account", at=at)
    now = credentials.by_user(session, actor.user_id, actor.origin)
    return describe(session, now or actor)


def change_password(
    session: Session,
    passwords: Passwords,
    actor: Actor,
    browser: Browser,
    *,
    current_password: str,
    new_password: str,
    code: str | None = None,
    recovery_code: str | None = None,
    at: datetime,
) -> PasswordChanged:
    """Change the actor's password, end all their sessions, tokens and links, and open one new session.

    Whoever got in with the old password is out (ASVS V7.4.3; tokens too, for one may have been made with it).
    Raises Invalid when the new one is not accepted, and as `confirm`.
    """
    user = session.get_one(User, actor.user_id)
    chosen = checked_password(new_password, email=user.email, name=user.name, field="new_password")
    if same(new_password, current_password):
        raise Invalid("Choose another password.", {"new_password": ["This is the one that you have."]})
    confirm(session, passwords, user, Entered(current_password, code, recovery_code), at=at)
    ended, revoked = replace_password(session, passwords, user, chosen, at=at)
    access_log.changed(session, actor, None, "change-password", at=at)
    return PasswordChanged(sessions.open_for(session, actor, browser, at=at), max(ended - 1, 0), revoked)


def replace_password(
    session: Session, passwords: Passwords, user: User, password: str, *, at: datetime
) -> tuple[int, int]:
    """Set a password that was checked, and end every session, token and link. Return how many sessions and tokens."""
    user.password_hash, user.password_changed_at = passwords.hash(password), at
    user.new_password_required_at = None
    session.flush()
    return end_everything(session, user.id, at=at)


def end_everything(session: Session, user_id: UUID, *, at: datetime) -> tuple[int, int]:
    """End every session, token and link of a person, and return how many sessions and tokens."""
    account_links.end_all(session, user_id, at=at)
    return sessions.end_all(session, user_id, at=at), tokens.revoke_all(session, user_id, at=at)


def _vouched(session: Session, user_id: UUID) -> Sequence[Any]:
    """Return the verified roles of a person, those too in which they are disabled and may be enabled again."""
    verified = (Staff.user_id == user_id, Staff.verified_at.is_not(None), Staff.ended_at.is_(None))
    return session.execute(select(Staff.practice_id, Staff.role).where(*verified).order_by(Staff.id)).all()


def _give_up_verification(
    session: Session, actor: Actor, vouched: Sequence[Any], *, agreed: bool, keep: UUID | None, at: datetime
) -> None:
    if not agreed:
        raise Conflict(
            "Your clinical roles were verified under this name. To change it, send `gives_up_verification: true` too:"
            " you then read and write nothing as a clinician until an administrator has verified you again."
        )
    mine = (Staff.user_id == actor.user_id, Staff.verified_at.is_not(None))
    session.execute(update(Staff).where(*mine).values(verified_at=None, verified_by=None))
    sessions.end_all(session, actor.user_id, keep=keep, at=at)
    access_log.changed(session, actor, None, "give-up-verification", at=at)
    for row in vouched:
        whose: dict[str, Any] = {"user_id": actor.user_id, "role": row.role}
        administration_log.note(session, actor, row.practice_id, "give-up-verification", **whose, at=at)
