"""Notices for who reads them: their sentence is made now, of what they may know now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import Notice
from careteam.policy.vocabulary import NoticeKind
from careteam.services.log import access_log
from careteam.services.notices import ahead, things
from careteam.services.notices.knowing import OF_OFFICERS, Known, known, readable
from careteam.services.notices.things import Things
from careteam.services.notices.wording import sentence
from careteam.services.paging import page

_OVERSEEN = {
    NoticeKind.EMERGENCY_ACCESS: "emergency_access",
    NoticeKind.EMERGENCY_REVIEW_DUE: "emergency_access",
    NoticeKind.EMERGENCY_EXPLANATION_ASKED: "emergency_access",
    NoticeKind.EMERGENCY_EXPLAINED: "emergency_access",
    NoticeKind.EMERGENCY_REVIEWED: "emergency_access",
    NoticeKind.ACCESS_QUESTIONED: "case",
    NoticeKind.CASE_MESSAGE: "case",
    NoticeKind.CASE_WITHDRAWN: "case",
    NoticeKind.CASE_ANSWERED: "case",
}
"""Told only to who can open it: the patient, who looked in an emergency, and the privacy officers of one practice."""


def page_of(
    session: Session,
    actor: Actor,
    *,
    limit: int,
    cursor: str | None = None,
    unread: bool | None = None,
    kind: NoticeKind | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None, int]:
    """Return one page of the actor's notices, newest first, the next cursor, and how many are unread in all.

    What time alone has made due is told first. Notices of what the actor may not know of (any more) are not among
    them, and not counted. The number of statements depends on none of this. Raises Invalid on a cursor that is not
    ours.
    """
    ahead.for_person(session, actor, at=at)
    found = known(session, actor, at=at)
    mine = _mine(found)
    query = select(Notice).where(*mine).order_by(Notice.id.desc())
    if unread is not None:
        query = query.where(Notice.read_at.is_(None) if unread else Notice.read_at.is_not(None))
    if kind is not None:
        query = query.where(Notice.kind == kind)
    one = page(session, query, limit=limit, cursor=cursor)
    waiting = session.scalar(select(func.count()).select_from(Notice).where(*mine, Notice.read_at.is_(None)))
    access_log.disclosed(session, actor, None, "list-notices", [], at=at)
    return _shown(session, found, [row[0] for row in one.rows], at), one.cursor, waiting or 0


def read(session: Session, actor: Actor, notice_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one notice of the actor's. Raises NotFound; it stays unread."""
    found = known(session, actor, at=at)
    notice = _find(session, found, notice_id)
    access_log.disclosed(session, actor, _named(found, notice), "read-notice", [], at=at)
    return _shown(session, found, [notice], at)[0]


def mark_read(session: Session, actor: Actor, notice_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Note that the actor has read it, and return it; doing it again changes nothing. Raises NotFound."""
    found = known(session, actor, at=at)
    notice = _find(session, found, notice_id)
    if notice.read_at is None:
        notice.read_at = at
        session.flush()
    access_log.disclosed(session, actor, _named(found, notice), "read-notice", [], at=at)
    return _shown(session, found, [notice], at)[0]


def mark_all_read(session: Session, actor: Actor, *, up_to: UUID | None = None, at: datetime) -> dict[str, int]:
    """Note that the actor has read all their notices, or those up to this one; return how many were unread.

    What arrives while they read stays unread where they say up to which. Raises NotFound when that is not theirs.
    """
    found = known(session, actor, at=at)
    mine = _mine(found)
    if up_to is not None:
        mine = (*mine, Notice.id <= _find(session, found, up_to).id)
    reading = update(Notice).where(*mine, Notice.read_at.is_(None)).values(read_at=at)
    done: Any = session.execute(reading, execution_options={"synchronize_session": False})
    return {"read": done.rowcount}


def _mine(found: Known) -> tuple[Any, ...]:
    return Notice.user_id == found.actor.user_id, readable(found)


def _find(session: Session, found: Known, notice_id: UUID) -> Notice:
    notice = session.scalars(select(Notice).where(*_mine(found), Notice.id == notice_id)).first()
    if notice is None:
        raise NotFound
    return notice


def _named(found: Known, notice: Notice) -> UUID | None:
    """Return the patient whom the notice names to its reader."""
    officers = notice.kind in OF_OFFICERS
    return notice.patient_id if notice.patient_id in found.known and not officers else None


def _shown(session: Session, found: Known, notices: Sequence[Notice], at: datetime) -> list[dict[str, Any]]:
    about = things.of(session, found, notices, at=at)
    return [_one(notice, found, about) for notice in notices]


def _one(notice: Notice, found: Known, about: Things) -> dict[str, Any]:
    named = _named(found, notice)
    return {
        "id": notice.id,
        "kind": notice.kind,
        "at": notice.at,
        "read_at": notice.read_at,
        "sentence": sentence(notice, about),
        "patient": {"id": named, "name": found.name_of(named)} if named else None,
        "about": _about(notice, about),
    }


def _about(notice: Notice, about: Things) -> dict[str, Any] | None:
    """Return the consent, membership, invitation, emergency access or case that the reader can open to see more.

    None where they cannot.
    """
    target = notice.target
    if target is None:
        return None
    if notice.kind in _OVERSEEN:
        return {"kind": _OVERSEEN[notice.kind], "id": target}
    consent = about.consents.get(target)
    if consent is not None:
        return {"kind": "consent", "id": target} if about.sees(consent) else None
    if about.place(target) is not None:
        return {"kind": "membership", "id": target}
    own = target in about.invitations and about.known.is_own(notice.patient_id)
    return {"kind": "invitation", "id": target} if own else None
