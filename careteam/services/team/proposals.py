"""A proposal of a member to the patient: who shall join the team, before that person has answered.

The patient's yes and the clinician's yes come in either order (`domain.md`, "The care team").
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotFound
from careteam.models import Invitation
from careteam.models.types import new_id
from careteam.policy.vocabulary import InvitationKind
from careteam.services.log import access_log
from careteam.services.team.invitation_rules import usable
from careteam.services.team.invitation_views import heading, listed, offered_membership
from careteam.services.team.teams import opens


def preview(session: Session, actor: Actor, invitation_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return what the proposed membership opens once both have agreed, at its beginning. For the patient.

    Raises NotFound to everybody else, and Gone when it is closed.
    """
    invitation = _proposed(session, actor, invitation_id, at)
    access_log.disclosed(session, actor, actor.patient_id, "preview-invitation", [], at=at)
    assert invitation.patient_id is not None
    return opens(session, invitation.patient_id, offered_membership(invitation, user_id=new_id()), at=at)


def agree(session: Session, actor: Actor, invitation_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Say the patient's yes; the membership is accepted as soon as the invited clinician says theirs.

    Raises NotFound to everybody else, Gone when it is closed, and Conflict when they have said yes already.
    """
    invitation = to_agree(session, actor, invitation_id, at=at)
    invitation.patient_agreed_at = at
    session.flush()
    access_log.changed(session, actor, actor.patient_id, "agree-invitation", target=invitation.id, at=at)
    row = session.execute(listed().where(Invitation.id == invitation.id)).one()
    return heading(row, actor, at)


def to_agree(session: Session, actor: Actor, invitation_id: UUID, *, at: datetime) -> Invitation:
    """Return a proposal that waits for the patient's yes. Raises as `agree`."""
    invitation = _proposed(session, actor, invitation_id, at)
    if invitation.invited_by == actor.user_id or invitation.patient_agreed_at is not None:
        raise Conflict("You have agreed already; the clinician has not answered yet.")
    return invitation


def _proposed(session: Session, actor: Actor, invitation_id: UUID, at: datetime) -> Invitation:
    query = select(Invitation).where(
        Invitation.id == invitation_id,
        Invitation.kind == InvitationKind.CLINICIAN,
        Invitation.patient_id == actor.patient_id,
    )
    found = session.scalars(query).first() if actor.patient_id else None
    if found is None:
        raise NotFound
    return usable(session, found, at)
