"""What emergency sessions disclosed, by class and holder, from the access log; never an item.

Only what nothing else opened counts: where a consent shows an item too, the log names the consent.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from careteam.models import AccessEvent, AccessEventItem, User
from careteam.services.log.practice_rows import held_here, joined

PATIENT, ELSEWHERE = "the patient", "another practice"
"""Holders whom an officer does not see named (as in the access log of the practice)."""

_SHOWN = (
    func.count(AccessEventItem.item_id.distinct()).label("items"),
    func.count(AccessEvent.id.distinct()).label("answers"),
    func.min(AccessEvent.at).label("first_at"),
    func.max(AccessEvent.at).label("last_at"),
)
_PART = (AccessEventItem.emergency_id, AccessEventItem.item_class, AccessEventItem.holder_id)


def by_holder(session: Session, emergency_ids: Sequence[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
    """Return of each session how many items of whom it disclosed, in how many answers, first and last (42 CFR 2.51(c)).

    With names: for the patient, and for who opened it. One statement.
    """
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(session, emergency_ids):
        holder = {"kind": "member", "user_id": row.holder_id} if row.holder_id else {"kind": "patient"}
        found[row.emergency_id].append({**_counts(row), "holder": holder, "name": row.name or PATIENT})
    return found


def for_practice(
    session: Session, practice_id: UUID, emergency_ids: Sequence[UUID]
) -> Mapping[UUID, list[dict[str, Any]]]:
    """Return the same for a privacy officer: of the holders only the practice's own staff are named."""
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    ours = func.max(case((held_here(practice_id), 1), else_=0)).label("ours")
    for row in _rows(session, emergency_ids, ours):
        name = row.name if row.ours else ELSEWHERE
        found[row.emergency_id].append({**_counts(row), "holder": PATIENT if row.holder_id is None else name})
    return found


def _counts(row: Any) -> dict[str, Any]:
    return {
        "class": row.item_class,
        "items": row.items,
        "answers": row.answers,
        "first_at": row.first_at,
        "last_at": row.last_at,
    }


def _rows(session: Session, emergency_ids: Sequence[UUID], *more: Any) -> Sequence[Any]:
    if not emergency_ids:
        return ()
    query = joined(
        select(*_PART, User.name, *_SHOWN, *more)
        .join(AccessEvent, AccessEvent.id == AccessEventItem.event_id)
        .outerjoin(User, User.id == AccessEventItem.holder_id)
    )
    counted = query.where(AccessEventItem.emergency_id.in_(emergency_ids)).group_by(*_PART, User.name)
    return session.execute(counted.order_by(*_PART[:2], User.name)).all()
