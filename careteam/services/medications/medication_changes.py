"""Changes to an entry of the medication list: each is an event, dated by the day from which it holds."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotFound
from careteam.models import Medication, MedicationEvent
from careteam.policy.medication import (
    Change,
    may_change,
    may_confirm,
    may_plan,
    refusal,
    successor,
)
from careteam.policy.vocabulary import MedicationChange, Power
from careteam.services.medications import medication_events
from careteam.services.medications.medication_entries import NewEntry, begin, entry_for, facts_of, writer
from careteam.services.medications.medication_events import HowTaken
from careteam.services.medications.medications import changed
from careteam.services.record.item_changes import touch
from careteam.services.record.items import labelled
from careteam.services.record.patient_days import PatientDay, patient_day
from careteam.services.record.records import Record, open_to_write

ACTS: Mapping[MedicationChange, str] = {
    MedicationChange.DOSE_CHANGE: "change-dose",
    MedicationChange.HOLD: "hold-medication",
    MedicationChange.RESUME: "resume-medication",
    MedicationChange.STOP: "stop-medication",
    MedicationChange.SWITCH: "switch-medication",
    MedicationChange.CONFIRM: "confirm-medication",
}

NOT_YOURS = (
    "A prescriber changes what is prescribed, the patient what they report, and a clinician what they recorded "
    "the patient as taking."
)
NOT_YOURS_TO_CONFIRM = "The patient, a current prescriber or its holder confirms an entry."
_SAYS_HOW = frozenset({MedicationChange.DOSE_CHANGE, MedicationChange.RESUME})


def change(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    medication_id: UUID,
    *,
    kind: MedicationChange,
    version: int,
    effective_on: date | None = None,
    reason: str | None = None,
    switched_to: Mapping[str, Any] | None = None,
    at: datetime,
    **how: Any,
) -> dict[str, Any]:
    """Add a change event, from `effective_on` (today, where the patient lives, if unset), and return the entry.

    `how` are the fields of `HowTaken`; `switched_to` those of `NewEntry`: a switch stops this entry and starts
    the other on the same day, in one act. Raises NotFound, NotPermitted, Stale, Invalid on a form or day that
    the kind does not take, Conflict when the change does not fit what the entry is on that day.
    """
    stated = HowTaken(**how)
    _check_form(kind, stated, switched_to)
    record = open_to_write(session, actor, patient_id, power=Power.REPORT, at=at)
    entry = _entry(session, record, medication_id, kind)
    touch(entry, version=version, at=at)
    if entry.error_at is not None:
        raise Conflict("This entry is marked as entered in error: nothing is added to it.")
    new = _fitting(session, record, entry, kind, effective_on)
    session.flush()
    target = _switch(session, record, entry, NewEntry(**switched_to), new.effective_on) if switched_to else None
    by: dict[str, Any] = {"author_id": actor.user_id, "switched_to_id": target}
    by["representation_id"] = record.actor.representation_id
    medication_events.write(session, entry.id, new, how=stated, reason=reason, at=at, **by)
    return changed(session, record, ACTS[kind], entry.id)


def withdraw(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    medication_id: UUID,
    event_id: UUID,
    *,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Take back a planned change before its day; it stays in the entry's history, marked.

    Raises Conflict once the day has come, on a start (stop the entry on its first day instead), and on what
    was withdrawn already.
    """
    record = open_to_write(session, actor, patient_id, power=Power.REPORT, at=at)
    entry = entry_for(record, session, medication_id, may_change, NOT_YOURS)
    event = session.scalar(
        select(MedicationEvent).where(MedicationEvent.id == event_id, MedicationEvent.medication_id == entry.id)
    )
    if event is None:
        raise NotFound
    touch(entry, version=version, at=at)
    if event.withdrawn_at is not None:
        raise Conflict("This change was withdrawn already.")
    if event.kind is MedicationChange.START:
        raise Conflict("A start is not withdrawn: stop the entry on its first day, or mark it as entered in error.")
    if event.effective_on <= patient_day(record).today:
        raise Conflict("Only what is planned for a later day is withdrawn: record a change instead.")
    event.withdrawn_at, event.withdrawn_by = at, actor.user_id
    return changed(session, record, "withdraw-medication-change", entry.id)


def _check_form(kind: MedicationChange, stated: HowTaken, switched_to: Mapping[str, Any] | None) -> None:
    if kind is MedicationChange.DOSE_CHANGE and not stated.has_dose:
        raise Invalid("A dose change needs the new dose.", {"dose_value": ["Give a value and unit, or dose_text."]})
    if kind not in _SAYS_HOW and not stated.says_nothing:
        raise Invalid(
            "Only a dose change or a resumption says how the drug is taken from now on.",
            {"kind": ["Leave dose, timing and as_needed out, or record a dose_change."]},
        )
    if (kind is MedicationChange.SWITCH) != (switched_to is not None):
        raise Invalid("A switch, and nothing else, names what is taken instead.", {"switched_to": ["See `kind`."]})


def _entry(session: Session, record: Record, medication_id: UUID, kind: MedicationChange) -> Medication:
    if kind is MedicationChange.CONFIRM:
        return entry_for(record, session, medication_id, may_confirm, NOT_YOURS_TO_CONFIRM)
    return entry_for(record, session, medication_id, may_change, NOT_YOURS)


def _fitting(
    session: Session, record: Record, entry: Medication, kind: MedicationChange, effective_on: date | None
) -> Change:
    """Return the change with its day and position, if it fits."""
    day = patient_day(record)
    plans = may_plan(writer(record), facts_of(entry))
    held_from = _day(kind, effective_on or day.today, day, plans=plans)
    known = _changes(session, entry.id)
    position = max((c.position for c in known), default=0) + 1
    new = Change(position, kind, held_from)
    why_not = refusal(new, known, started_on=entry.date, today=day.today)
    if why_not:
        raise Conflict(why_not)
    return new


def _day(kind: MedicationChange, chosen: date, day: PatientDay, *, plans: bool) -> date:
    if kind is MedicationChange.CONFIRM and chosen != day.today:
        raise Invalid(
            f"A confirmation says what is so today, {day.today} where the patient lives.",
            {"effective_on": ["Leave this out."]},
        )
    if kind is MedicationChange.SWITCH and chosen > day.today:
        raise Invalid(
            "A switch is recorded when it is made: plan a stop here and the start of the other entry.",
            {"effective_on": [f"Choose {day.today} or an earlier day."]},
        )
    return day.fitting(chosen, "effective_on", plans=plans)


def _changes(session: Session, medication_id: UUID) -> list[Change]:
    """Return all change events of an entry, without what is sealed."""
    event = MedicationEvent
    columns = (event.position, event.kind, event.effective_on, event.withdrawn_at)
    rows = session.execute(select(*columns).where(event.medication_id == medication_id))
    return [Change(r.position, r.kind, r.effective_on, withdrawn=r.withdrawn_at is not None) for r in rows]


def _switch(session: Session, record: Record, entry: Medication, target: NewEntry, on: date) -> UUID:
    """Start the other entry; it takes over the labels of this one unless other labels are stated."""
    if target.labels is None:
        part2 = entry.part2 if target.part2 is None else target.part2
        marks = labelled(entry.labels, part2)
    else:
        marks = labelled(target.labels, target.part2)
    source = successor(facts_of(entry))
    return begin(session, record, target, source=source, started_on=on, marks=marks).id
