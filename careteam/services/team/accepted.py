"""What came of an invitation, for who accepted it: to be read again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import Invitation, Membership, User
from careteam.policy.vocabulary import InvitationKind
from careteam.services.log import access_log
from careteam.services.team.invitation_rules import present_record
from careteam.services.team.rosters import knows_patient, memberships


def read(session: Session, actor: Actor, invitation_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return what accepting gave the actor, as `acceptance.accept` did; what it tells of the team is as of now.

    Raises NotFound to everybody but who accepted it.
    """
    query = (
        select(Invitation, User.created_at)
        .join(User, User.id == Invitation.accepted_by)
        .where(Invitation.id == invitation_id, Invitation.accepted_by == actor.user_id)
    )
    found = session.execute(query).first()
    if found is None:
        raise NotFound
    invitation: Invitation = found[0]
    represents = invitation.kind is InvitationKind.REPRESENTATIVE
    place = None if represents else _place(session, actor, invitation)
    patient_id = place.patient_id if place and knows_patient(place, actor) else None
    patient_id = invitation.patient_id if represents else patient_id
    access_log.disclosed(session, actor, patient_id, "read-acceptance", [], at=at)
    return {
        "invitation_id": invitation.id,
        "kind": invitation.kind,
        "role": invitation.role,
        "practice_id": place.practice_id if place else invitation.practice_id,
        "patient_id": patient_id,
        "membership_id": place.id if place else None,
        "representation_id": invitation.representation_id,
        "registered": found.created_at == invitation.accepted_at,
    }


def _place(session: Session, actor: Actor, invitation: Invitation) -> Any:
    """Return the membership to which the invitation led: the newest that was open when it was accepted."""
    if invitation.kind is InvitationKind.STAFF:
        return None
    answered = invitation.accepted_at
    assert answered is not None
    if invitation.kind is InvitationKind.PATIENT:
        whose, clinician_id = actor.patient_id, invitation.invited_by
    else:
        assert invitation.patient_id is not None
        whose, clinician_id = present_record(session, invitation.patient_id).id, actor.user_id
    query = memberships().where(
        Membership.patient_id == whose,
        Membership.user_id == clinician_id,
        Membership.role == invitation.role,
        Membership.created_at <= answered,
        or_(Membership.ended_at.is_(None), Membership.ended_at >= answered),
        or_(Membership.declined_at.is_(None), Membership.declined_at >= answered),
    )
    return session.execute(query.order_by(Membership.created_at.desc(), Membership.id.desc()).limit(1)).first()
