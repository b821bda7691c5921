"""Reminders for one viewer: what the tables say of the current entries that they may read; computed, never stored.

Nothing here blocks a prescription, and nothing is said of an entry that the viewer may not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam import interaction_rules
from careteam.actor import Actor
from careteam.models import Medication
from careteam.policy.interactions import Checked, Reminder, Taken, checked
from careteam.policy.medication import state_on
from careteam.policy.vocabulary import MedicationStatus
from careteam.services.log import access_log
from careteam.services.medications import kept_private, medication_events, medications
from careteam.services.medications.medication_events import Event
from careteam.services.record.patient_days import PatientDay, patient_day
from careteam.services.record.records import Record, open_record

CAUTION = (
    "Our table is small and names its sources. That it says nothing does not mean that drugs go together: ask a "
    "prescriber or pharmacist. Do not stop a medication on your own because of a reminder."
)
LEFT = "Your place in this team has ended: what you hold may have changed since, so that nothing is checked."


@dataclass(frozen=True, slots=True)
class Reminders:
    """What came of checking, and the gate rows (`medications.COLUMNS`) of the entries that were checked, by id."""

    checked: Checked
    rows: Mapping[UUID, Any]


def read(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return the reminders about the current entries that the actor may read, the worst first, in their words.

    To the patient alone also what they keep from a prescriber it bears on. Raises NotFound.
    """
    record = open_record(session, actor, patient_id, at=at)
    found = reminders_of(session, record)
    rows = found.rows.values()
    access_log.disclosed(session, record.actor, patient_id, "read-medication-reminders", record.seen(rows), at=at)
    return {
        "checked": found.checked.entries,
        "not_in_table": [_unknown(found, entry) for entry in found.checked.unknown],
        "says": LEFT if record.scope.former else says(found),
        "reminders": [show(record, found, reminder) for reminder in found.checked.reminders],
        "kept_private": _kept_private(session, record, found),
        "caution": CAUTION,
    }


def reminders_of(session: Session, record: Record) -> Reminders:
    """Return the reminders of one record for its reader. Two statements, whatever the list holds."""
    if record.scope.former:
        return Reminders(Checked(0), {})
    rows = session.execute(record.rows(Medication, *medications.COLUMNS)).all()
    return among(record, rows, medication_events.of(session, record, [row.id for row in rows]))


def among(record: Record, rows: Sequence[Any], events: Mapping[UUID, Sequence[Event]]) -> Reminders:
    """Return the same from rows and events that were read for the record's reader: no statement is sent.

    `rows` are all their gate rows (`medications.COLUMNS`), `events` those of `medication_events.of`.
    """
    if record.scope.former:
        return Reminders(Checked(0), {})
    day = patient_day(record)
    current = {row.id: row for row in rows if _is_current(row, events.get(row.id, ()), day)}
    found = checked((_taken(row) for row in current.values()), interaction_rules.knowledge())
    return Reminders(found, current)


def says(found: Reminders) -> str:
    """Return against how many entries was checked, and which the table does not know."""
    number = found.checked.entries
    counted = "the one entry" if number == 1 else f"{number} entries"
    sentence = f"Checked against {counted} that you can see"
    names = sorted({found.rows[entry].drug_name for entry in found.checked.unknown})
    return f"{sentence}; not (wholly) in our table: {', '.join(names)}." if names else f"{sentence}."


def show(record: Record, found: Reminders, reminder: Reminder) -> dict[str, Any]:
    """Return a reminder as it is read: its words are the patient's, also to who acts for them, or a clinician's."""
    wording = interaction_rules.wordings()[reminder.words]
    text = wording.clinicians if record.is_member else wording.patients
    source = interaction_rules.source_of(reminder.rule) if reminder.rule else None
    return {
        "kind": reminder.kind,
        "severity": reminder.severity,
        "says": _sentence(text.format(one=reminder.one, other=reminder.other)),
        "drugs": [
            {"name": name, "entries": [_entry(found, entry) for entry in sorted(entries)]}
            for name, entries in _sides(reminder)
        ],
        "source": {"title": source.title, "address": source.address, "opened": source.opened} if source else None,
    }


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sides(reminder: Reminder) -> list[tuple[str, frozenset[UUID]]]:
    both = [(reminder.one, reminder.of_one), (reminder.other, reminder.of_other)]
    return both[:1] if reminder.one == reminder.other else both


def _entry(found: Reminders, entry: UUID) -> dict[str, Any]:
    row = found.rows[entry]
    return {
        "id": entry,
        "drug_name": row.drug_name,
        "holder": {"kind": "member", "user_id": row.holder_id} if row.holder_id else {"kind": "patient"},
    }


def _unknown(found: Reminders, entry: UUID) -> dict[str, Any]:
    partly = bool(found.checked.read[entry].drugs)
    return {"id": entry, "drug_name": found.rows[entry].drug_name, "partly_known": partly}


def _kept_private(session: Session, record: Record, found: Reminders) -> list[dict[str, Any]] | None:
    """Return what the patient alone is told; to everybody else null, whatever there is."""
    if not record.is_patient:
        return None
    return [
        {**show(record, found, kept.reminder), "prescriber": kept.prescriber, "choices": kept.choices}
        for kept in kept_private.kept_from_prescribers(session, record, found.checked.reminders, found.rows)
    ]


def _taken(row: Any) -> Taken:
    return Taken(row.id, row.drug_name, row.rxnorm_code, bool(row.prescribed), row.holder_id)


def _is_current(row: Any, events: Sequence[Event], day: PatientDay) -> bool:
    if row.error_at is not None or day.died or row.date > day.today:
        return False
    return state_on(day.today, (event.change for event in events)).status is MedicationStatus.ACTIVE
