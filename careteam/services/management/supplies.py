"""Supplies: what was dispensed of a prescribed medication, and, for one viewer, when it runs out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Medication, Supply
from careteam.policy.medication import state_on
from careteam.policy.supplies import Fill, latest, next_due, run_out
from careteam.policy.vocabulary import ItemClass, MedicationStatus
from careteam.services.management import prescribed
from careteam.services.medications import medication_events
from careteam.services.record import reading
from careteam.services.record.items import heading, item_columns
from careteam.services.record.patient_days import patient_day
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(Supply),
    Supply.medication_id,
    Supply.quantity,
    Supply.quantity_unit,
    Supply.days_supply,
    Supply.refills_left,
    Supply.visit_needed,
    Supply.virtual_allowed,
    Supply.error_reason,
    Supply.error_at,
)
_ENTRY = (*item_columns(Medication), Medication.drug_name, Medication.error_at)
UNKNOWN: Mapping[str, None] = {"runs_out_on": None, "next_due_on": None}


@dataclass(frozen=True, slots=True)
class Runs:
    """When an entry's fills run out, as the viewer may know: of each fill, of the last one, and when to see to more."""

    by_fill: Mapping[UUID, date]
    last_id: UUID
    next_due_on: date | None

    @property
    def runs_out_on(self) -> date:
        """The first day for which nothing is left."""
        return self.by_fill[self.last_id]


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    medication_id: UUID | None = None,
    from_date: date | None = None,
    through_date: date | None = None,
    at: datetime,
    limit: int,
    cursor: str | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the supplies that the actor may read, the latest fill first, and the next cursor.

    Filters: `medication_id`, `from_date` and `through_date` (of the fill, inclusive). Raises NotFound, and Invalid on a
    cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    where: list[ColumnElement[bool]] = [
        *prescribed.only_about(session, record, Supply.medication_id, medication_id),
        *([Supply.date >= from_date] if from_date else []),
        *([Supply.date <= through_date] if through_date else []),
    ]
    return reading.page_of(session, record, SUPPLIES, where, limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, supply_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one supply. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), SUPPLIES, supply_id)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return these rows (`COLUMNS`) as they are shown, each with the first day after what was dispensed until then.

    That day, and when the next is due, are there only where the viewer may read the entry and every fill of it.
    """
    about = prescribed.readable(session, record, {row.medication_id for row in rows})
    found = runs(session, record, about.keys())
    return [_supply(session, record, row, about.get(row.medication_id), found.get(row.medication_id)) for row in rows]


SUPPLIES = Kind(Supply, COLUMNS, "read-supply", "read-supplies", present)


def runs(session: Session, record: Record, medication_ids: Collection[UUID]) -> Mapping[UUID, Runs]:
    """Return of each of these entries when it runs out, as far as the reader may be told. Three statements at most.

    An entry without fills is not among them, nor one of which some prescriber's fills may be hidden: those would last
    longer. A stopped entry, one in error and those of a deceased patient have no next fill.
    """
    entries = _entries(session, record, medication_ids)
    fills = _fills(session, record, entries.keys())
    events = medication_events.of(session, record, fills.keys())
    day = patient_day(record)
    found: dict[UUID, Runs] = {}
    for medication_id, of_entry in fills.items():
        last, ends = latest(of_entry), run_out(of_entry)
        assert last is not None
        changes = [event.change for event in events.get(medication_id, ())]
        status = state_on(day.today, changes).status
        over = day.died or status is MedicationStatus.STOPPED or entries[medication_id].error_at is not None
        found[medication_id] = Runs(ends, last.id, None if over else next_due(ends[last.id], last.on))
    return found


def _entries(session: Session, record: Record, medication_ids: Collection[UUID]) -> Mapping[UUID, Any]:
    if not medication_ids or record.scope.former:
        return {}
    query = record.rows(Medication, *_ENTRY).where(Medication.id.in_(set(medication_ids)))
    today = patient_day(record).today
    return {
        row.id: row
        for row in session.execute(query)
        if prescribed.sees_all(record, ItemClass.MEDICATION, row.labels, since=row.date, today=today)
    }


def _fills(session: Session, record: Record, medication_ids: Collection[UUID]) -> Mapping[UUID, list[Fill]]:
    if not medication_ids:
        return {}
    query = record.rows(Supply, Supply.id, Supply.medication_id, Supply.date, Supply.days_supply)
    stand = query.where(Supply.medication_id.in_(medication_ids), Supply.error_at.is_(None))
    found: dict[UUID, list[Fill]] = {}
    for row in session.execute(stand):
        found.setdefault(row.medication_id, []).append(Fill(row.id, row.date, row.days_supply))
    return found


def _supply(
    session: Session, record: Record, row: Any, about: prescribed.About | None, found: Runs | None
) -> dict[str, Any]:
    return {
        **heading(record, row),
        **prescribed.shown(about),
        "quantity": row.quantity,
        "quantity_unit": row.quantity_unit,
        "days_supply": row.days_supply,
        "refills_left": row.refills_left,
        "visit_needed": row.visit_needed,
        "virtual_allowed": row.virtual_allowed,
        **(_runs(row, found) if found else UNKNOWN),
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, Supply.error_reason, row.id, row.error_reason),
    }


def _runs(row: Any, found: Runs) -> dict[str, Any]:
    """Return what is said of one fill; the last one also says when the next is due."""
    return {
        "runs_out_on": found.by_fill.get(row.id),
        "next_due_on": found.next_due_on if row.id == found.last_id else None,
    }
