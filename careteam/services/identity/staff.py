"""The staff of a practice: who has which role there, verified by whom. Seen and changed by its administrators.

Every change of a role ends the sessions of the person whose role it is, so that nobody goes on in a browser that
was signed in as something else. Only `keep`, the session in which the change itself is made, goes on: it reads
its own roles afresh with the next request, like every other.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotFound, NotPermitted
from careteam.models import Staff, StaffTerm, User
from careteam.policy.vocabulary import CLINICAL_ROLES, Role
from careteam.services.identity import sessions, tokens
from careteam.services.log import access_log, administration_log
from careteam.services.paging import page
from careteam.services.team import leaving

WHOLE_PERSON = frozenset({"disable-staff", "enable-staff", "end-staff-sessions"})
"""What is done to all roles of a person in the practice at once."""


def appoint(
    session: Session, person: Actor, practice_id: UUID, role: Role, *, keep: UUID | None = None, at: datetime
) -> Staff:
    """Give a person a role, unverified; who had it before gets it anew. A role that they have stays as it is.

    Every access token ends too, even one by which this is asked: none was made by somebody in this role.
    The time in which they had it before is kept: the log of the practice knows who belonged to it when.
    """
    user_id = person.user_id
    found = select(Staff).where(Staff.user_id == user_id, Staff.practice_id == practice_id, Staff.role == role)
    row = session.execute(found).scalar_one_or_none()
    if row is not None and row.ended_at is None:
        return row
    if row is None:
        row = Staff(user_id=user_id, practice_id=practice_id, role=role, created_at=at)
        session.add(row)
    elif row.ended_at is not None:
        term = StaffTerm(user_id=user_id, practice_id=practice_id, role=role)
        term.began_at, term.ended_at = row.created_at, row.ended_at
        session.add(term)
    row.created_at = at
    row.ended_at = row.disabled_at = row.verified_at = row.verified_by = None
    session.flush()
    sessions.end_all(session, user_id, keep=keep, at=at)
    if tokens.revoke_all(session, user_id, at=at):
        access_log.changed(session, person, None, "revoke-all-tokens", at=at)
    return row


def page_of(
    session: Session,
    actor: Actor,
    practice_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    name: str | None = None,
    role: Role | None = None,
    verified: bool | None = None,
    disabled: bool | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the roles that people have in this practice, by name, and the next cursor.

    `name` is a part of a name. `verified` asks for the clinical roles that are or are not. When somebody was last
    here is not told: the account is their own, and serves other practices and their own care besides.
    Raises NotFound and, to other staff of the practice, NotPermitted.
    """
    _administers(actor, practice_id)
    wanted = _wanted(name, role, verified=verified, disabled=disabled)
    ordered = _rows(practice_id).where(*wanted).order_by(User.name, Staff.id)
    found = page(session, ordered, limit=limit, cursor=cursor)
    return [_shown(row) for row in found.rows], found.cursor


def verify(
    session: Session, actor: Actor, practice_id: UUID, staff_id: UUID, *, keep: UUID | None = None, at: datetime
) -> dict[str, Any]:
    """Attest that this person holds a licence for the clinical role. Repeating it changes nothing.

    An administrator attests their own only while nobody else administers the practice, not even somebody disabled, who
    could be enabled again afterwards; `verified_by` shows it.
    Raises NotFound, NotPermitted, and Conflict for a role that is not clinical.
    """
    row = _administered(session, actor, practice_id, staff_id)
    if row.role not in CLINICAL_ROLES:
        raise Conflict("Only a therapist or a prescriber is verified.")
    if row.user_id == actor.user_id and _administrators(session, practice_id, but=actor.user_id, shut_too=True):
        raise NotPermitted("Ask another administrator of this practice to verify you.")
    if row.verified_at is None:
        row.verified_at, row.verified_by = at, actor.user_id
        _changed(session, actor, row, "verify-role", keep=keep, at=at)
    return _entry(session, practice_id, staff_id)


def withdraw_verification(
    session: Session, actor: Actor, practice_id: UUID, staff_id: UUID, *, keep: UUID | None = None, at: datetime
) -> dict[str, Any]:
    """Withdraw it: from the next request on the person reads and writes nothing in that role. Raises as `verify`."""
    row = _administered(session, actor, practice_id, staff_id)
    if row.verified_at is not None:
        row.verified_at = row.verified_by = None
        _changed(session, actor, row, "withdraw-verification", keep=keep, at=at)
    return _entry(session, practice_id, staff_id)


def end_role(
    session: Session, actor: Actor, practice_id: UUID, staff_id: UUID, *, keep: UUID | None = None, at: datetime
) -> None:
    """End one role of a person, and with it their places in care teams for this practice in this role.

    Raises NotFound, NotPermitted, and Conflict for the last administrator.
    """
    row = _administered(session, actor, practice_id, staff_id)
    if row.role is Role.ADMINISTRATOR:
        _leaves_an_administrator(session, practice_id, but=row.user_id)
    row.ended_at = at
    _changed(session, actor, row, "end-role", keep=keep, at=at)
    leaving.leave(session, actor, row.user_id, practice_id, row.role, at=at)


