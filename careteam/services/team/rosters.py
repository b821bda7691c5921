"""How memberships are shown: the same columns and members wherever they appear."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from sqlalchemy.orm import aliased

from careteam.actor import Actor
from careteam.facts import membership_fact
from careteam.models import Membership, Patient, Practice, Referral, Staff, User
from careteam.policy.team import introduced, state
from careteam.policy.treatment_words import ReferralAnswer
from careteam.policy.vocabulary import MembershipState

_PROPOSER = aliased(User)
_VERIFIED = (
    select(Staff.id)
    .where(
        Staff.user_id == Membership.user_id,
        Staff.role == Membership.role,
        or_(Membership.practice_id.is_(None), Staff.practice_id == Membership.practice_id),
        Staff.verified_at.is_not(None),
        Staff.disabled_at.is_(None),
        Staff.ended_at.is_(None),
    )
    .exists()
)


def memberships() -> Select[*tuple[Any, ...]]:
    """Return the SELECT of memberships with the names that go with them; the caller says which."""
    return (
        select(
            Membership.id,
            Membership.patient_id,
            Patient.name.label("patient_name"),
            Patient.user_id.label("patient_user_id"),
            Membership.user_id,
            User.name,
            Membership.practice_id,
            Practice.name.label("practice_name"),
            Membership.role,
            Membership.kind,
            Membership.proposed_by,
            _PROPOSER.name.label("proposer_name"),
            Membership.created_at,
            Membership.patient_agreed_at,
            Membership.clinician_accepted_at,
            Membership.declined_at,
            Membership.ended_at,
            Membership.valid_from,
            Membership.valid_until,
            _VERIFIED.label("verified"),
        )
        .join(Patient, Patient.id == Membership.patient_id)
        .join(User, User.id == Membership.user_id)
        .join(_PROPOSER, _PROPOSER.id == Membership.proposed_by)
        .outerjoin(Practice, Practice.id == Membership.practice_id)
    )


def only_referred() -> ColumnElement[bool]:
    """Say that nothing but a referral asks for this place, to which the patient has not said yes.

    Until then the referral does not exist for whom it is to go to, and neither does the place that came with it.
    """
    asked = select(Referral.id).where(
        Referral.membership_id == Membership.id,
        Referral.author_id == Membership.proposed_by,
        Referral.created_at == Membership.created_at,
    )
    said_yes = select(Referral.id).where(
        Referral.membership_id == Membership.id, Referral.patient_answer == ReferralAnswer.YES
    )
    return and_(
        Membership.patient_agreed_at.is_(None),
        Membership.clinician_accepted_at.is_(None),
        asked.correlate(Membership).exists(),
        not_(said_yes.correlate(Membership).exists()),
    )


def team_entry(row: Any, at: datetime) -> dict[str, Any]:
    """Return one membership as the team shows it."""
    stands = state(membership_fact(row), at)
    return {
        "id": row.id,
        "user_id": row.user_id,
        "name": row.name,
        "role": row.role,
        "verified": row.verified,
        "practice": practice_of(row),
        "kind": row.kind,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "state": stands,
        "awaits": _awaits(row) if stands is MembershipState.PROPOSED else [],
        "patient_agreed_at": row.patient_agreed_at,
        "clinician_accepted_at": row.clinician_accepted_at,
        "closed_at": row.declined_at or row.ended_at,
    }


def membership_of(row: Any, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return one membership as the actor, one of its two sides, sees it.

    The clinician learns whose team it is when both have agreed, or when they brought the record themselves; and
    only while they are verified in its role. Until then a patient who proposed it is not named as such either.
    """
    known = knows_patient(row, actor)
    named = known or row.proposed_by != row.patient_user_id
    return {
        **team_entry(row, at),
        "patient": {"id": row.patient_id, "name": row.patient_name} if known else None,
        "proposed_by": {"user_id": row.proposed_by, "name": row.proposer_name} if named else None,
        "created_at": row.created_at,
    }


def membership_for_team(row: Any, at: datetime) -> dict[str, Any]:
    """Return one membership as the others in the team see it: what the team shows, and whose team it is."""
    return {
        **team_entry(row, at),
        "patient": {"id": row.patient_id, "name": row.patient_name},
        "proposed_by": None,
        "created_at": None,
    }


def practice_of(row: Any) -> dict[str, Any] | None:
    """Return the practice that a row names, if it names one."""
    return {"id": row.practice_id, "name": row.practice_name} if row.practice_id else None


def knows_patient(row: Any, actor: Actor) -> bool:
    """Say whether this side of a membership may know whose team it is (see `membership_of`)."""
    if row.patient_user_id == actor.user_id:
        return True
    met = introduced(membership_fact(row), taken_over=row.patient_user_id is not None)
    return met and row.role in actor.verified


def _awaits(row: Any) -> list[str]:
    sides = {"patient": row.patient_agreed_at, "clinician": row.clinician_accepted_at}
    return [side for side, agreed_at in sides.items() if agreed_at is None]
