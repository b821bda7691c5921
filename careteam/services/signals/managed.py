"""Check-ins that are due and supplies that run out, from the entries, check-ins and fills that one viewer may read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import CheckIn, CheckInSchedule, Supply
from careteam.policy import supplies
from careteam.policy.check_ins import Done, Own, Recorded, Schedules, asked_for, open_ones
from careteam.policy.signals import CheckInDue, RunsOut
from careteam.policy.supplies import Fill
from careteam.policy.vocabulary import ItemClass
from careteam.services.management import prescribed, schedules
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record
from careteam.services.signals.many import by_patient
from careteam.services.signals.medicines import Medicine, Medicines

_DONE = (CheckIn.patient_id, CheckIn.medication_id, CheckIn.date, CheckIn.due_on)
_FILLS = (Supply.patient_id, Supply.medication_id, Supply.id, Supply.date, Supply.days_supply)

Open = Mapping[UUID, Sequence[date]]
"""By entry, the days on which check-ins are asked for that are not done, as far as the viewer can see."""


def open_check_ins(session: Session, records: Sequence[Record], medicines: Medicines) -> Mapping[UUID, Open]:
    """Return the open check-ins of what is prescribed, for each patient: two statements."""
    done = by_patient(session, records, lambda r: r.rows(CheckIn, *_DONE).where(CheckIn.error_at.is_(None)))
    own = _schedules(session, records)
    return {r.patient_id: _open(r, medicines[r.patient_id], done[r.patient_id], own[r.patient_id]) for r in records}


def overdue(record: Record, medicines: Mapping[UUID, Medicine], open_ones: Open) -> list[CheckInDue]:
    """Return of each entry the earliest check-in whose day is over, where none that settles it may be hidden."""
    today = patient_day(record).today
    first = ((i, min((day for day in days if day < today), default=None)) for i, days in open_ones.items())
    rows = ((medicines[i].row, day) for i, day in first if day is not None)
    return [
        CheckInDue(row.id, row.drug_name, row.holder_id, day, row.labels)
        for row, day in rows
        if _sees_all(record, row, ItemClass.CHECK_IN, today)
    ]


def running_out(
    session: Session, records: Sequence[Record], medicines: Medicines, asked: Mapping[UUID, Open]
) -> Mapping[UUID, list[RunsOut]]:
    """Return when the supply of each current entry runs out, where a check-in is ahead: one statement.

    Nothing is said of an entry of which fills may be hidden: they would last longer.
    """
    fills = by_patient(session, records, lambda r: r.rows(Supply, *_FILLS).where(Supply.error_at.is_(None)))
    return {
        r.patient_id: _run_out(r, medicines[r.patient_id], fills[r.patient_id], asked[r.patient_id]) for r in records
    }


def _run_out(record: Record, medicines: Mapping[UUID, Medicine], rows: Iterable[Any], asked: Open) -> list[RunsOut]:
    today, found = patient_day(record).today, []
    for entry_id, fills in _fills(rows).items():
        medicine, last = medicines.get(entry_id), supplies.latest(fills)
        ahead = min((day for day in asked.get(entry_id, ()) if day >= today), default=None)
        if medicine and medicine.taken_on(today) and last and ahead and _told_of(record, medicine.row, today):
            ends, row = supplies.run_out(fills)[last.id], medicine.row
            found.append(RunsOut(last.id, row.id, row.drug_name, row.holder_id, last.on, ends, ahead, row.labels))
    return found


def _told_of(record: Record, row: Any, today: date) -> bool:
    """Say whether neither a fill nor a check-in of this entry may be hidden."""
    return all(_sees_all(record, row, of, today) for of in (ItemClass.MEDICATION, ItemClass.CHECK_IN))


def _sees_all(record: Record, row: Any, item_class: ItemClass, today: date) -> bool:
    """Say whether the entry is the viewer's own to see to, or all that prescribers recorded of it is there to read."""
    own = row.holder_id == record.actor.user_id
    return own or prescribed.sees_all(record, item_class, row.labels, since=row.date, today=today)


def _fills(rows: Iterable[Any]) -> Mapping[UUID, list[Fill]]:
    found: dict[UUID, list[Fill]] = {}
    for row in rows:
        found.setdefault(row.medication_id, []).append(Fill(row.id, row.date, row.days_supply))
    return found


def _open(record: Record, medicines: Mapping[UUID, Medicine], rows: Iterable[Any], plain: Schedules) -> Open:
    done: dict[UUID, list[Done]] = {}
    for row in rows:
        done.setdefault(row.medication_id, []).append(Done(row.date, row.due_on))
    standing = {i: m for i, m in medicines.items() if m.row.prescribed and m.stands}
    return {i: _days(record, m, done.get(i, ()), plain) for i, m in standing.items()}


def _days(record: Record, medicine: Medicine, done: Iterable[Done], plain: Schedules) -> list[date]:
    row, zone = medicine.row, ZoneInfo(record.facts.person.time_zone)
    counting = replace(plain, first_within=schedules.floor(record, row.drug_name, row.rxnorm_code, row.date))
    changes = [Recorded(e.row.id, e.change, e.row.created_at.astimezone(zone).date()) for e in medicine.events]
    asked = asked_for(changes, counting, today=patient_day(record).today)
    return [due.on for due in open_ones(asked, done)]


def _schedules(session: Session, records: Sequence[Record]) -> Mapping[UUID, Schedules]:
    """Return the schedules that count for each patient, as `careteam.services.management.schedules.of_record` does."""
    table = CheckInSchedule.__table__.c
    query = select(table.patient_id, table.cause, table.days, table.set_at).order_by(table.id)
    rows: dict[UUID, list[Any]] = {record.patient_id: [] for record in records}
    for row in session.execute(query.where(table.patient_id.in_(rows))) if rows else ():
        rows[row.patient_id].append(row)
    return {record.patient_id: _with(record, rows[record.patient_id]) for record in records}


def _with(record: Record, rows: Iterable[Any]) -> Schedules:
    zone = ZoneInfo(record.facts.person.time_zone)
    own = (Own(row.cause, tuple(row.days), row.set_at.astimezone(zone).date()) for row in rows)
    return Schedules(schedules.defaults(), tuple(own))
