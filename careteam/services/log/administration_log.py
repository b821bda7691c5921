"""The administration log of a practice: who invited, verified, disabled or ended whom there. No patient as such.

Read by the practice's administrators and its privacy officers. Every act is in the access log too, without names.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from careteam.actor import Actor, Origin
from careteam.errors import NotFound, NotPermitted
from careteam.models import AdministrationEvent, User
from careteam.policy.vocabulary import Role
from careteam.services.log import access_log
from careteam.services.paging import page

READERS = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)
ACTS: Mapping[str, str] = {
    "make-practice": "{actor} made the practice.",
    "edit-practice": "{actor} changed the settings of the practice.",
    "invite": "{actor} invited {whom} as {role}.",
    "withdraw-invitation": "{actor} withdrew the invitation of {whom} as {role}.",
    "accept-invitation": "{actor} accepted an invitation as {role}.",
    "decline-invitation": "{whom} declined an invitation as {role}.",
    "verify-role": "{actor} verified {whom} as {role}.",
    "withdraw-verification": "{actor} withdrew the verification of {whom} as {role}.",
    "end-role": "{actor} ended the role of {whom} as {role}.",
    "disable-staff": "{actor} disabled {whom} in this practice.",
    "enable-staff": "{actor} enabled {whom} again.",
    "end-staff-sessions": "{actor} ended the sessions and access tokens of {whom}.",
    "issue-password-reset": "{actor} made a link with which {whom} sets a new password.",
    "require-new-password": "{actor} required a new password of {whom}.",
    "emergency-not-justified": "{actor} found an emergency access of {whom} as {role} not justified: follow it up.",
    "access-misused": "{actor} found that {whom} looked at a record without a reason: follow it up.",
    "give-up-verification": "{actor} changed their name and gave up their verification as {role}.",
}
"""What each act is called; every act that is noted is among them."""

_ACTOR, _WHOM = aliased(User), aliased(User)


def note(
    session: Session,
    actor: Actor | None,
    practice_id: UUID,
    act: str,
    *,
    user_id: UUID | None = None,
    role: Role | None = None,
    email: str | None = None,
    origin: Origin | None = None,
    at: datetime,
) -> None:
    """Keep one act on a practice or its staff, in the transaction of the act itself.

    `user_id` is whose role it is, `email` the address where it is nobody's yet.
    """
    came = actor.origin if actor else origin or access_log.OPERATOR
    event = AdministrationEvent(
        practice_id=practice_id,
        at=at,
        actor_id=actor.user_id if actor else None,
        act=act,
        user_id=user_id,
        role=role,
        email=email,
        request_id=came.request_id,
        address=came.address,
        door=came.door,
    )
    session.add(event)
    session.flush()


def page_of(
    session: Session,
    actor: Actor,
    practice_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    act: str | None = None,
    actor_id: UUID | None = None,
    user_id: UUID | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the acts, newest first, and the next cursor; looking is logged.

    Raises NotFound and, to other staff of the practice, NotPermitted.
    """
    _may_read(actor, practice_id)
    wanted = _wanted(act, actor_id, user_id)
    query = _events(practice_id).where(*wanted).order_by(AdministrationEvent.id.desc())
    found = page(session, query, limit=limit, cursor=cursor, whose=practice_id)
    access_log.disclosed(session, actor, None, "read-administration-log", [], target=practice_id, at=at)
    return [_shown(row) for row in found.rows], found.cursor


def _may_read(actor: Actor, practice_id: UUID) -> None:
    if any(actor.has_post(practice_id, role) for role in READERS):
        return
    if any(p.practice_id == practice_id for p in actor.posts):
        raise NotPermitted("Only administrators and privacy officers of this practice read its administration log.")
    raise NotFound


def _wanted(act: str | None, actor_id: UUID | None, user_id: UUID | None) -> list[ColumnElement[bool]]:
    event = AdministrationEvent
    given = ((event.act, act), (event.actor_id, actor_id), (event.user_id, user_id))
    return [column == value for column, value in given if value is not None]


def _events(practice_id: UUID) -> Any:
    event = AdministrationEvent
    columns = (event.id, event.at, event.act, event.actor_id, event.user_id, event.role, event.email, event.door)
    return (
        select(*columns, _ACTOR.name.label("actor_name"), _WHOM.name.label("user_name"))
        .outerjoin(_ACTOR, _ACTOR.id == event.actor_id)
        .outerjoin(_WHOM, _WHOM.id == event.user_id)
        .where(event.practice_id == practice_id)
    )


def _shown(row: Any) -> dict[str, Any]:
    nobody = "The operator of this service" if row.door == access_log.OPERATOR.door else "Somebody with the link"
    who, whom = row.actor_name or nobody, row.user_name or row.email or "somebody"
    role = (row.role or "").replace("_", " ")
    return {
        "id": row.id,
        "at": row.at,
        "act": row.act,
        "actor": {"user_id": row.actor_id, "name": row.actor_name} if row.actor_id else None,
        "user": {"user_id": row.user_id, "name": row.user_name} if row.user_id else None,
        "role": row.role,
        "email": row.email,
        "door": row.door,
        "sentence": ACTS[row.act].format(actor=who, whom=whom, role=role),
    }
