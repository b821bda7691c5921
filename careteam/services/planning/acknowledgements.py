"""What the parties say to the versions of plan items: each an item of its own, held by whoever said it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import PlanAcknowledgement, PlanItem
from careteam.policy.alignment import Said
from careteam.policy.treatment_words import PlanAnswer
from careteam.services.log.access_log import Disclosed
from careteam.services.record import entry_changes, reading
from careteam.services.record.entries import take_back
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(PlanAcknowledgement),
    PlanAcknowledgement.plan_item_id,
    PlanAcknowledgement.number,
    PlanAcknowledgement.answer,
    PlanAcknowledgement.text,
    PlanAcknowledgement.error_reason,
    PlanAcknowledgement.error_at,
)


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """The acknowledgements of some plan items that one reader may read, by plan item."""

    rows: Mapping[UUID, list[Any]]
    changes: Mapping[UUID, list[dict[str, Any]]]

    def said(self, item_id: UUID) -> list[Said]:
        """Return what counts for the alignment of this item."""
        return [
            Said(row.holder_id, row.number, row.answer, self._at(row), row.representation_id is not None)
            for row in self.rows.get(item_id, [])
            if row.error_at is None
        ]

    def shown(self, session: Session, record: Record, item_id: UUID) -> list[dict[str, Any]]:
        """Return those of this item as they are shown with it, oldest first."""
        rows = self.rows.get(item_id, [])
        return [_shown(session, record, row, self.changes.get(row.id, []), item_id) for row in rows]

    def seen(self, record: Record, item_ids: Collection[UUID]) -> list[Disclosed]:
        """Return what showing them with these items discloses."""
        return record.seen(row for item_id in item_ids for row in self.rows.get(item_id, []))

    def _at(self, row: Any) -> datetime:
        return _said_at(row, self.changes.get(row.id, []))


def of(session: Session, record: Record, item_ids: Collection[UUID]) -> Acknowledgements:
    """Return the acknowledgements of these plan items that the reader may read, in at most two statements."""
    if not item_ids:
        return Acknowledgements({}, {})
    query = record.rows(PlanAcknowledgement, *COLUMNS).where(PlanAcknowledgement.plan_item_id.in_(item_ids))
    rows = session.execute(query.order_by(PlanAcknowledgement.id)).all()
    by_item: dict[UUID, list[Any]] = {}
    for row in rows:
        by_item.setdefault(row.plan_item_id, []).append(row)
    return Acknowledgements(by_item, entry_changes.of(session, rows))


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, at: datetime, limit: int, cursor: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the acknowledgements that the actor may read, newest first, and the next cursor."""
    record = open_record(session, actor, patient_id, at=at)
    return reading.page_of(session, record, ACKNOWLEDGEMENTS, limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, acknowledgement_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one acknowledgement. Raises NotFound when it is absent or hidden."""
    record = open_record(session, actor, patient_id, at=at)
    return reading.read(session, record, ACKNOWLEDGEMENTS, acknowledgement_id)


def enter_in_error(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    acknowledgement_id: UUID,
    *,
    reason: str,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Mark one's own as entered in error, also after leaving: it counts for nothing, and stays readable, marked."""
    ids = (patient_id, ACKNOWLEDGEMENTS, acknowledgement_id, "plan-acknowledgement-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return these rows (`COLUMNS`) as they are shown; the plan item is named where the reader may read it."""
    changes = entry_changes.of(session, rows)
    items = _readable(session, record, {row.plan_item_id for row in rows})
    return [
        _shown(session, record, row, changes.get(row.id, []), row.plan_item_id if row.plan_item_id in items else None)
        for row in rows
    ]


ACKNOWLEDGEMENTS = Kind(
    PlanAcknowledgement, COLUMNS, "read-plan-acknowledgement", "read-plan-acknowledgements", present
)


def stated(session: Session, row: Any) -> dict[str, Any]:
    """Return what an acknowledgement (a row, or the object) says, and what is kept of it when it is said anew."""
    return {
        "answer": PlanAnswer(row.answer).value,
        "text": unseal(session, PlanAcknowledgement.text, row.id, row.text),
        "entered_in_error_reason": unseal(session, PlanAcknowledgement.error_reason, row.id, row.error_reason),
    }


def _shown(
    session: Session, record: Record, row: Any, changes: Sequence[Mapping[str, Any]], item_id: UUID | None
) -> dict[str, Any]:
    return {
        **heading(record, row),
        "plan_item_id": item_id,
        "number": row.number if item_id else None,
        **stated(session, row),
        "said_at": _said_at(row, changes),
        "entered_in_error_at": row.error_at,
        "earlier": [{**change["before"], "until": change["at"]} for change in changes],
    }


def _said_at(row: Any, changes: Sequence[Mapping[str, Any]]) -> datetime:
    """Return when its words were said; a label that is put on it later does not change that."""
    said: datetime = changes[-1]["at"] if changes else row.created_at
    return said


def _readable(session: Session, record: Record, item_ids: Collection[UUID]) -> frozenset[UUID]:
    if not item_ids:
        return frozenset()
    query = record.rows(PlanItem, PlanItem.id).where(PlanItem.id.in_(item_ids))
    return frozenset(row.id for row in session.execute(query))
