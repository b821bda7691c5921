"""The privacy officers of a practice: who may act as one, who is one now, and who is told that there is none."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound, NotPermitted
from careteam.models import Staff, User
from careteam.policy.vocabulary import NoticeKind, Role
from careteam.services.notices.telling import tell


def oversees(actor: Actor, practice_id: UUID, refusal: str) -> None:
    """Return if the actor is a privacy officer of this practice.

    Raises NotPermitted with the sentence `refusal` to other staff of the practice, NotFound to everybody else.
    """
    if actor.has_post(practice_id, Role.PRIVACY_OFFICER):
        return
    if any(p.practice_id == practice_id for p in actor.posts):
        raise NotPermitted(refusal)
    raise NotFound


def tell_officers(
    session: Session,
    practice_id: UUID,
    kind: NoticeKind,
    *,
    target: UUID,
    but: Collection[UUID | None] = (),
    at: datetime,
) -> None:
    """Tell the privacy officers of a practice, without a patient's name, that something waits for one of them.

    `but` are people whom it is about. Where nobody else is an officer, the administrators are told to appoint one:
    until they do, it waits in the queue, where every later officer finds it.
    """
    officers = _with_role(session, practice_id, Role.PRIVACY_OFFICER) - set(but)
    if officers:
        tell(session, sorted(officers), kind, patient_id=None, target=target, at=at)
    else:
        tell_administrators(session, practice_id, NoticeKind.OFFICER_NEEDED, at=at)


def tell_administrators(session: Session, practice_id: UUID, kind: NoticeKind, *, at: datetime) -> None:
    """Tell the administrators of a practice; they learn of no patient."""
    told = sorted(_with_role(session, practice_id, Role.ADMINISTRATOR))
    tell(session, told, kind, patient_id=None, target=practice_id, at=at)


def _with_role(session: Session, practice_id: UUID, role: Role) -> set[UUID]:
    """Return who has this role in this practice now."""
    query = (
        select(Staff.user_id)
        .join(User, User.id == Staff.user_id)
        .where(
            Staff.practice_id == practice_id,
            Staff.role == role,
            Staff.disabled_at.is_(None),
            Staff.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    return set(session.scalars(query))
