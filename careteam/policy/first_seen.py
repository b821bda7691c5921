"""From when one reader could see an item: membership, permit and the item's own beginning, whichever came last."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from careteam.policy.facts import Consent, Reader, Team
from careteam.policy.matching import ItemFact, matches
from careteam.policy.scope import Shared
from careteam.policy.sharing import readable
from careteam.policy.team import current

Period = tuple[datetime, datetime]
"""From an instant, and until another, which is outside."""


def seen_since(
    item: ItemFact, reader: Reader, team: Team, consents: Iterable[Consent], *, at: datetime
) -> datetime | None:
    """Return since when this reader could see an item that others hold: from when they were in the team, and some
    consent covered it without a break. None where nothing covers it now.

    `consents` include those that ended: a renewal, or what a revocation left, carries on where the one before it
    ended. Restrictions are left out: that one was lifted is the patient's alone to know.
    """
    permitted = unbroken_since([_period(c) for c in consents if _covers(c, item, reader, team, at)], at)
    joined = member_since(reader, team, at)
    return max(permitted, joined) if permitted and joined else None


def member_since(reader: Reader, team: Team, at: datetime) -> datetime | None:
    """Return since when the reader has been in the team: the earliest of their memberships that are current."""
    mine = (m for m in team.memberships if m.user_id == reader.user_id and reader.verified_for(m) and current(m, at))
    return min((max(filter(None, (m.accepted_at, m.valid_from)), default=at) for m in mine), default=None)


def unbroken_since(periods: Iterable[Period], at: datetime) -> datetime | None:
    """Return when the run of touching or overlapping periods began in which this instant lies."""
    begun: datetime | None = None
    for start, end in sorted(periods, reverse=True):
        if start <= at < end and (begun is None or start < begun):
            begun = start
    for start, end in sorted(periods, key=lambda period: period[1], reverse=True):
        if begun is not None and start < begun <= end:
            begun = start
    return begun


def _period(consent: Consent) -> Period:
    ends = (consent.valid_until, consent.superseded_at, consent.closed_at)
    return consent.valid_from, min(end for end in ends if end is not None)


def _covers(consent: Consent, item: ItemFact, reader: Reader, team: Team, at: datetime) -> bool:
    """Say whether the consent opens the item to this reader while it is in force, as `readable` understands it."""
    in_force = replace(
        consent,
        signed=True,
        revoked=False,
        superseded_at=None,
        valid_from=at,
        valid_until=at + timedelta(microseconds=1),
    )
    permits = readable(reader, team, [in_force], (), at=at).permits
    return any(isinstance(permit, Shared) and matches(permit, item) for permit in permits)
