"""What has been decided as it would be after an act, and what the rule then says otherwise than without it.

Nothing here is a second rule: an act gives other facts, and `careteam.policy.sharing` is asked about both.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from careteam.policy.facts import (
    NO_GROUNDS,
    Consent,
    Grounds,
    Membership,
    Reader,
    Restriction,
    Team,
)
from careteam.policy.grounds import acting
from careteam.policy.horizon import Section, turning_points
from careteam.policy.joining import as_member
from careteam.policy.narrowing import Part, without
from careteam.policy.scope import Scope, Shared, opened_labels, sections
from careteam.policy.sharing import readable
from careteam.policy.team import was_member
from careteam.policy.vocabulary import Label


@dataclass(frozen=True, slots=True)
class Decided:
    """All that decides who reads one record, apart from who asks and the clock."""

    team: Team
    consents: tuple[Consent, ...]
    restrictions: tuple[Restriction, ...]
    grounds: Grounds = NO_GROUNDS

    def scope(self, reader: Reader, at: datetime) -> Scope:
        """Return what this reader may read at this instant: nothing before they may know of the record."""
        if not (was_member(self.team, reader.user_id) or acting(reader, self.grounds, at)):
            return Scope(self.team.patient_id)
        return readable(reader, self.team, self.consents, self.restrictions, self.grounds, at=at)


@dataclass(frozen=True, slots=True)
class Turn:
    """From this instant on, the rule answers one reader differently with the act than without it."""

    at: datetime
    without_it: Scope
    with_it: Scope


@dataclass(frozen=True, slots=True)
class More:
    """Of one section: whether all of it is meant, or only what carries these labels; and the labels."""

    whole: bool
    labels: frozenset[Label]


def signed(decided: Decided, consent: Consent, *, ends: UUID | None = None) -> Decided:
    """Return the facts once this consent is signed; the one that it ends is over when it begins."""
    others = (c for c in decided.consents if c.id != consent.id)
    kept = (replace(c, superseded_at=consent.valid_from) if c.id == ends else c for c in others)
    return replace(decided, consents=(*kept, replace(consent, signed=True, revoked=False)))


def revoked(decided: Decided, consent_ids: Collection[UUID], part: Part, *, at: datetime) -> Decided:
    """Return the facts once this part of these consents is taken back: what is left of each goes on."""
    left = (without(c, part, decided.team, at=at) if c.id in consent_ids else c for c in decided.consents)
    return replace(decided, consents=tuple(c for c in left if c is not None))


def restricted(decided: Decided, restriction: Restriction) -> Decided:
    """Return the facts once this restriction stands."""
    return replace(decided, restrictions=(*decided.restrictions, restriction))


def lifted(decided: Decided, restriction_id: UUID) -> Decided:
    """Return the facts once this restriction is lifted."""
    made = (replace(r, lifted=True) if r.id == restriction_id else r for r in decided.restrictions)
    return replace(decided, restrictions=tuple(made))


def joined(decided: Decided, membership: Membership) -> Decided:
    """Return the facts once both sides have agreed to this membership."""
    return replace(decided, team=as_member(decided.team, membership)[1])


def moments(before: Decided, after: Decided, *, at: datetime) -> list[datetime]:
    """Return this instant, and in order the later ones at which a period known now begins or ends."""
    consents = {*before.consents, *after.consents}
    return sorted({at, *turning_points(after.team, consents, after=at), *_of_grounds(before.grounds, at)})


def turns(reader: Reader, before: Decided, after: Decided, at: Iterable[datetime]) -> list[Turn]:
    """Return from when on the act makes a difference to this reader; one that stays the same is told once."""
    found: list[Turn] = []
    last: Turn | None = None
    for moment in at:
        turn = Turn(moment, before.scope(reader, moment), after.scope(reader, moment))
        differs = turn.without_it != turn.with_it
        if differs and not (last and _same(turn, last)):
            found.append(turn)
        last = turn
    return found


def more_shared(one: Scope, other: Scope, holders: tuple[UUID | None, ...]) -> dict[Section, More]:
    """Return the sections that are shared under one scope and not under the other, or with more labels.

    They hold whatever comes into them later, also where there is nothing in them yet.
    """
    wider, narrower = _shared(one, holders), _shared(other, holders)
    every = ((s, More(s not in narrower, labels - narrower.get(s, frozenset()))) for s, labels in wider.items())
    return {section: more for section, more in every if more.whole or more.labels}


def _shared(scope: Scope, holders: tuple[UUID | None, ...]) -> dict[Section, frozenset[Label]]:
    found: dict[Section, frozenset[Label]] = {}
    for permit in scope.permits:
        if isinstance(permit, Shared):
            for section, labels in _by(permit, holders).items():
                found[section] = found.get(section, frozenset()) | labels
    return found


@lru_cache(maxsize=512)
def _by(permit: Shared, holders: tuple[UUID | None, ...]) -> Mapping[Section, frozenset[Label]]:
    """Return the sections that this permit alone shares, with their labels: many readers have the same permits."""
    alone = Scope(_NOBODY, (permit,))
    return {
        (holder_id, item_class): opened_labels(permit, holder_id, item_class)
        for holder_id in holders
        for item_class in sections(alone, holder_id)
    }


_NOBODY = UUID(int=0)


def _same(one: Turn, other: Turn) -> bool:
    return (one.without_it, one.with_it) == (other.without_it, other.with_it)


def _of_grounds(grounds: Grounds, at: datetime) -> set[datetime]:
    periods = [(e.valid_from, e.valid_until) for e in grounds.emergencies]
    acting = [(r.valid_from, r.valid_until) for r in grounds.representations]
    return {m for period in (*periods, *acting) for m in period if m is not None and m > at}
