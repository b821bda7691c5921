"""Memberships: begun from an offer, agreed to by both sides in either order, declined, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, not_, or_, select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotFound, NotPermitted
from careteam.facts import membership_fact
from careteam.models import Invitation, Membership, Patient, User
from careteam.policy.facts import Membership as MembershipFact
from careteam.policy.team import accepted, lapsed, overlap, state
from careteam.policy.vocabulary import InvitationKind, MembershipKind, MembershipState, Power, Role
from careteam.services.log import access_log
from careteam.services.notices import of_teams
from careteam.services.paging import page
from careteam.services.representations.standing import acting_for, on_behalf
from careteam.services.team.invitation_rules import IS_OPEN
from careteam.services.team.rosters import membership_for_team, membership_of, memberships, only_referred

LONGEST_COVER = timedelta(days=92)
"""The longest covering membership: a quarter of a year. Who stays longer is asked for anew, or joins for good."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a membership is to be: role, practice, kind and (for covering) its period in UTC, end exclusive."""

    role: Role
    practice_id: UUID | None = None
    kind: MembershipKind = MembershipKind.TREATING
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def check_period(offer: Offer, at: datetime) -> None:
    """Raises Invalid unless a covering offer has a period of at most LONGEST_COVER that is not over.

    A treating one has none.
    """
    if offer.kind is MembershipKind.TREATING:
        if offer.valid_from or offer.valid_until:
            raise Invalid("A treating membership lasts until it is ended.", {"valid_from": ["Leave the dates out."]})
        return
    if offer.valid_from is None or offer.valid_until is None:
        raise Invalid(
            "A covering membership is dated from and to.", {"valid_until": ["Give valid_from and valid_until."]}
        )
    if offer.valid_until <= offer.valid_from:
        raise Invalid("A period ends after it begins.", {"valid_until": ["Give a later instant."]})
    if offer.valid_until - offer.valid_from > LONGEST_COVER:
        longest = f"Give at most {LONGEST_COVER.days} days; a longer absence is agreed to anew."
        raise Invalid("A covering membership is for a limited time.", {"valid_until": [longest]})
    if offer.valid_until <= at:
        raise Invalid("This period is over.", {"valid_until": ["Give an instant in the future."]})


def begin(
    session: Session,
    *,
    patient_id: UUID,
    user_id: UUID,
    offer: Offer,
    proposed_by: UUID,
    patient_agreed_at: datetime | None = None,
    clinician_accepted_at: datetime | None = None,
    at: datetime,
) -> Membership:
    """Return the membership that the offer makes: a new one, or the same proposal with these agreements added.

    Raises Conflict when the clinician is in the team in this role already, covers in a part of the period, or is
    asked to join for another period. Who covers may be asked for the time after it, or to join for good.
    """
    others = open_memberships(session, patient_id, user_id, offer.role, at)
    standing = next((m for m in others if _period(m) == (offer.kind, offer.valid_from, offer.valid_until)), None)
    if standing is None:
        standing = Membership(
            patient_id=patient_id,
            user_id=user_id,
            role=offer.role,
            practice_id=offer.practice_id,
            kind=offer.kind,
            valid_from=offer.valid_from,
            valid_until=offer.valid_until,
            proposed_by=proposed_by,
            created_at=at,
        )
        _check_beside(membership_fact(standing), [membership_fact(m) for m in others])
    elif accepted(membership_fact(standing)):
        raise Conflict("This clinician is in the team in this role already.")
    standing.patient_agreed_at = standing.patient_agreed_at or patient_agreed_at
    standing.clinician_accepted_at = standing.clinician_accepted_at or clinician_accepted_at
    standing.practice_id = standing.practice_id or offer.practice_id
    session.add(standing)
    session.flush()
    return standing


