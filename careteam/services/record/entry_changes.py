"""What allergies and conditions said before each change: kept with the entry, and read with it or not at all."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careteam.models import EntryChange, Item
from careteam.models.types import new_id
from careteam.vault import seal, unseal

_CHANGE = EntryChange.__table__.c


def keep(
    session: Session, item: Item, before: Mapping[str, Any], *, by: UUID, reason: str | None = None, at: datetime
) -> None:
    """Write the changed and touched item, and with it what it said before.

    The item's next version is written first, so that of two changes at the same time the second writes nothing.
    """
    session.flush()
    made, known = new_id(), select(func.count()).where(_CHANGE.item_id == item.id)
    row = EntryChange(
        id=made,
        item_id=item.id,
        position=1 + (session.scalar(known) or 0),
        author_id=by,
        at=at,
        before=seal(session, EntryChange.before, made, json.dumps(before)),
        reason=seal(session, EntryChange.reason, made, reason),
    )
    session.add(row)


def of(session: Session, entries: Iterable[Any]) -> Mapping[UUID, list[dict[str, Any]]]:
    """Return the changes of these entries' rows, each entry's in order; `before` is what it said until then.

    No statement where none of them has changed: a first version has no changes.
    """
    ids = [entry.id for entry in entries if entry.version > 1]
    query = select(*_CHANGE).where(_CHANGE.item_id.in_(ids)).order_by(_CHANGE.item_id, _CHANGE.position)
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in session.execute(query) if ids else ():
        found.setdefault(row.item_id, []).append(
            {
                "id": row.id,
                "at": row.at,
                "author_id": row.author_id,
                "reason": unseal(session, EntryChange.reason, row.id, row.reason),
                "before": json.loads(unseal(session, EntryChange.before, row.id, row.before)),
            }
        )
    return found


def told(changes: Sequence[Mapping[str, Any]], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the changes, each with the names of what it changed; `now` is what the entry says today."""
    states = [*(change["before"] for change in changes), now]
    return [
        {**change, "changed": sorted(name for name in before if before[name] != after.get(name))}
        for change, before, after in zip(changes, states, states[1:], strict=False)
    ]
