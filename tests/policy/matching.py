"""The partner of the SQL: a scope held against one plain item, field by field, in Python.

`careteam.access` says the same in SQL; the two were written apart and are compared row by row.
Permits are told apart by their clause, so that a changed copy of the policy can be asked as well.
"""

from typing import Any

from careteam.policy.facts import Limit
from careteam.policy.matching import ItemFact
from careteam.policy.vocabulary import ItemClass

__all__ = ["ItemFact", "covers", "permit_number", "permits"]
KNOWN = tuple(ItemClass)
SPECIAL = ("psychotherapy_note", "sud_counseling_note")


def permits(scope: Any, item: ItemFact) -> Any | None:
    """Return the first permit of the scope that covers the item, or None: the item is absent."""
    number = permit_number(scope, item)
    return None if number is None else scope.permits[number]


def permit_number(scope: Any, item: ItemFact) -> int | None:
    """Return the place of that permit in the scope."""
    if item.patient_id != scope.patient_id:
        return None
    return next((n for n, permit in enumerate(scope.permits) if covers(permit, item)), None)


def covers(permit: Any, item: ItemFact) -> bool:
    """Say whether this permit alone opens the item."""
    match permit.clause:
        case "own_record":
            return not item.draft and (item.item_class not in SPECIAL or item.id in permit.released)
        case "author":
            return bool(item.author_id == permit.user_id)
        case "holder":
            return not item.draft and bool(item.holder_id == permit.user_id)
        case "consent":
            return _ready_to_share(item) and _consented(permit, item) and not _stopped(permit, item)
        case "directed":
            sent = permit.user_id in item.sent_to and item.holder_id is None and item.item_class in KNOWN
            return _ready_to_share(item) and sent and not _stopped(permit, item)
        case "release":
            return not (item.draft or item.awaits_review) and _released(permit, item) and not _stopped(permit, item)
        case "representation":
            inside = item.item_class in permit.classes and item.labels <= permit.labels
            return _ready_to_share(item) and inside and not _stopped(permit, item)
        case "emergency":
            open_now = not item.draft and item.item_class not in SPECIAL
            return open_now and item.item_class in permit.classes and not _stopped(permit, item)
    raise AssertionError(f"no such clause: {permit.clause}")


def _ready_to_share(item: ItemFact) -> bool:
    return not (item.draft or item.awaits_review or item.item_class in SPECIAL)


def _released(permit: Any, item: ItemFact) -> bool:
    named = item.item_class == permit.item_class and item.id in permit.items and item.author_id in permit.authors
    return named and _in_period(permit, item) and item.labels <= permit.labels


def _in_period(permit: Any, item: ItemFact) -> bool:
    since_start = permit.data_from is None or item.date >= permit.data_from
    return since_start and (permit.data_through is None or item.date <= permit.data_through)


def _consented(permit: Any, item: ItemFact) -> bool:
    holder_named = permit.of_patient if item.holder_id is None else item.holder_id in permit.holders
    return (
        holder_named
        and _in_period(permit, item)
        and item.item_class in permit.classes
        and item.labels <= permit.labels
        and item.id not in permit.except_items
    )


def _stopped(permit: Any, item: ItemFact) -> bool:
    return any(_limited(limit, item) for limit in permit.less)


def _limited(limit: Limit, item: ItemFact) -> bool:
    wanted = (
        (limit.item_class, limit.item_class == item.item_class),
        (limit.label, limit.label in item.labels),
        (limit.holder_id, limit.holder_id == item.holder_id),
        (limit.of_patient, item.holder_id is None),
        (limit.item_id, limit.item_id == item.id),
    )
    return all(met for is_set, met in wanted if is_set)
