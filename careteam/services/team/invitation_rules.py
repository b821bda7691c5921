"""When an invitation is good: who may make it, and for as long as they still could."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from careteam.actor import Actor, Origin, Post
from careteam.errors import CareTeamError, Conflict, Gone, NotFound, NotPermitted
from careteam.models import Invitation, Membership, Patient
from careteam.policy.vocabulary import InvitationKind, InvitationState, Role
from careteam.services.identity import credentials
from careteam.services.record.records import open_record, open_to_write
from careteam.services.representations import authority

IS_OPEN = and_(
    Invitation.accepted_at.is_(None),
    Invitation.declined_at.is_(None),
    Invitation.withdrawn_at.is_(None),
)
"""Neither answered nor withdrawn; it may have expired."""


def state(invitation: Any, at: datetime) -> InvitationState:
    """Return how an invitation (or a row with its columns) stands; its last instant is before `expires_at`."""
    if invitation.accepted_at:
        return InvitationState.ACCEPTED
    if invitation.declined_at:
        return InvitationState.DECLINED
    if invitation.withdrawn_at:
        return InvitationState.WITHDRAWN
    return InvitationState.OPEN if at < invitation.expires_at else InvitationState.EXPIRED


def usable(session: Session, invitation: Invitation | None, at: datetime) -> Invitation:
    """Return the invitation. Raises Gone, always the same, unless it is open and its inviter could still make it."""
    if invitation is None or state(invitation, at) is not InvitationState.OPEN or _over(invitation, at):
        raise Gone
    inviter = credentials.by_user(session, invitation.invited_by, Origin())
    if inviter is None:
        raise Gone
    try:
        check_inviter(session, inviter, invitation, at=at)
    except CareTeamError as error:
        raise Gone from error
    return invitation


def _over(invitation: Invitation, at: datetime) -> bool:
    """Say whether the period that it offers is over (the end is exclusive)."""
    return invitation.valid_until is not None and invitation.valid_until <= at


def check_inviter(session: Session, inviter: Actor, invitation: Invitation, *, at: datetime) -> None:
    """Raises NotFound or NotPermitted unless this person may make this invitation now."""
    match invitation.kind:
        case InvitationKind.STAFF:
            _staff(inviter, invitation)
        case InvitationKind.PATIENT:
            _patient(session, inviter, invitation)
        case InvitationKind.CLINICIAN:
            assert invitation.patient_id is not None
            open_to_write(session, inviter, invitation.patient_id, at=at)
        case InvitationKind.REPRESENTATIVE:
            authority.check_inviter(session, inviter, invitation, at=at)


def check_unclaimed(session: Session, inviter: Actor, patient_id: UUID, *, at: datetime) -> None:
    """Raises NotFound, or Conflict when a person has taken over this record."""
    record = open_record(session, inviter, patient_id, at=at)
    if record.team.patient_user_id is not None:
        raise Conflict("A person has taken over this record: invite them without naming it.")


def present_record(session: Session, patient_id: UUID) -> Patient:
    """Return a record, or the one that it was folded into. Raises NotFound."""
    patient = session.get(Patient, patient_id)
    while patient is not None and patient.merged_into_id is not None:
        patient = session.get(Patient, patient.merged_into_id)
    if patient is None:
        raise NotFound
    return patient


def _staff(inviter: Actor, invitation: Invitation) -> None:
    practice_id = invitation.practice_id
    if practice_id and inviter.has_post(practice_id, Role.ADMINISTRATOR):
        return
    if any(p.practice_id == practice_id for p in inviter.posts):
        raise NotPermitted("Only an administrator of the practice invites its staff.")
    raise NotFound


def _patient(session: Session, inviter: Actor, invitation: Invitation) -> None:
    posts = [p for p in inviter.posts if p.practice_id == invitation.practice_id]
    if not posts:
        raise NotFound
    if not any(_holds(p, invitation.role) for p in posts):
        raise NotPermitted("Only a clinician whom the practice has verified for this role invites people in it.")
    if invitation.patient_id is not None and not _brought(session, inviter, invitation):
        raise NotFound


def _holds(post: Post, role: Role | None) -> bool:
    return post.role is role and post.verified


def _brought(session: Session, inviter: Actor, invitation: Invitation) -> bool:
    """Say whether the inviter still is, in this role, in the team of the record that they brought."""
    assert invitation.patient_id is not None
    query = select(Membership.id).where(
        Membership.patient_id == present_record(session, invitation.patient_id).id,
        Membership.user_id == inviter.user_id,
        Membership.role == invitation.role,
        Membership.clinician_accepted_at.is_not(None),
        Membership.declined_at.is_(None),
        Membership.ended_at.is_(None),
    )
    return session.execute(query).first() is not None
