"""Who is told that imported items wait for somebody to confirm their labels."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from careteam import facts
from careteam.models import Item, Membership, Patient
from careteam.policy.vocabulary import NoticeKind
from careteam.services.notices.recipients import still_members
from careteam.services.notices.telling import notice, tell, tell_all


def imported(session: Session, patient_id: UUID, by: UUID | None, *, at: datetime) -> None:
    """Tell the holders of what was imported at this instant that it waits for them; who imports it knows.

    Who is not in the team yet, and who is not verified, confirms nothing and is not told.
    """
    new = (Item.patient_id == patient_id, Item.awaits_review, Item.created_at == at)
    holders = set(session.scalars(select(Item.holder_id).where(*new).distinct()))
    team = facts.of_patients(session, [patient_id])[patient_id].team
    told = still_members(session, team, holders, at=at) | ({team.patient_user_id} if None in holders else set())
    tell(session, told - {by}, NoticeKind.REVIEW_DUE, patient_id=patient_id, target=patient_id, at=at)


def holders_left(session: Session, membership_ids: Collection[UUID], *, at: datetime) -> None:
    """Tell the patients where items wait for somebody who has just left and can confirm nothing any more."""
    other = aliased(Membership)
    stays = exists().where(
        other.patient_id == Membership.patient_id,
        other.user_id == Membership.user_id,
        other.declined_at.is_(None),
        other.ended_at.is_(None),
    )
    held = (Item.patient_id == Membership.patient_id, Item.holder_id == Membership.user_id)
    waits = exists().where(*held, Item.awaits_review)
    found = (
        select(Membership.patient_id, Membership.user_id, Patient.user_id.label("account"))
        .join(Patient, Patient.id == Membership.patient_id)
        .where(Membership.id.in_(membership_ids), Patient.user_id.is_not(None), waits, ~stays)
        .distinct()
    )
    session.flush()
    rows, kind = session.execute(found).all(), NoticeKind.REVIEW_DUE
    tell_all(session, [notice(r.account, kind, r.patient_id, r.user_id, at=at) for r in rows], at=at)