def _check_beside(asked: MembershipFact, others: Sequence[MembershipFact]) -> None:
    if any(not accepted(m) for m in others):
        raise Conflict("This clinician is asked to join in this role already: agree to that or decline it first.")
    if any(m.kind is MembershipKind.TREATING for m in others):
        raise Conflict("This clinician is in the team in this role already.")
    if asked.kind is MembershipKind.COVERING and any(overlap(asked, m) for m in others):
        raise Conflict("This clinician covers in a part of this period already: choose the time after it.")


def open_memberships(
    session: Session, patient_id: UUID, user_id: UUID, role: Role, at: datetime
) -> Sequence[Membership]:
    """Return the open memberships of this clinician in this role; one whose period is over is closed."""
    query = select(Membership).where(
        Membership.patient_id == patient_id,
        Membership.user_id == user_id,
        Membership.role == role,
        Membership.declined_at.is_(None),
        Membership.ended_at.is_(None),
    )
    found = session.scalars(query.order_by(Membership.id)).all()
    over = [m for m in found if lapsed(membership_fact(m), at)]
    for membership in over:
        membership.ended_at = membership.valid_until
    session.flush()
    return [m for m in found if m not in over]


def page_of(
    session: Session, actor: Actor, *, limit: int, cursor: str | None = None, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the memberships that the actor is a side of, newest first, and the next cursor.

    Who signs for a patient is on the patient's side.
    """
    query = _mine(session, actor, at).order_by(Membership.id.desc())
    found = page(session, query, limit=limit, cursor=cursor)
    access_log.disclosed(session, actor, None, "list-memberships", [], at=at)
    return [_shown(row, actor, at) for row in found.rows], found.cursor


def agree(session: Session, actor: Actor, membership_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Say the actor's yes; with both, the membership is accepted. Raises Conflict unless it waits for it.

    Raises NotPermitted to a clinician who is not verified in its role.
    """
    membership, is_patient = to_agree(session, actor, membership_id, at=at)
    if is_patient:
        membership.patient_agreed_at = at
    else:
        membership.clinician_accepted_at = at
    of_teams.joined(session, membership, actor.user_id, at=at)
    return _changed(session, actor, membership, "agree-membership", at=at)


def to_agree(session: Session, actor: Actor, membership_id: UUID, *, at: datetime) -> tuple[Membership, bool]:
    """Return a membership that waits for the actor's yes, and whether they are the patient. Raises as `agree`."""
    membership, is_patient = _own(session, actor, membership_id, at)
    if not is_patient and not actor.reader.verified_for(membership_fact(membership)):
        raise NotPermitted(f"Only a clinician who is verified as a {membership.role} agrees to this.")
    if state(membership_fact(membership), at) is not MembershipState.PROPOSED:
        raise Conflict("This membership does not wait for an answer.")
    if membership.patient_agreed_at if is_patient else membership.clinician_accepted_at:
        raise Conflict("You have agreed already; the other side has not answered yet.")
    return membership, is_patient


def check_known(session: Session, actor: Actor, membership_id: UUID, *, at: datetime) -> None:
    """Raise NotFound unless the actor is a side of this membership, and may know of it."""
    _own(session, actor, membership_id, at)


def decline(session: Session, actor: Actor, membership_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Say no to a proposal, or take back one's yes. Raises Conflict once it is accepted or closed.

    What the actor said yes to before in an invitation that is still open does not undo it: it is withdrawn.
    """
    membership, is_patient = _own(session, actor, membership_id, at)
    stands = state(membership_fact(membership), at)
    if stands in {MembershipState.UPCOMING, MembershipState.CURRENT}:
        raise Conflict("Both sides have agreed to this membership: end it instead.")
    if stands is not MembershipState.PROPOSED:
        raise Conflict("This membership does not wait for an answer.")
    membership.declined_at, membership.declined_by = at, actor.user_id
    _withdraw_older(session, membership, is_patient=is_patient, at=at)
    of_teams.declined(session, membership, actor.user_id, at=at)
    return _changed(session, actor, membership, "decline-membership", at=at)


def end(session: Session, actor: Actor, membership_id: UUID, *, at: datetime) -> dict[str, Any]:
    """End the membership at once, for good; ending it again changes nothing. Raises Conflict on a declined one.

    Open invitations are withdrawn as in `decline`.
    """
    membership, is_patient = _own(session, actor, membership_id, at)
    if membership.declined_at:
        raise Conflict("This membership was declined and never began.")
    if state(membership_fact(membership), at) not in {MembershipState.ENDED, MembershipState.WITHDRAWN}:
        membership.ended_at, membership.ended_by = at, actor.user_id
        _withdraw_older(session, membership, is_patient=is_patient, at=at)
        of_teams.ended(session, membership, actor.user_id, at=at)
    return _changed(session, actor, membership, "end-membership", at=at)


def said_no_since(session: Session, patient_id: UUID, user_id: UUID, *, by: UUID, since: datetime) -> bool:
    """Say whether this side has declined or ended a membership of this clinician's at or after that instant."""
    declined = and_(Membership.declined_by == by, Membership.declined_at >= since)
    ended = and_(Membership.ended_by == by, Membership.ended_at >= since)
    theirs = (Membership.patient_id == patient_id, Membership.user_id == user_id)
    return session.execute(select(Membership.id).where(*theirs, or_(declined, ended)).limit(1)).first() is not None


def _withdraw_older(session: Session, membership: Membership, *, is_patient: bool, at: datetime) -> None:
    """Withdraw the open invitations that would undo this no.

    Of a patient: all of this clinician's address into the team, whoever made them. Of a clinician: theirs of the
    patient.
    """
    person = select(User.email).where(User.id == membership.user_id)
    undoing = and_(Invitation.kind == InvitationKind.CLINICIAN, Invitation.patient_id == membership.patient_id)
    if not is_patient:
        person = select(User.email).join(Patient, Patient.user_id == User.id)
        person = person.where(Patient.id == membership.patient_id)
        undoing = and_(Invitation.kind == InvitationKind.PATIENT, Invitation.invited_by == membership.user_id)
    session.execute(
        update(Invitation)
        .where(undoing, Invitation.email == person.scalar_subquery(), IS_OPEN)
        .values(withdrawn_at=at),
        execution_options={"synchronize_session": False},
    )


def _period(membership: Membership) -> tuple[MembershipKind, datetime | None, datetime | None]:
    return membership.kind, membership.valid_from, membership.valid_until


def _mine(session: Session, actor: Actor, at: datetime) -> Select[*tuple[Any, ...]]:
    signs_for = [i for i, by in acting_for(session, actor, at=at).items() if Power.SIGN in by.powers]
    theirs = and_(Membership.user_id == actor.user_id, not_(only_referred()))
    sides = (theirs, Patient.user_id == actor.user_id, Patient.id.in_(signs_for))
    return memberships().where(or_(*sides))


def _own(session: Session, actor: Actor, membership_id: UUID, at: datetime) -> tuple[Membership, bool]:
    """Return a membership that the actor is a side of, and whether on the patient's. Raises NotFound.

    Nobody is both: a clinician who also signs for the patient says no yes for them to their own place.
    """
    row = session.execute(_mine(session, actor, at).where(Membership.id == membership_id)).first()
    if row is None:
        raise NotFound
    return session.get_one(Membership, membership_id), bool(row.user_id != actor.user_id)


def _shown(row: Any, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return a membership as one of its two sides sees it, or somebody who acts for the patient."""
    is_side = actor.user_id in {row.user_id, row.patient_user_id}
    return membership_of(row, actor, at) if is_side else membership_for_team(row, at)


def _changed(session: Session, actor: Actor, membership: Membership, act: str, *, at: datetime) -> dict[str, Any]:
    session.flush()
    row = session.execute(memberships().where(Membership.id == membership.id)).one()
    who = actor if row.user_id == actor.user_id else on_behalf(session, actor, membership.patient_id, at=at)
    access_log.changed(session, who, membership.patient_id, act, target=membership.id, at=at)
    return _shown(row, actor, at)
