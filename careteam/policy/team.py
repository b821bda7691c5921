"""Who is in a patient's team now."""

from datetime import datetime
from uuid import UUID

from careteam.policy.facts import Membership, Reader, Team
from careteam.policy.vocabulary import Role


def accepted(membership: Membership) -> bool:
    """Both sides agreed, in either order, and neither declined."""
    return membership.patient_agreed and membership.clinician_accepted and not membership.declined


def current(membership: Membership, at: datetime) -> bool:
    """Accepted, not ended, and within its period (start inclusive, end exclusive)."""
    return (
        accepted(membership)
        and not membership.ended
        and (membership.valid_from is None or membership.valid_from <= at)
        and (membership.valid_until is None or at < membership.valid_until)
    )


def roles_now(reader: Reader, team: Team, at: datetime) -> frozenset[Role]:
    """Return the roles in which this reader is a current, accepted and verified member."""
    if reader.disabled:
        return frozenset()
    return frozenset(
        m.role for m in team.memberships if m.user_id == reader.user_id and m.role in reader.verified and current(m, at)
    )


def ever_members(team: Team) -> frozenset[UUID]:
    """Return every past, present or later member: whose membership was accepted at some time."""
    return frozenset(m.user_id for m in team.memberships if accepted(m))


def was_member(team: Team, user_id: UUID) -> bool:
    """Say whether this clinician was ever accepted, or brought the record of somebody without an account.

    Nobody but its importers knows of a record that no person has taken over yet.
    """
    mine = [m for m in team.memberships if m.user_id == user_id]
    if team.patient_user_id is None:
        return any(m.clinician_accepted and not m.declined for m in mine)
    return any(accepted(m) for m in mine)
