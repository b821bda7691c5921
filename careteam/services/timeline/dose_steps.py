"""Dose steps on the timeline: what each change of a medication made of it, shown only with its entry."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, not_, or_, select
from sqlalchemy.orm import Session

from careteam.models import Medication, MedicationEvent
from careteam.policy.medication import ENDS, state_on
from careteam.policy.vocabulary import MedicationChange, TimelineKind
from careteam.services.medications import medication_events, medications
from careteam.services.medications.medication_events import Event
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record
from careteam.services.timeline.axis import Point, Window

_EVENT, _EARLIER = MedicationEvent.__table__.c, MedicationEvent.__table__.alias("earlier")


def points(session: Session, record: Record, window: Window) -> list[Point]:
    """Return the first dose steps of the window and one more, if there are. Four statements at most.

    Withdrawn changes are no steps, nor is what a stop ended before it came, nor a confirmation. A former member sees
    those that they wrote and those that came with the entry.
    """
    rows = session.execute(_steps(record, window)).all()
    ids = {row.medication_id for row in rows}
    if not ids:
        return []
    query = record.rows(Medication, *medications.COLUMNS).where(Medication.id.in_(ids))
    entries = {row.id: row for row in session.execute(query)}
    events = medication_events.of(session, record, entries.keys())
    names = _switched_to(session, record, events)
    return [_point(record, entries[row.medication_id], events[row.medication_id], row.id, names) for row in rows]


def _steps(record: Record, window: Window) -> Any:
    entries = record.rows(Medication, Medication.id).where(Medication.error_at.is_(None), *_only(window)).subquery()
    query = select(_EVENT.id, _EVENT.medication_id).where(
        _EVENT.medication_id.in_(select(entries.c.id)),
        _EVENT.kind != MedicationChange.CONFIRM,
        not_(medication_events.withdrawn(record)),
        not_(_ended_before(record)),
        *medication_events.own_only(record),
        *window.where(_EVENT.effective_on, _EVENT.id),
    )
    return query.order_by(_EVENT.effective_on.desc(), _EVENT.id.desc()).limit(window.limit + 1)


def _only(window: Window) -> list[ColumnElement[bool]]:
    return [Medication.id == window.medication_id] if window.medication_id else []


def _ended_before(record: Record) -> ColumnElement[bool]:
    """Say in SQL what `policy.medication.holding` says: after a stop that the reader sees, nothing holds."""
    other = _EARLIER.c
    hidden = other.withdrawn_by.is_distinct_from(record.actor.user_id) if record.scope.former else false()
    stands = or_(other.withdrawn_at.is_(None), hidden)
    mine = or_(other.author_id == record.actor.user_id, other.author_id.is_(None))
    before = or_(
        other.effective_on < _EVENT.effective_on,
        and_(other.effective_on == _EVENT.effective_on, other.position < _EVENT.position),
    )
    ended = select(other.id).where(
        other.medication_id == _EVENT.medication_id,
        other.kind.in_(sorted(ENDS)),
        stands,
        before,
        *([mine] if record.scope.former else []),
    )
    return ended.correlate(MedicationEvent.__table__).exists()


def _switched_to(session: Session, record: Record, events: Mapping[UUID, Sequence[Event]]) -> Mapping[UUID, Any]:
    targets = {target for found in events.values() for target in medication_events.switched_to(found)}
    if not targets:
        return {}
    query = record.rows(Medication, *medications.COLUMNS).where(Medication.id.in_(targets))
    return {row.id: row for row in session.execute(query)}


def _point(record: Record, entry: Any, events: Sequence[Event], event_id: UUID, targets: Mapping[UUID, Any]) -> Point:
    today = patient_day(record).today
    shown = medication_events.show(events, today=today, readable=targets.keys())
    number = next(n for n, event in enumerate(events) if event.row.id == event_id)
    event, said = events[number], shown[number]
    target = targets.get(said["switched_to"])
    step = {
        "step": said["kind"],
        "from_dose": _dose(events[:number], event.change.effective_on),
        "to_dose": _dose(events[: number + 1], event.change.effective_on),
        "switched_to": {"id": target.id, "drug_name": target.drug_name} if target else None,
        "planned": said["planned"],
        "reason": said["reason"],
        "author_id": said["author_id"],
        "outside_author": said["outside_author"],
        "recorded_at": said["created_at"],
    }
    about = {"item": entry, "medication": entry, "dose_step": step}
    seen = record.seen([entry, *([target] if target else [])])
    return Point(event.change.effective_on, event_id, TimelineKind.DOSE_STEP, about, seen)


def _dose(events: Sequence[Event], day: date) -> Any:
    """Return the dose that these changes add up to."""
    return state_on(day, (event.change for event in events)).dose if events else None
