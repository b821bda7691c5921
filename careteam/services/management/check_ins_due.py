"""Which check-ins are due or overdue, for one viewer.

One is there only where the viewer may read the entry and whatever check-in could have settled it, whoever of the
prescribers did it: it says that none was done.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import CheckIn, Medication
from careteam.policy.check_ins import Done, Due, DueState, Recorded, Schedules, asked_for, open_ones, state
from careteam.policy.vocabulary import ItemClass
from careteam.services.log import access_log
from careteam.services.log.access_log import Disclosed
from careteam.services.management import prescribed, schedules
from careteam.services.management.check_ins import recorded
from careteam.services.record.items import item_columns
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_record

NOTHING = "nothing that you can see"
_ENTRY = (*item_columns(Medication), Medication.drug_name, Medication.rxnorm_code)


@dataclass(frozen=True, slots=True)
class DueCheckIns:
    """What is due or overdue, the earliest first, and the entries that saying so discloses."""

    shown: list[dict[str, Any]]
    seen: list[Disclosed]


def read(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    state: DueState | None = None,
    medication_id: UUID | None = None,
    through_date: date | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Return what is due or overdue for the actor, the earliest first, and whose check-ins they do not see.

    Filters: `state`, `medication_id`, and `through_date` (of the day on which it is due, inclusive). Raises NotFound.
    """
    record = open_record(session, actor, patient_id, at=at)
    found = of_record(session, record, medication_id=medication_id)
    items = [
        one
        for one in found.shown
        if (state is None or one["state"] is state) and (through_date is None or one["due_on"] <= through_date)
    ]
    named = {one["medication_id"] for one in items}
    seen = [one for one in found.seen if one.item_id in named]
    access_log.disclosed(session, record.actor, patient_id, "read-check-ins-due", seen, at=at)
    unseen = None if record.scope.former else prescribed.unseen(record, ItemClass.CHECK_IN)
    return {"items": items, "unseen": unseen, "empty": None if items else NOTHING}


def of_record(session: Session, record: Record, *, medication_id: UUID | None = None) -> DueCheckIns:
    """Return what is due or overdue for the reader of a record. At most four statements; the caller writes the log."""
    day = patient_day(record)
    if day.died or record.scope.former or not (record.is_patient or record.is_member or record.representation):
        return DueCheckIns([], [])
    rows = _entries(session, record, medication_id, day.today)
    by_id = {row.id: row for row in rows}
    changes = recorded(session, record, by_id.keys())
    done = _done(session, record, by_id.keys())
    known = schedules.of_record(session, record) if by_id else Schedules({})
    found = [
        _shown(row, due, done.get(row.id, ()), day.today)
        for row in rows
        for due in _open(record, row, changes.get(row.id, ()), known, done.get(row.id, ()), day.today)
    ]
    named = {one["medication_id"] for one in found}
    return DueCheckIns(sorted(found, key=_place), record.seen(row for row in rows if row.id in named))


def _entries(session: Session, record: Record, medication_id: UUID | None, today: date) -> Sequence[Any]:
    """Return the prescribed entries of which it may be said to the reader what is due."""
    query = record.rows(Medication, *_ENTRY).where(Medication.prescribed, Medication.error_at.is_(None))
    rows = session.execute(query if medication_id is None else query.where(Medication.id == medication_id)).all()
    return [r for r in rows if prescribed.sees_all(record, ItemClass.CHECK_IN, r.labels, since=r.date, today=today)]


def _done(session: Session, record: Record, medication_ids: Collection[UUID]) -> Mapping[UUID, list[Done]]:
    if not medication_ids:
        return {}
    query = record.rows(CheckIn, CheckIn.medication_id, CheckIn.date, CheckIn.due_on)
    stand = query.where(CheckIn.medication_id.in_(medication_ids), CheckIn.error_at.is_(None))
    found: dict[UUID, list[Done]] = {}
    for row in session.execute(stand):
        found.setdefault(row.medication_id, []).append(Done(row.date, row.due_on))
    return found


def _open(
    record: Record, row: Any, changes: Sequence[Recorded], known: Schedules, done: Sequence[Done], today: date
) -> list[Due]:
    within = schedules.floor(record, row.drug_name, row.rxnorm_code, row.date)
    return open_ones(asked_for(changes, replace(known, first_within=within), today=today), done)


def _shown(row: Any, due: Due, done: Sequence[Done], today: date) -> dict[str, Any]:
    return {
        "medication_id": row.id,
        "drug_name": row.drug_name,
        "cause": due.cause,
        "cause_event_id": due.event_id,
        "changed_on": due.changed_on,
        "due_on": due.on,
        "state": state(due, done, today=today),
    }


def _place(one: Mapping[str, Any]) -> tuple[date, str, UUID]:
    return one["due_on"], one["drug_name"], one["medication_id"]
