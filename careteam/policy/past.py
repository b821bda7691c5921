"""How the facts stood at an earlier instant: for telling what a reader could already read when they last looked.

Nothing that is decided now passes here: a revocation is absolute (`careteam.policy.sharing`), whatever its time.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from careteam.policy.facts import (
    NO_GROUNDS,
    Consent,
    Grounds,
    Membership,
    Reader,
    Release,
    Representation,
    Restriction,
    Team,
)
from careteam.policy.scope import Scope
from careteam.policy.sharing import readable
from careteam.policy.team import accepted


def could_read(
    reader: Reader,
    team: Team,
    consents: Iterable[Consent],
    restrictions: Iterable[Restriction],
    grounds: Grounds = NO_GROUNDS,
    *,
    at: datetime,
) -> Scope:
    """Return what this reader could read at this past instant, by the rule itself asked of the facts of that time.

    `consents`, `restrictions` and `grounds` include what was closed, lifted or ended since then. The reader counts as
    verified, and the items' labels count, as they are now.
    """
    then = as_it_stood(team, consents, restrictions, grounds, at=at)
    return readable(reader, *then, at=at)


def as_it_stood(
    team: Team,
    consents: Iterable[Consent],
    restrictions: Iterable[Restriction],
    grounds: Grounds = NO_GROUNDS,
    *,
    at: datetime,
) -> tuple[Team, list[Consent], list[Restriction], Grounds]:
    """Return the facts of that instant, from all that there ever were."""
    return (
        replace(team, memberships=tuple(_membership(m, at) for m in team.memberships)),
        [_consent(c, at) for c in consents],
        [_restriction(r, at) for r in restrictions if r.made_at is None or r.made_at <= at],
        _grounds(grounds, at),
    )


def _membership(membership: Membership, at: datetime) -> Membership:
    begun = accepted(membership) and not _after(membership.accepted_at, at)
    ended = membership.ended and not _after(membership.ended_at, at)
    return replace(membership, patient_agreed=begun, clinician_accepted=begun, ended=ended)


def _consent(consent: Consent, at: datetime) -> Consent:
    closed = consent.closed_at is not None and consent.closed_at <= at
    signed = (consent.signed or consent.closed_at is not None) and not _after(consent.signed_at, at)
    return replace(consent, signed=signed, revoked=closed or (consent.revoked and consent.closed_at is None))


def _restriction(restriction: Restriction, at: datetime) -> Restriction:
    return replace(restriction, lifted=restriction.lifted and not _after(restriction.lifted_at, at))


def _grounds(grounds: Grounds, at: datetime) -> Grounds:
    return Grounds(
        tuple(_release(r, at) for r in grounds.releases if not _after(r.released_at, at)),
        tuple(replace(e, ended=e.ended and not _after(e.ended_at, at)) for e in grounds.emergencies),
        tuple(_representation(r, at) for r in grounds.representations),
    )


def _release(release: Release, at: datetime) -> Release:
    return replace(release, withdrawn=release.withdrawn and not _after(release.withdrawn_at, at))


def _representation(representation: Representation, at: datetime) -> Representation:
    agreed = representation.agreed and not _after(representation.agreed_at, at)
    return replace(
        representation, agreed=agreed, ended=representation.ended and not _after(representation.ended_at, at)
    )


def _after(moment: datetime | None, at: datetime) -> bool:
    """Say whether something happened only after this instant; an unknown time is long ago."""
    return moment is not None and moment > at
