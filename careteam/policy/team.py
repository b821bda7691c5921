"""Who is in a patient's team now."""

from datetime import UTC, datetime
from uuid import UUID

from careteam.policy.facts import Membership, Reader, Team
from careteam.policy.vocabulary import MembershipKind, MembershipState, Role, Standing


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
    """Return the roles in which this reader is a current, accepted member whom the membership's practice verifies."""
    return frozenset(m.role for m in places_now(reader, team, at))


def places_now(reader: Reader, team: Team, at: datetime) -> list[Membership]:
    """Return the memberships by which this reader has those roles."""
    if reader.disabled:
        return []
    mine = (m for m in team.memberships if m.user_id == reader.user_id)
    return [m for m in mine if reader.verified_for(m) and current(m, at)]


def ever_members(team: Team) -> frozenset[UUID]:
    """Return every past, present or later member: whose membership was accepted at some time."""
    return frozenset(m.user_id for m in team.memberships if accepted(m))


def was_member(team: Team, user_id: UUID) -> bool:
    """Say whether this clinician was ever accepted, or brought the record of somebody without an account.

    Nobody but its importers knows of a record that no person has taken over yet.
    """
    taken_over = team.patient_user_id is not None
    return any(introduced(m, taken_over=taken_over) for m in team.memberships if m.user_id == user_id)


def introduced(membership: Membership, *, taken_over: bool) -> bool:
    """Say whether this membership lets its clinician know whose record it is.

    Accepted does; so does the clinician's own side of a record that no person has taken over.
    """
    if taken_over:
        return accepted(membership)
    return membership.clinician_accepted and not membership.declined


def state(membership: Membership, at: datetime) -> MembershipState:
    """Return how the membership stands at this instant."""
    if membership.declined:
        return MembershipState.DECLINED
    if membership.ended or lapsed(membership, at):
        return MembershipState.ENDED if accepted(membership) else MembershipState.WITHDRAWN
    if not accepted(membership):
        return MembershipState.PROPOSED
    return MembershipState.CURRENT if current(membership, at) else MembershipState.UPCOMING


def lapsed(membership: Membership, at: datetime) -> bool:
    """Say whether its period is over (the end is exclusive)."""
    return membership.valid_until is not None and membership.valid_until <= at


def covering(reader: Reader, team: Team) -> tuple[Membership, ...]:
    """Return this clinician's accepted covering memberships that were not ended early, by their beginning."""
    mine = (m for m in team.memberships if m.user_id == reader.user_id and m.kind is MembershipKind.COVERING)
    return tuple(sorted((m for m in mine if accepted(m) and not m.ended), key=_begins))


def overlap(one: Membership, other: Membership) -> bool:
    """Say whether there is an instant in both periods; a period without an end goes on for ever."""
    return not (_over_before(one, other) or _over_before(other, one))


def _over_before(one: Membership, other: Membership) -> bool:
    return one.valid_until is not None and other.valid_from is not None and one.valid_until <= other.valid_from


def _begins(membership: Membership) -> datetime:
    return membership.valid_from or datetime.min.replace(tzinfo=UTC)


def standing(reader: Reader, team: Team, at: datetime) -> Standing | None:
    """Return how this clinician stands to this patient; None for somebody who knows nothing of them.

    A clinician whom no practice verifies any more knows nothing, whatever they were.
    """
    if reader.disabled or not reader.verified or not was_member(team, reader.user_id):
        return None
    if roles_now(reader, team, at):
        return Standing.CURRENT
    if team.patient_user_id is None:
        return Standing.UNCLAIMED
    mine = [m for m in team.memberships if m.user_id == reader.user_id and reader.verified_for(m)]
    waits = any(state(m, at) is MembershipState.UPCOMING for m in mine)
    return Standing.UPCOMING if waits else Standing.FORMER
