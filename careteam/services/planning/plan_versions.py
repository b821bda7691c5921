"""The versions of plan items: parts of the item, read with it or not at all."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import PlanItem, PlanVersion
from careteam.models.types import new_id
from careteam.services.record.records import Record
from careteam.vault import seal, unseal

_VERSION = PlanVersion.__table__.c


def of(session: Session, item_ids: Collection[UUID]) -> Mapping[UUID, list[Any]]:
    """Return the rows of these items' versions, each item's in order. One statement; none without items."""
    if not item_ids:
        return {}
    query = select(*_VERSION).where(_VERSION.plan_item_id.in_(item_ids))
    found: dict[UUID, list[Any]] = {}
    for row in session.execute(query.order_by(_VERSION.plan_item_id, _VERSION.number)):
        found.setdefault(row.plan_item_id, []).append(row)
    return found


def readable_goals(session: Session, record: Record, rows: Collection[Any]) -> frozenset[UUID]:
    """Return those of the goals that these versions name which the reader may read; no other is ever named."""
    named = {row.goal_id for row in rows if row.goal_id is not None}
    if not named:
        return frozenset()
    query = record.rows(PlanItem, PlanItem.id).where(PlanItem.id.in_(named))
    return frozenset(row.id for row in session.execute(query))


def present(session: Session, rows: Sequence[Any], goals: Collection[UUID]) -> list[dict[str, Any]]:
    """Return the versions as they are shown; a goal that the reader may not read is not named."""
    return [
        {
            "number": row.number,
            "text": unseal(session, PlanVersion.text, row.id, row.text),
            "target_on": row.target_on,
            "goal_id": row.goal_id if row.goal_id in goals else None,
            "reason": unseal(session, PlanVersion.reason, row.id, row.reason),
            "author_id": row.author_id,
            "at": row.at,
        }
        for row in rows
    ]


def current(session: Session, item: PlanItem) -> dict[str, Any]:
    """Return what the item's current version says: `text`, `target_on` and `goal_id`, readable or not."""
    row = of(session, [item.id])[item.id][-1]
    text = unseal(session, PlanVersion.text, row.id, row.text)
    return {"text": text, "target_on": row.target_on, "goal_id": row.goal_id}


def write(
    session: Session,
    record: Record,
    item: PlanItem,
    *,
    text: str,
    target_on: date | None,
    goal_id: UUID | None,
    reason: str | None = None,
) -> None:
    """Write what the item says from now on, as the version that it is at.

    The item goes first: of two at the same time, the second then writes no version.
    """
    session.flush()
    made = new_id()
    session.add(
        PlanVersion(
            id=made,
            plan_item_id=item.id,
            number=item.number,
            text=seal(session, PlanVersion.text, made, text),
            target_on=target_on,
            goal_id=goal_id,
            reason=seal(session, PlanVersion.reason, made, reason),
            author_id=record.actor.user_id,
            at=record.at,
        )
    )
