"""Who would read an item that the patient is about to send: asked before it is there, of the rule's own answer."""

from collections.abc import Collection
from datetime import date

from careteam.policy.facts import Limit
from careteam.policy.scope import Directed, Scope, Shared, covers_holder, opened_labels, opening
from careteam.policy.vocabulary import ItemClass, Label


def kept_from(scope: Scope, item_class: ItemClass, labels: Collection[Label]) -> str | None:
    """Say why sending an item of the patient's to this reader would open nothing: `not_verified` or `restricted`.

    None: they would read it. A restriction on one item is about no item that is still to come.
    """
    directed = next((permit for permit in scope.permits if isinstance(permit, Directed)), None)
    if directed is None:
        return "not_verified"
    return "restricted" if any(_stops(limit, item_class, labels) for limit in directed.less) else None


def shared_anyway(scope: Scope, item_class: ItemClass, labels: Collection[Label], *, on: date) -> bool:
    """Say whether a consent opens the patient's items of this class, labels and date to this reader."""
    return any(
        _in_data_period(permit, on) and opened_labels(permit, None, item_class).issuperset(labels)
        for permit in opening(scope, None, item_class)
        if not any(_stops(limit, item_class, labels) for limit in permit.less)
    )


def _stops(limit: Limit, item_class: ItemClass, labels: Collection[Label]) -> bool:
    of_class = limit.item_class in (None, item_class) and covers_holder(limit, None)
    return of_class and limit.item_id is None and (limit.label is None or limit.label in labels)


def _in_data_period(permit: Shared, on: date) -> bool:
    begun = permit.data_from is None or permit.data_from <= on
    return begun and (permit.data_through is None or on <= permit.data_through)
