"""A check-in done by a prescriber: about an entry that they read, because a change asked for it, or an extra one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid
from careteam.models import CheckIn, Medication
from careteam.policy.check_ins import Due, Recorded, ever_asked, misfit
from careteam.policy.treatment_words import CheckInCause, CheckInOutcome, VisitMode
from careteam.policy.vocabulary import ItemClass, Label
from careteam.services.management import prescribed, schedules
from careteam.services.management.check_ins import CHECK_INS, recorded
from careteam.services.record import reading
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.records import Record, open_to_write
from careteam.vault import seal

WHICH = "Name the check-in that this fulfils by its change and day, as the list of what is due has them, or say extra."
NOT_ASKED = "No change of this entry asks for a check-in on that day."
DONE_BEFORE = "You can see a check-in that fulfils this one already: record another as extra."


def do(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    medication_id: UUID,
    mode: VisitMode,
    outcome: CheckInOutcome,
    extra: bool = False,
    cause_event_id: UUID | None = None,
    due_on: date | None = None,
    event_id: UUID | None = None,
    date: date | None = None,
    adherence_days: int | None = None,
    symptoms: str | None = None,
    note: str | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Record a check-in of `date` (today where the patient lives, if unset); the writer becomes its author and holder.

    It carries the labels of its entry. `cause_event_id` and `due_on` name the one that it fulfils, `extra` says that
    none does. `event_id` is the change of that entry to which it led, not before its day. For current prescribers.
    Raises NotFound, NotPermitted, Invalid on an entry that is hidden or absent and on what does not fit, Conflict on an
    entry in error, one that is fulfilled already, and when the patient has died.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    prescribed.as_prescriber(record)
    entry = prescribed.named(session, record, medication_id)
    with_labels = prescribed.marks(entry, tuple(labels), part2)
    begun = beginning(record, ItemClass.CHECK_IN, on=date, labels=with_labels[0], part2=with_labels[1])
    changes = recorded(session, record, [entry.id]).get(entry.id, [])
    due = _fulfilled(session, record, entry, changes, begun["date"], named=(cause_event_id, due_on), extra=extra)
    _check_change(changes, event_id, outcome, begun["date"])
    made = CheckIn(**begun, medication_id=entry.id, mode=mode, outcome=outcome, adherence_days=adherence_days)
    made.cause, made.event_id = due.cause if due else CheckInCause.EXTRA, event_id
    made.cause_event_id, made.due_on = (due.event_id, due.on) if due else (None, None)
    made.symptoms = seal(session, CheckIn.symptoms, made.id, symptoms)
    made.note = seal(session, CheckIn.note, made.id, note)
    session.add(made)
    return reading.changed(session, record, CHECK_INS, "do-check-in", made.id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, check_in_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own check-in as entered in error, also after leaving the team: it fulfils nothing any more."""
    ids = (patient_id, CHECK_INS, check_in_id, "check-in-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def _fulfilled(
    session: Session,
    record: Record,
    entry: Medication,
    changes: Sequence[Recorded],
    day: date,
    *,
    named: tuple[UUID | None, date | None],
    extra: bool,
) -> Due | None:
    """Return the check-in that is named, None for an extra one. Raises Invalid, Conflict."""
    if None in named if not extra else named != (None, None):
        raise Invalid(WHICH, {"cause_event_id": [WHICH]})
    if extra or not entry.prescribed:
        if not extra:
            raise Invalid(NOT_ASKED, {"due_on": [NOT_ASKED]})
        return None
    known = schedules.of_record(session, record)
    within = schedules.floor(record, entry.drug_name, entry.rxnorm_code, entry.date)
    asked = ever_asked(changes, replace(known, first_within=within))
    due = next((one for one in asked if (one.event_id, one.on) == named and one.changed_on <= day), None)
    if due is None:
        raise Invalid(NOT_ASKED, {"due_on": [NOT_ASKED]})
    _refuse_twice(session, record, entry, due)
    return due


def _refuse_twice(session: Session, record: Record, entry: Medication, due: Due) -> None:
    same = (CheckIn.medication_id == entry.id, CheckIn.cause_event_id == due.event_id, CheckIn.due_on == due.on)
    query = record.rows(CheckIn, CheckIn.id).where(*same, CheckIn.error_at.is_(None))
    if session.execute(query).first() is not None:
        raise Conflict(DONE_BEFORE)


def _check_change(changes: Sequence[Recorded], event_id: UUID | None, outcome: CheckInOutcome, day: date) -> None:
    """Raise Invalid unless a check-in of this day and outcome may have led to the change that is named."""
    if event_id is None:
        return
    known: Mapping[UUID, Recorded] = {one.id: one for one in changes}
    event = known.get(event_id)
    why_not = misfit(outcome, event, changes, on=day) if event else "This entry has no such change."
    if why_not:
        raise Invalid(why_not, {"event_id": [why_not]})
