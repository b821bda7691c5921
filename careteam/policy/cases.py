"""The rules of cases about questioned accesses: by when they are answered, and which practice answers."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from careteam.policy.facts import Membership, Team
from careteam.policy.team import accepted
from careteam.policy.vocabulary import CaseOutcome, MembershipKind

ANSWERED_WITHIN = timedelta(days=30)
"""45 CFR 164.530(d), on complaints, sets no time; this is that of an answer to a request for access,
45 CFR 164.524(b)(2)(i)."""

TOLD_TO_WHO_LOOKED = frozenset({CaseOutcome.IN_ERROR, CaseOutcome.MISUSE})
"""The outcomes of which the person who looked is told, with no word of the case: so that nobody pays for a question."""


def practices_of(team: Team, user_id: UUID, at: datetime) -> list[UUID]:
    """Return the practices for which somebody was in the team, those of memberships that stood at this instant first.

    Of several, a treating one comes before a covering one, then the earlier.
    """
    mine = [m for m in team.memberships if m.user_id == user_id and m.practice_id and accepted(m)]
    return _practices(sorted(mine, key=lambda m: (not _stood(m, at), *_order(m))))


def practices_now(team: Team, at: datetime) -> list[UUID]:
    """Return the practices that treat the patient at this instant, the one that began first before the others."""
    here = [m for m in team.memberships if m.practice_id and accepted(m) and _stood(m, at)]
    return _practices(sorted(here, key=_order))


def by_share(holders: Iterable[UUID]) -> Sequence[UUID]:
    """Return the holders of what was shown, who holds most of it first."""
    shown = list(holders)
    return sorted(set(shown), key=lambda holder: (-shown.count(holder), holder))


def _practices(memberships: Iterable[Membership]) -> list[UUID]:
    return list(dict.fromkeys(m.practice_id for m in memberships if m.practice_id))


def _order(membership: Membership) -> tuple[bool, datetime]:
    began = membership.accepted_at or datetime.min.replace(tzinfo=UTC)
    return membership.kind is MembershipKind.COVERING, began


def _stood(membership: Membership, at: datetime) -> bool:
    """Say whether a membership had begun and not ended at a past instant."""
    begins = max(filter(None, (membership.accepted_at, membership.valid_from)), default=None)
    ends = min(filter(None, (membership.ended_at, membership.valid_until)), default=None)
    return (begins is None or begins <= at) and (ends is None or at < ends)
