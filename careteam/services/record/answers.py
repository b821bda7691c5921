"""Answers, as they are shown with what they answer: each is an item of its own, and is there for who may read it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import Answer, Item, Medication, MedicationEvent
from careteam.services.log.access_log import Disclosed
from careteam.services.record.items import heading, item_columns
from careteam.services.record.records import Record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(Answer),
    Answer.answers_id,
    Answer.outcome,
    Answer.text,
    Answer.follow_up_on,
    Answer.mode,
    Answer.event_id,
    Answer.error_reason,
    Answer.error_at,
)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to some items, by the item that they answer, and what showing them discloses."""

    shown: Mapping[UUID, list[dict[str, Any]]]
    seen: list[Disclosed]


def of(session: Session, record: Record, item_ids: Collection[UUID]) -> Answers:
    """Return the answers to these items that the reader may read, oldest first. One statement; none without items."""
    if not item_ids:
        return Answers({}, [])
    query = record.rows(Answer, *COLUMNS).where(Answer.answers_id.in_(item_ids)).order_by(Answer.id)
    rows = session.execute(query).all()
    shown: dict[UUID, list[dict[str, Any]]] = {}
    for row, one in zip(rows, _shown(session, record, rows, set(item_ids)), strict=True):
        shown.setdefault(row.answers_id, []).append(one)
    return Answers(shown, record.seen(rows))


def present(session: Session, record: Record, rows: Collection[Any]) -> list[dict[str, Any]]:
    """Return these rows (`COLUMNS`) as they are shown. What one answers is named where the reader may read it."""
    query = record.rows(Item, Item.id).where(Item.id.in_([row.answers_id for row in rows]))
    return _shown(session, record, rows, {row.id for row in session.execute(query)} if rows else set())


def _shown(session: Session, record: Record, rows: Collection[Any], known: Collection[UUID]) -> list[dict[str, Any]]:
    """Return these rows, with what is known of what they name. Of the change that one caused, only the id."""
    changes = _readable_changes(session, record, {row.event_id for row in rows} - {None})
    return [
        {
            **heading(record, row),
            "answers_id": row.answers_id if row.answers_id in known else None,
            "outcome": row.outcome,
            "text": unseal(session, Answer.text, row.id, row.text),
            "follow_up_on": row.follow_up_on,
            "mode": row.mode,
            "event_id": row.event_id if row.event_id in changes else None,
            "entered_in_error_at": row.error_at,
            "entered_in_error_reason": unseal(session, Answer.error_reason, row.id, row.error_reason),
        }
        for row in rows
    ]


def _readable_changes(session: Session, record: Record, event_ids: Collection[UUID]) -> Collection[UUID]:
    """Return which of these changes are of entries that the reader may read. One statement; none without changes."""
    if not event_ids:
        return ()
    entries = select(record.rows(Medication, Medication.id).subquery().c.id)
    found = select(MedicationEvent.id).where(
        MedicationEvent.id.in_(event_ids), MedicationEvent.medication_id.in_(entries)
    )
    return set(session.scalars(found))
