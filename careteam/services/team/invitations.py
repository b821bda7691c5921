"""Invitations: single-use, expiring, bound to one address. The link goes there by mail; without mail it is shown once,
to the inviter.

No answer to an inviter depends on whether the address has an account: nothing here looks.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Gone, Invalid, NotFound
from careteam.models import Invitation, Patient
from careteam.policy.vocabulary import CLINICAL_ROLES, InvitationKind, InvitationState, MailKind, MembershipKind, Role
from careteam.services.identity.accounts import normal_address
from careteam.services.identity.credentials import digest, new_secret
from careteam.services.log import access_log, administration_log
from careteam.services.notices import of_teams, outbox
from careteam.services.paging import page
from careteam.services.team.invitation_rules import IS_OPEN, check_inviter, check_unclaimed, state
from careteam.services.team.invitation_views import columns_of, heading, listed
from careteam.services.team.memberships import Offer, check_period

FORM: Mapping[InvitationKind, tuple[frozenset[str], frozenset[str]]] = {
    InvitationKind.STAFF: (frozenset({"practice_id"}), frozenset()),
    InvitationKind.PATIENT: (frozenset({"practice_id"}), frozenset({"patient_id", "membership_kind"})),
    InvitationKind.CLINICIAN: (frozenset({"patient_id"}), frozenset({"membership_kind"})),
}
"""What each kind names besides the address and the role: required, allowed. (`representative`: see
`careteam.services.representations.adding`.)
"""


def invite(
    session: Session,
    actor: Actor,
    *,
    kind: InvitationKind,
    email: str,
    role: Role,
    practice_id: UUID | None = None,
    patient_id: UUID | None = None,
    membership_kind: MembershipKind | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    days: int,
    at: datetime,
) -> tuple[dict[str, Any], str | None]:
    """Return a new invitation and its token, which is not kept; the actor's open equal one is withdrawn.

    None where this service sends mail: the link goes to the address, and the inviter does not see it.

    Raises Invalid, NotFound or NotPermitted; never anything that depends on who has an account.
    """
    if kind is InvitationKind.CLINICIAN:
        patient_id = patient_id or actor.patient_id
    _check_form(kind, role, practice_id=practice_id, patient_id=patient_id, membership_kind=membership_kind)
    offer = Offer(role, practice_id, membership_kind or MembershipKind.TREATING, valid_from, valid_until)
    check_period(offer, at)
    token = new_secret()
    invitation = Invitation(
        kind=kind,
        email=normal_address(email),
        token_hash=digest(token),
        invited_by=actor.user_id,
        patient_id=patient_id,
        created_at=at,
        expires_at=at + timedelta(days=days),
        **columns_of(offer),
    )
    _check(session, actor, invitation, at)
    made = _made(session, actor, invitation, at)
    until, address = invitation.expires_at, invitation.email
    mailed = outbox.link(session, MailKind.INVITATION, address, token, expires_at=until, at=at)
    return made, None if mailed else token


def page_of(
    session: Session, actor: Actor, *, limit: int, cursor: str | None = None, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the invitations that the actor made or that are addressed to them, newest first."""
    mine = or_(Invitation.invited_by == actor.user_id, Invitation.email == actor.email)
    found = page(session, listed().where(mine).order_by(Invitation.id.desc()), limit=limit, cursor=cursor)
    access_log.disclosed(session, actor, None, "list-invitations", [], at=at)
    return [heading(row, actor, at) for row in found.rows], found.cursor


