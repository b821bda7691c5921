"""What the tables of drugs say of the current entries that one viewer reads; to patients, of what is kept private."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.policy import interactions
from careteam.policy.signals import Reminder
from careteam.policy.treatment_words import SignalKind
from careteam.services.medications import kept_private, medication_reminders
from careteam.services.medications.medication_reminders import Reminders
from careteam.services.record.records import Record
from careteam.services.signals.medicines import Medicine

PRIVATE = "{name}, who prescribes for you, cannot see all of this. {words}"


@dataclass(frozen=True, slots=True)
class Found:
    """The reminders, and against what was checked: in words, and which entries they tell of."""

    reminders: list[Reminder]
    says: str
    checked: frozenset[UUID]


def load(session: Session, record: Record, medicines: Mapping[UUID, Medicine]) -> Found:
    """Return the interactions and duplicates among the current entries that the viewer reads, without a statement.

    Of the patient's own record also what they keep from somebody who prescribes: two statements.
    """
    rows = [medicine.row for medicine in medicines.values()]
    events = {i: medicine.events for i, medicine in medicines.items()}
    found = medication_reminders.among(record, rows, events)
    says = medication_reminders.says(found)
    reminders = [_reminder(record, found, one, says) for one in found.checked.reminders]
    return Found([*reminders, *_kept(session, record, found)], says, frozenset(found.rows))


def _reminder(record: Record, found: Reminders, one: interactions.Reminder, says: str) -> Reminder:
    kind = SignalKind.DUPLICATE if one.kind == "duplicate" else SignalKind.INTERACTION
    words = medication_reminders.show(record, found, one)["says"]
    return Reminder(kind, _ids(one), f"{words} {says}", _since(one, found))


def _kept(session: Session, record: Record, found: Reminders) -> list[Reminder]:
    if not record.is_patient:
        return []
    kept = kept_private.kept_from_prescribers(session, record, found.checked.reminders, found.rows)
    return [
        Reminder(SignalKind.KEPT_PRIVATE, _ids(one.reminder), _private(record, found, one), _since(one.reminder, found))
        for one in kept
    ]


def _private(record: Record, found: Reminders, one: kept_private.Kept) -> str:
    words = medication_reminders.show(record, found, one.reminder)["says"]
    return PRIVATE.format(name=one.prescriber["name"], words=words)


def _ids(reminder: interactions.Reminder) -> tuple[UUID, ...]:
    return tuple(sorted(reminder.entries))


def _since(reminder: interactions.Reminder, found: Reminders) -> datetime:
    """Return from when both of its drugs stood in the list, each by the entry that was there first.

    An ingredient that is doubled stands twice from the second entry on.
    """
    made: dict[UUID, datetime] = {i: found.rows[i].created_at for i in reminder.entries}
    if reminder.of_one == reminder.of_other:
        return sorted(made.values())[:2][-1]
    return max(min(made[i] for i in side) for side in (reminder.of_one, reminder.of_other))
