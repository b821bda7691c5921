"""What becomes of a clinician's places in care teams when their role in a practice ends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Membership
from careteam.policy.vocabulary import Role
from careteam.services.log import access_log
from careteam.services.notices import of_teams


def leave(session: Session, actor: Actor, user_id: UUID, practice_id: UUID, role: Role, *, at: datetime) -> None:
    """End the open memberships that name this practice and role: nobody goes on for a practice that they have left.

    Each patient finds it in their team and their log; a role given anew later wakes none of them. The caller
    learns nothing of how many there were.
    """
    theirs = (
        Membership.user_id == user_id,
        Membership.practice_id == practice_id,
        Membership.role == role,
        Membership.declined_at.is_(None),
        Membership.ended_at.is_(None),
    )
    open_now = session.execute(select(Membership.id, Membership.patient_id).where(*theirs)).all()
    session.execute(
        update(Membership).where(*theirs).values(ended_at=at, ended_by=actor.user_id),
        execution_options={"synchronize_session": False},
    )
    access_log.changed_all(session, actor, open_now, "end-membership-with-role", at=at)
    of_teams.left(session, open_now, user_id, at=at)
    session.expire_all()
