"""One item held against one permit, in Python: for explaining a decision, and for telling how one stood before.

No answer rests on this: what leaves is what the gate's SQL lets through, and an import contract keeps it so. A test
compares the two, row by row.
"""

from dataclasses import dataclass
from datetime import date
from typing import assert_never
from uuid import UUID

from careteam.policy.facts import Limit
from careteam.policy.scope import (
    Author,
    Directed,
    Emergency,
    Holder,
    OwnRecord,
    Permit,
    Released,
    Represented,
    Scope,
    Shared,
    reaches,
)
from careteam.policy.vocabulary import SHAREABLE_CLASSES, ItemClass, Label


@dataclass(frozen=True, slots=True)
class ItemFact:
    """All of an item that bears on who reads it. A holder of `None` is the patient."""

    id: UUID
    patient_id: UUID
    item_class: ItemClass
    author_id: UUID | None
    holder_id: UUID | None
    date: date
    labels: frozenset[Label] = frozenset()
    draft: bool = False
    awaits_review: bool = False
    sent_to: frozenset[UUID] = frozenset()
    """To whom the patient sent it, and did not take it back."""


def permit_for(scope: Scope, item: ItemFact) -> Permit | None:
    """Return the first permit of the scope that covers the item; None: the item is absent."""
    if item.patient_id != scope.patient_id:
        return None
    return next((permit for permit in scope.permits if matches(permit, item)), None)


def matches(permit: Permit, item: ItemFact) -> bool:
    """Say whether this permit alone opens the item."""
    match permit:
        case OwnRecord():
            return not item.draft and (not _special(item) or item.id in permit.released)
        case Author():
            return item.author_id == permit.user_id
        case Holder():
            return not item.draft and item.holder_id == permit.user_id
        case Shared() | Directed() | Released() | Represented() | Emergency():
            return not item.draft and _opened(permit, item)
        case _:
            assert_never(permit)


def limited(limit: Limit, item: ItemFact) -> bool:
    """Say whether a restriction's limit is about this item: every field that is set must match."""
    wanted = (
        (limit.item_class is not None, limit.item_class is item.item_class),
        (limit.label is not None, limit.label in item.labels),
        (limit.holder_id is not None, limit.holder_id == item.holder_id),
        (limit.of_patient, item.holder_id is None),
        (limit.item_id is not None, limit.item_id == item.id),
    )
    return all(met for is_set, met in wanted if is_set)


def _opened(permit: Shared | Directed | Released | Represented | Emergency, item: ItemFact) -> bool:
    match permit:
        case Released():
            return not item.awaits_review and _released(permit, item)
        case Shared():
            return _ordinary(item) and _consented(permit, item)
        case Directed():
            sent = item.holder_id is None and permit.user_id in item.sent_to
            return _ordinary(item) and sent and not _stopped(permit.less, item)
        case Represented():
            return _ordinary(item) and item.item_class in permit.classes and _within(permit, item)
        case Emergency():
            in_classes = not _special(item) and item.item_class in permit.classes
            return in_classes and not _stopped(permit.less, item)


def _ordinary(item: ItemFact) -> bool:
    return not (item.awaits_review or _special(item))


def _special(item: ItemFact) -> bool:
    return item.item_class not in SHAREABLE_CLASSES  # what is unknown here is nobody's but its author's and holder's


def _consented(permit: Shared, item: ItemFact) -> bool:
    return (
        item.item_class in permit.classes
        and reaches(permit, item.holder_id)
        and _in_data_period(permit, item)
        and item.id not in permit.except_items
        and _within(permit, item)
    )


def _released(permit: Released, item: ItemFact) -> bool:
    return (
        item.item_class is permit.item_class
        and item.id in permit.items
        and item.author_id in permit.authors
        and _in_data_period(permit, item)
        and _within(permit, item)
    )


def _within(permit: Shared | Released | Represented, item: ItemFact) -> bool:
    return item.labels <= permit.labels and not _stopped(permit.less, item)


def _in_data_period(permit: Shared | Released, item: ItemFact) -> bool:
    begun = permit.data_from is None or permit.data_from <= item.date
    return begun and (permit.data_through is None or item.date <= permit.data_through)


def _stopped(less: tuple[Limit, ...], item: ItemFact) -> bool:
    return any(limited(limit, item) for limit in less)
