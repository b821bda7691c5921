"""What a membership would open: the rule itself, asked as if the membership were accepted already."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from careteam.policy.facts import Consent, Membership, Reader, Restriction, Team, Verification
from careteam.policy.scope import Scope
from careteam.policy.sharing import readable


def would_open(
    team: Team,
    newcomer: Membership,
    consents: Iterable[Consent],
    restrictions: Iterable[Restriction],
    *,
    at: datetime,
) -> Scope:
    """Return what this membership by itself opens from the moment that both sides have agreed.

    The clinician counts as verified by its practice for its role and for nothing else, so that other memberships of
    theirs count for nothing. A membership that begins later is asked about at its beginning.
    """
    reader, joined = as_member(team, newcomer)
    begins = max(at, newcomer.valid_from or at)
    return readable(reader, joined, consents, restrictions, at=begins)


def as_member(team: Team, newcomer: Membership) -> tuple[Reader, Team]:
    """Return the clinician, verified for this membership only, and the team as if both sides had agreed to it."""
    agreed = replace(newcomer, patient_agreed=True, clinician_accepted=True, declined=False, ended=False)
    joined = replace(team, memberships=(*team.memberships, agreed))
    vouched = Verification(newcomer.role, newcomer.practice_id)
    return Reader(newcomer.user_id, frozenset({vouched})), joined
