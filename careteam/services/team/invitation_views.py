"""How invitations are found and shown, and the membership that they offer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from careteam.actor import Actor
from careteam.models import Invitation, Practice, User
from careteam.policy.facts import Membership
from careteam.policy.vocabulary import InvitationKind
from careteam.services.team.invitation_rules import state
from careteam.services.team.memberships import Offer
from careteam.services.team.rosters import practice_of

TO_A_TEAM = frozenset({InvitationKind.PATIENT, InvitationKind.CLINICIAN})
"""What offers a membership."""


def listed() -> Select[*tuple[Any, ...]]:
    """Return the SELECT of invitations with the names that go with them; the caller says which."""
    columns = [c for c in Invitation.__table__.columns if c.key != "token_hash"]
    return (
        select(*columns, User.name.label("inviter_name"), Practice.name.label("practice_name"))
        .join(User, User.id == Invitation.invited_by)
        .outerjoin(Practice, Practice.id == Invitation.practice_id)
    )


def offer_of(invitation: Any) -> Offer:
    """Return the membership that an invitation to a team offers."""
    return Offer(
        invitation.role,
        invitation.practice_id,
        invitation.membership_kind,
        invitation.valid_from,
        invitation.valid_until,
    )


def offered_membership(invitation: Any, *, user_id: UUID | None = None) -> Membership:
    """Return the membership as it would be once everybody has agreed: the inviting clinician's unless named."""
    return Membership(
        user_id=user_id or invitation.invited_by,
        role=invitation.role,
        kind=invitation.membership_kind,
        valid_from=invitation.valid_from,
        valid_until=invitation.valid_until,
    )


def columns_of(offer: Offer) -> dict[str, Any]:
    """Return the columns that keep an offer."""
    return {
        "role": offer.role,
        "practice_id": offer.practice_id,
        "membership_kind": offer.kind,
        "valid_from": offer.valid_from,
        "valid_until": offer.valid_until,
    }


def heading(row: Any, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return what a list shows. The record that it names is shown to its inviter only, while they are verified."""
    sent = row.invited_by == actor.user_id
    known = sent and (bool(actor.verified) or row.patient_id == actor.patient_id)
    return {
        "id": row.id,
        "kind": row.kind,
        "sent_by_you": sent,
        "addressed_to_you": row.email == actor.email,
        "invited_by": row.inviter_name,
        "email": row.email,
        "role": row.role,
        "practice": practice_of(row),
        "patient_id": row.patient_id if known else None,
        "membership_kind": row.membership_kind if row.kind in TO_A_TEAM else None,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "state": state(row, at),
        "patient_agreed_at": row.patient_agreed_at if row.patient_id == actor.patient_id or sent else None,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }
