"""Holds the matrix of a random world against what the gate opens of the grid, cell by cell and instant by instant."""

from collections.abc import Callable, Iterator, Set
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from careteam.policy.facts import Consent
from careteam.policy.horizon import turning_points
from careteam.policy.matrix import Asked, Cell, cells
from careteam.policy.scope import Scope
from careteam.policy.vocabulary import SPECIAL_CLASSES, Label
from tests.policy import worlds
from tests.policy.cast import PATIENT
from tests.policy.grid import CLASSES, GRID, HOLDERS
from tests.policy.matching import ItemFact
from tests.policy.reference import Question

Opened = Callable[[Scope], Set[UUID]]
"""The ids of the grid that somebody finds open under a scope: the SQL, or the oracle in Python."""
MS = timedelta(milliseconds=1)


def world(rng: Random) -> Question:
    """A random world whose data periods are not empty: such a consent cannot be signed."""
    q = worlds.question(rng)
    while q.reader.user_id == PATIENT:
        q = worlds.question(rng)
    return replace(q, consents=tuple(map(_ordered, q.consents)))


def _ordered(consent: Consent) -> Consent:
    if consent.data_from and consent.data_through and consent.data_from > consent.data_through:
        return replace(consent, data_from=consent.data_through, data_through=consent.data_from)
    return consent


def differences(q: Question, opened: Opened) -> Iterator[str]:
    """Yield where the matrix and the gate disagree: what is shared, with which labels, and until when."""
    asked = Asked(q.reader, q.team, q.consents, q.restrictions, q.at)
    holders = [h for h in HOLDERS if h != q.reader.user_id]
    made = cells(asked, holders, [c for c in CLASSES if c not in SPECIAL_CLASSES])
    now = opened(asked.scope(q.at))
    for cell in made:
        if bool(cell.openings) != bool(now & _probes(q, cell)):
            yield f"shared: {cell}"
        for label in (Label.HIV, Label.SUBSTANCE_USE):
            if any(label in o.labels for o in cell.openings) != bool(now & _probes(q, cell, label)):
                yield f"{label}: {cell}"
    yield from _too_early(asked, q, made, opened)
    for until in {cell.until for cell in made if cell.until}:
        yield from _not_then(asked, q, [c for c in made if c.until == until], until, opened)


def _too_early(asked: Asked, q: Question, made: list[Cell], opened: Opened) -> Iterator[str]:
    """Yield what the gate closes before the matrix says so, at any instant at which anything changes."""
    shared = [cell for cell in made if cell.openings]
    for moment in turning_points(q.team, q.consents, after=q.at) if shared else ():
        then = opened(asked.scope(moment))
        for cell in shared:
            if (cell.until is None or moment < cell.until) and not then & _probes(q, cell):
                yield f"closes at {moment}: {cell}"


def _not_then(asked: Asked, q: Question, made: list[Cell], until: datetime, opened: Opened) -> Iterator[str]:
    for at, is_open in ((max(q.at, until - MS), True), (until, False), (until + MS, False)):
        then = opened(asked.scope(at))
        yield from (f"{at}: {cell}" for cell in made if bool(then & _probes(q, cell)) != is_open)


def _probes(q: Question, cell: Cell, label: Label | None = None) -> set[UUID]:
    """Return items of this cell that nothing names and the reader did not write: with this label alone, or none."""
    named = {i for c in q.consents for i in c.exceptions.items} | {r.limit.item_id for r in q.restrictions}
    wanted = frozenset({label} if label else ())
    found = {i.id for i in _BY_SECTION[cell.holder_id, cell.item_class, wanted] if i.author_id != q.reader.user_id}
    assert found - named
    return found - named


_BY_SECTION: dict[tuple[object, ...], list[ItemFact]] = {}
for _item in GRID:
    if not (_item.draft or _item.awaits_review):
        _BY_SECTION.setdefault((_item.holder_id, _item.item_class, _item.labels), []).append(_item)