def read(session: Session, actor: Actor, invitation_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one invitation as lists show it: to its inviter, to its address, to the patient whose team it is about.

    Raises NotFound to others.
    """
    row = session.execute(listed().where(Invitation.id == invitation_id)).first()
    if row is None:
        raise NotFound
    own_team = row.kind is InvitationKind.CLINICIAN and row.patient_id == actor.patient_id
    knows = own_team or row.invited_by == actor.user_id
    if not knows and row.email != actor.email:
        raise NotFound
    access_log.disclosed(session, actor, row.patient_id if knows else None, "read-invitation", [], at=at)
    return heading(row, actor, at)


def withdraw(session: Session, actor: Actor, invitation_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Take an invitation back; the link stops working. For its inviter, and for the patient whose team it is about.

    Repeating it changes nothing. Raises NotFound to others, Conflict when it was answered or has expired.
    """
    own_team = and_(Invitation.kind == InvitationKind.CLINICIAN, Patient.user_id == actor.user_id)
    query = (
        select(Invitation)
        .outerjoin(Patient, Patient.id == Invitation.patient_id)
        .where(Invitation.id == invitation_id, or_(Invitation.invited_by == actor.user_id, own_team))
    )
    invitation = session.scalars(query).first()
    if invitation is None:
        raise NotFound
    if state(invitation, at) not in {InvitationState.OPEN, InvitationState.WITHDRAWN}:
        raise Conflict("This invitation was answered or has expired.")
    if invitation.withdrawn_at is None:
        close(session, invitation, withdrawn_at=at)
        _administered(session, actor, invitation, "withdraw-invitation", at)
    access_log.changed(session, actor, invitation.patient_id, "withdraw-invitation", target=invitation_id, at=at)
    return _shown(session, actor, invitation_id, at)


def close(session: Session, invitation: Invitation, **values: Any) -> None:
    """Answer or withdraw an open invitation, once: of two at the same moment the second raises Gone."""
    closing = update(Invitation).where(Invitation.id == invitation.id, IS_OPEN).values(values)
    done: Any = session.execute(closing, execution_options={"synchronize_session": False})
    if done.rowcount != 1:
        raise Gone
    session.refresh(invitation)


def _check_form(kind: InvitationKind, role: Role, **given: Any) -> None:
    required, allowed = FORM[kind]
    wrong = {name: [f"Needed for an invitation of this kind: {kind}."] for name in required if not given[name]}
    extra = {name for name, value in given.items() if value} - required - allowed
    wrong |= {name: [f"Leave this out of an invitation of this kind: {kind}."] for name in extra}
    if kind is not InvitationKind.STAFF and role not in CLINICAL_ROLES:
        wrong["role"] = ["Choose a clinical role: therapist or prescriber."]
    if wrong:
        raise Invalid("This invitation does not say what it offers.", wrong)


def _check(session: Session, actor: Actor, invitation: Invitation, at: datetime) -> None:
    check_inviter(session, actor, invitation, at=at)
    to_a_patient = invitation.kind is InvitationKind.PATIENT
    if to_a_patient and invitation.patient_id is not None:
        check_unclaimed(session, actor, invitation.patient_id, at=at)
    own_team = invitation.kind is InvitationKind.CLINICIAN and invitation.patient_id == actor.patient_id
    if invitation.email == actor.email and (own_team or to_a_patient):
        raise Invalid("Nobody is a clinician of their own.", {"email": ["This is your own address."]})


def _made(session: Session, actor: Actor, invitation: Invitation, at: datetime) -> dict[str, Any]:
    _replace(session, invitation, at)
    session.add(invitation)
    session.flush()
    access_log.changed(session, actor, invitation.patient_id, "invite", target=invitation.id, at=at)
    of_teams.invited(session, invitation, at=at)
    _administered(session, actor, invitation, "invite", at)
    return _shown(session, actor, invitation.id, at)


def _administered(session: Session, actor: Actor, invitation: Invitation, act: str, at: datetime) -> None:
    if invitation.kind is InvitationKind.STAFF and invitation.practice_id is not None:
        practice_id, role, email = invitation.practice_id, invitation.role, invitation.email
        administration_log.note(session, actor, practice_id, act, role=role, email=email, at=at)


def _replace(session: Session, invitation: Invitation, at: datetime) -> None:
    """Withdraw the open invitation that says the same, so that a lost link can be made anew."""
    same = (
        getattr(Invitation, name).is_not_distinct_from(getattr(invitation, name))
        for name in ("invited_by", "kind", "email", "role", "practice_id", "patient_id", "membership_kind")
    )
    session.execute(
        update(Invitation).where(*same, IS_OPEN, Invitation.expires_at > at).values(withdrawn_at=at),
        execution_options={"synchronize_session": False},
    )


def _shown(session: Session, actor: Actor, invitation_id: UUID, at: datetime) -> dict[str, Any]:
    return heading(session.execute(listed().where(Invitation.id == invitation_id)).one(), actor, at)