def disable(session: Session, actor: Actor, practice_id: UUID, staff_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Disable a person in this practice: all their roles here, every session and every access token of theirs.

    Who has other roles or a record of their own can sign in again for these; the administrator does not learn
    which it is. Repeating it changes nothing. Raises NotFound, NotPermitted, and Conflict for the last administrator.
    """
    row = _administered(session, actor, practice_id, staff_id)
    _leaves_an_administrator(session, practice_id, but=row.user_id)
    if row.disabled_at is None:
        session.execute(_roles_of(row).values(disabled_at=at))
        _changed(session, actor, row, "disable-staff", at=at)
        tokens.revoke_all(session, row.user_id, at=at)
    return _entry(session, practice_id, staff_id)


def enable(session: Session, actor: Actor, practice_id: UUID, staff_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Undo `disable`: the roles count again, sessions and tokens stay ended. Raises NotFound and NotPermitted."""
    row = _administered(session, actor, practice_id, staff_id)
    if row.disabled_at is not None:
        session.execute(_roles_of(row).values(disabled_at=None))
        _changed(session, actor, row, "enable-staff", at=at)
    return _entry(session, practice_id, staff_id)


def end_sessions(session: Session, actor: Actor, practice_id: UUID, staff_id: UUID, *, at: datetime) -> None:
    """End every session and access token of somebody with a role here (ASVS 5.0 V7.4.5); roles stay as they are.

    How many there were is not told. Raises NotFound and NotPermitted.
    """
    row = _administered(session, actor, practice_id, staff_id)
    _changed(session, actor, row, "end-staff-sessions", at=at)
    tokens.revoke_all(session, row.user_id, at=at)


def _wanted(
    name: str | None, role: Role | None, *, verified: bool | None, disabled: bool | None
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if name is not None:
        wanted.append(User.name.icontains(name, autoescape=True))
    if role is not None:
        wanted.append(Staff.role == role)
    if verified is not None:
        wanted += [Staff.role.in_(CLINICAL_ROLES), Staff.verified_at.is_not(None) == verified]
    if disabled is not None:
        wanted.append(Staff.disabled_at.is_not(None) == disabled)
    return wanted


def _administers(actor: Actor, practice_id: UUID) -> None:
    if actor.has_post(practice_id, Role.ADMINISTRATOR):
        return
    if any(p.practice_id == practice_id for p in actor.posts):
        raise NotPermitted("Only an administrator of this practice sees and changes its staff.")
    raise NotFound


def _administered(session: Session, actor: Actor, practice_id: UUID, staff_id: UUID) -> Staff:
    _administers(actor, practice_id)
    row = session.execute(
        select(Staff).where(Staff.id == staff_id, Staff.practice_id == practice_id, Staff.ended_at.is_(None))
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def _administrators(session: Session, practice_id: UUID, *, but: UUID, shut_too: bool = False) -> int:
    """Count the other administrators who can sign in. Their rows are held: two cannot end each other at once."""
    others = (
        select(Staff.user_id)
        .join(User, User.id == Staff.user_id)
        .where(
            Staff.practice_id == practice_id,
            Staff.role == Role.ADMINISTRATOR,
            Staff.ended_at.is_(None),
        )
    )
    if not shut_too:
        others = others.where(Staff.disabled_at.is_(None), User.disabled_at.is_(None))
    return len(set(session.execute(others.order_by(Staff.id).with_for_update(of=Staff)).scalars()) - {but})


def _leaves_an_administrator(session: Session, practice_id: UUID, *, but: UUID) -> None:
    if not _administrators(session, practice_id, but=but):
        raise Conflict("A practice keeps an administrator: make somebody else one first.")


def _roles_of(row: Staff) -> Any:
    return update(Staff).where(
        Staff.user_id == row.user_id, Staff.practice_id == row.practice_id, Staff.ended_at.is_(None)
    )


def _changed(session: Session, actor: Actor, row: Staff, act: str, *, keep: UUID | None = None, at: datetime) -> None:
    session.flush()
    sessions.end_all(session, row.user_id, keep=keep, at=at)
    access_log.changed(session, actor, None, act, target=row.id, at=at)
    role = None if act in WHOLE_PERSON else row.role
    administration_log.note(session, actor, row.practice_id, act, user_id=row.user_id, role=role, at=at)


def _rows(practice_id: UUID) -> Select[*tuple[Any, ...]]:
    columns = (
        Staff.id,
        Staff.user_id,
        User.name,
        Staff.role,
        Staff.verified_at,
        Staff.verified_by,
        Staff.disabled_at,
        Staff.created_at,
    )
    joined = select(*columns).join(User, User.id == Staff.user_id)
    return joined.where(Staff.practice_id == practice_id, Staff.ended_at.is_(None))


def _entry(session: Session, practice_id: UUID, staff_id: UUID) -> dict[str, Any]:
    return _shown(session.execute(_rows(practice_id).where(Staff.id == staff_id)).one())


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "user_id": row.user_id,
        "name": row.name,
        "role": row.role,
        "verified": row.verified_at is not None,
        "verified_at": row.verified_at,
        "verified_by": row.verified_by,
        "disabled_at": row.disabled_at,
        "since": row.created_at,
    }
