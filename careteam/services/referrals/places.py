"""The place in the care team that a referral proposes: found or begun, and taken back with it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.errors import Conflict, Invalid
from careteam.facts import membership_fact
from careteam.models import Membership, Referral
from careteam.policy.joining import as_member
from careteam.policy.team import accepted, state
from careteam.policy.treatment_words import ReferralAnswer
from careteam.policy.vocabulary import MembershipState, Role
from careteam.services.notices import of_teams
from careteam.services.record.records import Record
from careteam.services.team import memberships
from careteam.services.team.memberships import Offer
from careteam.services.team.readers import readers

NOBODY = "Nobody of whom you can be told has this role in a practice here."
OPEN = frozenset({MembershipState.PROPOSED, MembershipState.UPCOMING, MembershipState.CURRENT})


def proposed(
    session: Session, record: Record, user_id: UUID, role: Role, practice_id: UUID | None
) -> tuple[Membership, UUID | None]:
    """Return the addressee's place (the one that they have, or are asked to take, in this role; otherwise a new one),
    and their practice as far as the writer may know it: of a place that others ask for, the one that was named.

    Raises Invalid unless a practice here verifies them in the role; never anything that tells of another proposal.
    """
    practice = _practice(session, record, user_id, role, practice_id)
    found = memberships.open_memberships(session, record.patient_id, user_id, role, record.at)
    if found:
        place = max(found, key=lambda m: accepted(membership_fact(m)))
        return place, place.practice_id if accepted(membership_fact(place)) else practice
    offer = Offer(role, practice)
    begun = memberships.begin(
        session,
        patient_id=record.patient_id,
        user_id=user_id,
        offer=offer,
        proposed_by=record.actor.user_id,
        at=record.at,
    )
    return begun, begun.practice_id


def of(session: Session, membership_id: UUID | None) -> Membership:
    """Return the place of a referral to somebody who is here."""
    return session.get_one(Membership, membership_id)


def with_member(record: Record, place: Membership) -> Record:
    """Return the record as it would be with the addressee in the team, whom the writer names and cannot see yet."""
    team = as_member(record.team, membership_fact(place))[1]
    return replace(record, facts=replace(record.facts, team=team))


def check_open(record: Record, place: Membership) -> None:
    """Raise Conflict where the place was declined or has ended meanwhile."""
    if state(membership_fact(place), record.at) not in OPEN:
        raise Conflict("The place in the care team that goes with this referral is closed: ask for another referral.")


def take_back(session: Session, record: Record, referral: Any) -> None:
    """Take back the place that the referral proposed, as long as nothing but the referral asks for it.

    Whoever was told of it is told that it is taken back.
    """
    place = of(session, referral.membership_id)
    waits = state(membership_fact(place), record.at) is MembershipState.PROPOSED
    wanted = place.patient_agreed_at is not None and referral.patient_answer is not ReferralAnswer.YES
    if not waits or wanted or place.proposed_by != referral.author_id or _needed_elsewhere(session, referral):
        return
    place.ended_at, place.ended_by = record.at, record.actor.user_id
    if place.patient_agreed_at is not None or place.clinician_accepted_at is not None:
        of_teams.ended(session, place, record.actor.user_id, at=record.at)


def _needed_elsewhere(session: Session, referral: Any) -> bool:
    other = select(Referral.id).where(
        Referral.membership_id == referral.membership_id,
        Referral.id != referral.id,
        Referral.withdrawn_at.is_(None),
        Referral.declined_at.is_(None),
        Referral.error_at.is_(None),
        Referral.patient_answer.is_distinct_from(ReferralAnswer.NO),
    )
    return session.execute(other.limit(1)).first() is not None


def _practice(session: Session, record: Record, user_id: UUID, role: Role, chosen: UUID | None) -> UUID | None:
    """Return from which practice the addressee would join. The patient and the writer are nobody's addressees."""
    found = readers(session, [user_id]).get(user_id)
    own = {record.actor.user_id, record.team.patient_user_id}
    vouched = found.verifications if found is not None and not found.disabled and user_id not in own else frozenset()
    here = {v.practice_id for v in vouched if v.role is role}
    if not here or (chosen is not None and chosen not in here):
        raise Invalid(NOBODY, {"to": [f"Name a clinician whom a practice verifies as a {role.value}."]})
    if chosen is None and len(here) > 1:
        raise Invalid("They have this role in several practices.", {"to": ["Give the practice_id of the one meant."]})
    return chosen or next(iter(here))
