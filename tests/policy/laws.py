"""Eight laws about any facts whatever: what may be changed, and how what is read may change with it.

Each row changes a question (who asks, and all facts) or the items; then what was shut must stay shut, or nothing may
change at all. Nobody needs to know the right answer for that: two answers are compared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from careteam.policy.facts import Consent, Grounds, Membership, Recipient
from careteam.policy.vocabulary import ItemClass, Label
from tests.policy import worlds
from tests.policy.cast import TICK
from tests.policy.matching import ItemFact
from tests.policy.narrowing import HALF_YEAR
from tests.policy.reference import Question

T = TypeVar("T")
Changed = tuple[Question, dict[ItemFact, ItemFact]]
"""The question as it is asked then, and what became of the items that changed."""
UNKNOWN: Any = "genome"
"""A word of no list here."""


@dataclass(frozen=True, slots=True)
class Law:
    """A change, and whether it must change nothing (`same`) or only may not open anything."""

    change: Callable[[Random, Question, list[ItemFact]], Changed]
    same: bool = False


def add_restriction(rng: Random, q: Question, items: list[ItemFact]) -> Changed:
    """A standing no more, or two."""
    more = tuple(worlds.restriction(rng, 90 + n) for n in range(rng.choice((1, 1, 2))))
    return replace(q, restrictions=(*q.restrictions, *more)), {}


def remove_permit(rng: Random, q: Question, items: list[ItemFact]) -> Changed:
    """A consent, a release, an emergency session or a representation less."""
    kinds = ["consents", "consents"] if q.consents else []
    kinds += [name for name in Grounds.__dataclass_fields__ if getattr(q.grounds, name)]
    kind = rng.choice(kinds) if kinds else ""
    if kind == "consents":
        return replace(q, consents=_without_one(rng, q.consents)), {}
    return (_grounds(q, kind, _without_one(rng, getattr(q.grounds, kind))) if kind else q), {}


def shorten_period(rng: Random, q: Question, items: list[ItemFact]) -> Changed:
    """Every consent, emergency session and representation begins later or ends earlier.

    Not memberships: with one of two roles ends what binds that role, such as a restriction on prescribers.
    """
    by, late = rng.choice((TICK, HALF_YEAR)), rng.random() < 0.5
    q = replace(q, consents=tuple(_shorter(c, by, late=late) for c in q.consents))
    for name in ("emergencies", "representations"):
        q = _grounds(q, name, tuple(_shorter(g, by, late=late) for g in getattr(q.grounds, name)))
    return q, {}


def add_label(rng: Random, q: Question, items: list[ItemFact]) -> Changed:
    """A label more on every item."""
    label = rng.choice(tuple(Label))
    return q, {i: replace(i, labels=i.labels | {label}) for i in items}


def reorder(rng: Random, q: Question, items: list[ItemFact]) -> Changed:
    """The same facts in another order."""
    return _each(q, lambda found: tuple(rng.sample(found, len(found)))), {}


def repeat(rng: Random, q: Question, items: list[ItemFact]) -> Changed:
    """Some facts twice or three times."""
    return _each(q, lambda found: tuple(f for f in found for _ in range(rng.choice((1, 2, 3))))), {}


def add_unknown_consent(rng: Random, q: Question, items: list[ItemFact]) -> Changed:
    """Consents more, each with one word that nobody here knows: kind, purpose, recipients, or classes."""
    words: tuple[dict[str, Any], ...] = (
        {"kind": UNKNOWN},
        {"purpose": UNKNOWN},
        {"recipients": frozenset({Recipient(role=UNKNOWN)})},
        {"classes": frozenset({UNKNOWN})},
        {"disclosers": frozenset()},
        {"classes": frozenset()},
    )
    more = tuple(replace(_open(worlds.consent(rng, 80 + n)), **word) for n, word in enumerate(words))
    return replace(q, consents=(*more, *q.consents)), {}


def unknown_words_on_items(rng: Random, q: Question, items: list[ItemFact]) -> Changed:
    """Items of a class that nobody knows, and items with a label besides that nobody knows."""
    of_class = {i: replace(i, item_class=UNKNOWN) for i in items[::2]}
    return q, of_class | {i: replace(i, labels=i.labels | {UNKNOWN}) for i in items[1::2]}


LAWS: Mapping[str, Law] = {
    "adding a restriction never widens": Law(add_restriction),
    "removing a permit never widens": Law(remove_permit),
    "shortening a period never widens": Law(shorten_period),
    "adding a label never widens": Law(add_label),
    "order does not matter": Law(reorder, same=True),
    "duplicates do not matter": Law(repeat, same=True),
    "a consent in unknown words opens nothing": Law(add_unknown_consent, same=True),
    "an item of an unknown class or label opens to nobody else": Law(unknown_words_on_items),
}
SHARING = frozenset({"consent", "release", "representation"})
"""The clauses that look at labels: an emergency session names classes alone, what was sent
one item, and what is one's own needs neither."""


def broken(
    law: Law,
    before: Mapping[ItemFact, str | None],
    after: Mapping[ItemFact, str | None],
    became: Mapping[ItemFact, ItemFact],
) -> str:
    """Return what is wrong: `before` and `after` give the clause that opens each item, by the item as it was."""
    wrong = (
        i for i in before if _wrong(law, before[i], after[i], unknown_class=became.get(i, i).item_class == UNKNOWN)
    )
    return next((f"{i} as {became.get(i, i)}: {before[i]} and then {after[i]}" for i in wrong), "")


def _wrong(law: Law, before: str | None, after: str | None, *, unknown_class: bool) -> bool:
    """What one reads as the patient, author or holder one reads in unknown words too."""
    if law.change is unknown_words_on_items:
        return after in SHARING or (after in {"emergency", "directed"} and unknown_class)
    return before != after if law.same else bool(after and not before)


def _open(c: Consent) -> Consent:
    """The consent as one that opens as much as it can."""
    known = frozenset(ItemClass)
    everybody = replace(c, disclosers=frozenset(worlds.DISCLOSERS), recipients=frozenset(worlds.RECIPIENTS))
    return replace(everybody, classes=known, labels=frozenset(Label), signed=True, revoked=False)


def _without_one(rng: Random, found: tuple[T, ...]) -> tuple[T, ...]:
    n = rng.randrange(len(found))
    return (*found[:n], *found[n + 1 :])


def _grounds(q: Question, name: str, found: tuple[Any, ...]) -> Question:
    changed: dict[str, Any] = {name: found}
    return replace(q, grounds=replace(q.grounds, **changed))


def _shorter(of: Any, by: timedelta, *, late: bool) -> Any:
    """Later at its beginning, or earlier at its end where there is one."""
    until: datetime | None = of.valid_until
    if late or until is None:
        return replace(of, valid_from=of.valid_from + by)
    return replace(of, valid_until=until - by)


def _each(q: Question, change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Question:
    members: tuple[Membership, ...] = change(q.team.memberships)
    q = replace(q, team=replace(q.team, memberships=members))
    q = replace(q, consents=change(q.consents), restrictions=change(q.restrictions))
    for name in Grounds.__dataclass_fields__:
        q = _grounds(q, name, change(getattr(q.grounds, name)))
    return q
