"""The medication list: entries whose current state is what their change events add up to."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import Medication, MedicationEvent
from careteam.policy.medication import ENDS, STATUS_AFTER, state_on
from careteam.policy.vocabulary import MedicationChange, MedicationSource, MedicationStatus
from careteam.services.log import access_log
from careteam.services.medications import medication_events
from careteam.services.medications.medication_events import Event
from careteam.services.medications.medication_reviews import last_review
from careteam.services.medications.reconciliation_rows import any_readable, last_reconciliation
from careteam.services.paging import page
from careteam.services.record.items import heading, item_columns
from careteam.services.record.patient_days import PatientDay, patient_day
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(Medication),
    Medication.source,
    Medication.prescribed,
    Medication.drug_name,
    Medication.rxnorm_code,
    Medication.route,
    Medication.reason,
    Medication.error_reason,
    Medication.error_at,
)

CAUTION = (
    "The patient decides what is shared: this list may not be complete. "
    "It is a record and not an order: nothing here reaches a pharmacy."
)


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    **filters: Any,
) -> tuple[list[dict[str, Any]], str | None, dict[str, Any]]:
    """Return one page of the entries that the actor may read, newest start first, the next cursor, and
    what every list says (`list_members`).

    Filters: `status` (as of today where the patient lives), `source`, `from_date` and `through_date` (of the
    start, inclusive). Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    query = record.rows(Medication, *COLUMNS).where(*_filters(record, **filters))
    found = page(session, query.order_by(Medication.date.desc(), Medication.id.desc()), limit=limit, cursor=cursor)
    access_log.disclosed(session, record.actor, patient_id, "read-medications", record.seen(found.rows), at=at)
    return present(session, record, found.rows), found.cursor, list_members(session, record)


def read(session: Session, actor: Actor, patient_id: UUID, medication_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one entry, whole. Raises NotFound when it is absent or hidden."""
    record = open_record(session, actor, patient_id, at=at)
    rows = session.execute(record.rows(Medication, *COLUMNS).where(Medication.id == medication_id)).all()
    if not rows:
        raise NotFound
    access_log.disclosed(session, record.actor, patient_id, "read-medication", record.seen(rows), at=at)
    return present(session, record, rows)[0]


def present(
    session: Session, record: Record, rows: Sequence[Any], events: Mapping[UUID, Sequence[Event]] | None = None
) -> list[dict[str, Any]]:
    """Return the entries of these gate rows (`COLUMNS`), each whole: with its current state and its events.

    `events` are those of `medication_events.of` where they are known.
    """
    day = patient_day(record)
    if events is None:
        events = medication_events.of(session, record, [row.id for row in rows])
    readable = _readable(session, record, events)
    return [_entry(session, record, row, events.get(row.id, []), day, readable) for row in rows]


def list_members(session: Session, record: Record, *, decided: bool | None = None) -> dict[str, Any]:
    """Return what every medication list says besides its entries (`domain.md`, "What a refusal shows").

    `decided` says whether there are reconciliations (`reconciliation_rows.any_readable`), where that is known.
    """
    reconciled = any_readable(session, record) if decided is None else decided
    return {
        "caution": CAUTION,
        "last_reviewed": last_review(session, record),
        "last_reconciled": last_reconciliation(session, record) if reconciled else None,
    }


def changed(session: Session, record: Record, act: str, medication_id: UUID) -> dict[str, Any]:
    """Log the act and return the entry as it is now."""
    session.flush()
    rows = session.execute(record.rows(Medication, *COLUMNS).where(Medication.id == medication_id)).all()
    access_log.changed(
        session, record.actor, record.patient_id, act, target=medication_id, items=record.seen(rows), at=record.at
    )
    return present(session, record, rows)[0]


def _entry(
    session: Session,
    record: Record,
    row: Any,
    events: Sequence[Event],
    day: PatientDay,
    readable: set[UUID],
) -> dict[str, Any]:
    state = state_on(max(day.today, row.date), (event.change for event in events))
    status = MedicationStatus.ENTERED_IN_ERROR if row.error_at else state.status
    return {
        **heading(record, row),
        "source": row.source,
        "prescribed": row.prescribed,
        "drug_name": row.drug_name,
        "rxnorm_code": row.rxnorm_code,
        "route": row.route,
        "reason": unseal(session, Medication.reason, row.id, row.reason),
        "status": status,
        "current": status is MedicationStatus.ACTIVE and row.date <= day.today and not day.died,
        "dose": state.dose,
        "timing": state.timing,
        "as_needed": state.as_needed,
        "started_on": row.date,
        "stopped_on": state.stopped_on,
        "last_confirmed": medication_events.last_confirmed(events),
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, Medication.error_reason, row.id, row.error_reason),
        "events": medication_events.show(events, today=day.today, readable=readable),
    }


def _readable(session: Session, record: Record, events: Mapping[UUID, Sequence[Event]]) -> set[UUID]:
    """Return which of the entries that these events switch to the reader may read too."""
    targets = {target for found in events.values() for target in medication_events.switched_to(found)}
    if not targets:
        return set()
    return set(session.scalars(record.rows(Medication, Medication.id).where(Medication.id.in_(targets))))


def _filters(
    record: Record,
    *,
    status: MedicationStatus | None = None,
    source: MedicationSource | None = None,
    from_date: date | None = None,
    through_date: date | None = None,
) -> list[ColumnElement[bool]]:
    return [
        *([_has_status(record, status, patient_day(record).today)] if status else []),
        *([Medication.source == source] if source else []),
        *([Medication.date >= from_date] if from_date else []),
        *([Medication.date <= through_date] if through_date else []),
    ]


def _has_status(record: Record, status: MedicationStatus, today: date) -> ColumnElement[bool]:
    """Say in SQL what `policy.medication.state_on` says; the words come from there, a test compares the two.

    An end is final, so it goes before everything; otherwise the last change that has a say decides.
    """
    in_error = Medication.error_at.is_not(None)
    if status is MedicationStatus.ENTERED_IN_ERROR:
        return in_error
    event = MedicationEvent
    last = (
        select(event.kind)
        .where(
            event.medication_id == Medication.id,
            event.kind.in_(STATUS_AFTER),
            or_(event.effective_on <= today, event.effective_on <= Medication.date),
            not_(medication_events.withdrawn(record)),
            *medication_events.own_only(record),
        )
        .order_by(case((event.kind.in_(ENDS), 0), else_=1), event.effective_on.desc(), event.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    leads_here = [kind for kind, after in STATUS_AFTER.items() if after is status]
    return and_(not_(in_error), func.coalesce(last, MedicationChange.START).in_(leads_here))
