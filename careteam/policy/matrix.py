"""Who reads which class of whose items, and until when: the rule's own answers, laid out for one reader at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from careteam.policy.facts import Consent, Limit, Reader, Restriction, Team
from careteam.policy.horizon import shared_until, turning_points
from careteam.policy.scope import Scope, Shared, covers_holder, opened_labels, opening, sections
from careteam.policy.sharing import candidates, readable, stops
from careteam.policy.team import roles_now
from careteam.policy.vocabulary import ItemClass, Label


@dataclass(frozen=True, slots=True)
class Asked:
    """One reader and all that decides what they read, from one load; `at` is when they are asked about."""

    reader: Reader
    team: Team
    consents: Sequence[Consent]
    restrictions: Sequence[Restriction]
    at: datetime

    def scope(self, at: datetime) -> Scope:
        """Return what the rule says at this instant."""
        return readable(self.reader, self.team, self.consents, self.restrictions, at=at)

    def addressed(self) -> list[Consent]:
        """Return the consents in force that are addressed to the reader."""
        return candidates(self.reader, roles_now(self.reader, self.team, self.at), self.consents, self.at)

    def standing(self) -> list[Restriction]:
        """Return the restrictions that stand against the reader."""
        roles = roles_now(self.reader, self.team, self.at)
        return [r for r in self.restrictions if stops(r, self.reader.user_id, roles)]


@dataclass(frozen=True, slots=True)
class Opening:
    """One consent's part in a section: the labels that it opens there, those granted, and the permit itself."""

    permit: Shared
    labels: frozenset[Label]


@dataclass(frozen=True, slots=True)
class Cell:
    """One class of one holder's items (`None`: the patient's) for one reader.

    Shared is what has openings. `until` is the first instant, of those known now, at which it no longer is.
    `left_out` are consents that name the holder as an exception, `stopped` restrictions that match some or all of it.
    """

    holder_id: UUID | None
    item_class: ItemClass
    openings: tuple[Opening, ...]
    until: datetime | None
    left_out: tuple[Consent, ...]
    stopped: tuple[Restriction, ...]


def cells(asked: Asked, holders: Iterable[UUID | None], classes: Iterable[ItemClass]) -> list[Cell]:
    """Return the reader's cells, holder by holder and class by class in the orders given."""
    everybody, words = tuple(holders), tuple(classes)
    scope, standing = asked.scope(asked.at), asked.standing()
    excepting = [(c, _if_nobody_were_left_out(asked, c)) for c in asked.addressed() if c.exceptions.holders]
    moments = turning_points(asked.team, asked.consents, after=asked.at)
    until = shared_until(asked.scope, everybody, moments, at=asked.at)
    return [
        Cell(
            holder_id=holder_id,
            item_class=item_class,
            openings=_openings(scope, holder_id, item_class),
            until=until.get((holder_id, item_class)),
            left_out=tuple(c for c, wider in excepting if _leaves_out(c, wider, holder_id, item_class)),
            stopped=tuple(r for r in standing if _touches(r.limit, holder_id, item_class)),
        )
        for holder_id in everybody
        for item_class in words
    ]


def _openings(scope: Scope, holder_id: UUID | None, item_class: ItemClass) -> tuple[Opening, ...]:
    found = opening(scope, holder_id, item_class)
    return tuple(Opening(permit, opened_labels(permit, holder_id, item_class)) for permit in found)


def _if_nobody_were_left_out(asked: Asked, consent: Consent) -> Scope:
    wider = replace(consent, exceptions=replace(consent.exceptions, holders=frozenset()))
    return readable(asked.reader, asked.team, [wider], (), at=asked.at)


def _leaves_out(consent: Consent, wider: Scope, holder_id: UUID | None, item_class: ItemClass) -> bool:
    return holder_id in consent.exceptions.holders and item_class in sections(wider, holder_id)


def _touches(limit: Limit, holder_id: UUID | None, item_class: ItemClass) -> bool:
    """Say whether the limit is about something in this section. What one item is, only the record knows."""
    return limit.item_id is None and limit.item_class in (None, item_class) and covers_holder(limit, holder_id)
