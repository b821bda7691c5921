"""What all items of the shared record have in common."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from careteam.errors import Invalid
from careteam.models import Item
from careteam.policy.vocabulary import Label
from careteam.services.record.records import Record


def item_columns(model: type[Item]) -> tuple[Any, ...]:
    """Return the columns that `heading` and the access log need."""
    return (
        model.id,
        model.item_class,
        model.author_id,
        model.outside_author,
        model.holder_id,
        model.representation_id,
        model.labels,
        model.part2,
        model.date,
        model.awaits_review,
        model.version,
        model.created_at,
        model.updated_at,
    )


def heading(record: Record, row: Any) -> dict[str, Any]:
    """Return what every item shows. Former members see nothing that tells of what others labelled or changed."""
    return {
        "id": row.id,
        "class": row.item_class,
        "author_id": row.author_id,
        "outside_author": row.outside_author,
        "on_behalf_of": on_behalf_of(row),
        "holder": {"kind": "member", "user_id": row.holder_id} if row.holder_id else {"kind": "patient"},
        "labels": None if record.scope.former else sorted(row.labels),
        "part2": None if record.scope.former else row.part2,
        "date": row.date,
        "awaits_label_review": row.awaits_review,
        "version": None if record.scope.former else row.version,
        "created_at": row.created_at,
        "updated_at": None if record.scope.former else row.updated_at,
    }


def on_behalf_of(row: Any) -> dict[str, Any] | None:
    """Return for whom the author of this row wrote it; None where they wrote for themselves."""
    return {"kind": "patient", "representation_id": row.representation_id} if row.representation_id else None


def labelled(labels: Iterable[Label], part2: bool | None) -> dict[str, Any]:
    """Return the label columns of a new item.

    A `substance_use` item counts as `part2` unless it is said not to come from such a programme
    (`domain.md`, "Items"). Raises Invalid when `part2` is claimed without the label.
    """
    chosen = frozenset(labels)
    substance_use = Label.SUBSTANCE_USE in chosen
    if part2 and not substance_use:
        raise Invalid("A Part 2 item carries the label substance_use.", {"part2": ["Add the label substance_use."]})
    return {"labels": chosen, "part2": substance_use if part2 is None else part2}


def not_in_future(day: date, at: datetime) -> date:
    """Return the day. Raises Invalid when it is in the future everywhere on earth."""
    if day > (at + timedelta(hours=14)).date():
        raise Invalid("An item's date is the day it is about.", {"date": ["Choose a day that has come."]})
    return day
