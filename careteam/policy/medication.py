"""What the change events of a medication entry add up to, and who may write what in the medication list.

An event is dated by the day from which it holds; `position` orders the events of one day. The rules are those
of `domain.md`, "The shared record" and "Items". A dose is opaque here: whoever shows it knows what it holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from careteam.policy.vocabulary import MedicationChange, MedicationSource, MedicationStatus, Role

STATUS_AFTER: Mapping[MedicationChange, MedicationStatus] = {
    MedicationChange.START: MedicationStatus.ACTIVE,
    MedicationChange.HOLD: MedicationStatus.ON_HOLD,
    MedicationChange.RESUME: MedicationStatus.ACTIVE,
    MedicationChange.STOP: MedicationStatus.STOPPED,
    MedicationChange.SWITCH: MedicationStatus.STOPPED,
}
"""The status that a change leads to; the other kinds leave it as it is."""

ENDS = frozenset(kind for kind, status in STATUS_AFTER.items() if status is MedicationStatus.STOPPED)
"""The changes after which nothing holds any more but a confirmation that it is still so."""

_GOING_ON = frozenset({MedicationStatus.ACTIVE, MedicationStatus.ON_HOLD})
FITS: Mapping[MedicationChange, frozenset[MedicationStatus]] = {
    MedicationChange.START: frozenset(),
    MedicationChange.DOSE_CHANGE: _GOING_ON,
    MedicationChange.HOLD: frozenset({MedicationStatus.ACTIVE}),
    MedicationChange.RESUME: frozenset({MedicationStatus.ON_HOLD}),
    MedicationChange.STOP: _GOING_ON,
    MedicationChange.SWITCH: _GOING_ON,
    MedicationChange.CONFIRM: _GOING_ON | {MedicationStatus.STOPPED},
}
"""The status that an entry must have for a change. An entry starts once."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change event. What is unset was not said: the entry keeps what it had."""

    position: int
    kind: MedicationChange
    effective_on: date
    dose: Mapping[str, object] | None = None
    timing: str | None = None
    as_needed: bool | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What an entry is on one day."""

    status: MedicationStatus = MedicationStatus.ACTIVE
    dose: Mapping[str, object] | None = None
    timing: str | None = None
    as_needed: bool | None = None
    stopped_on: date | None = None


def holding(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that hold, in their order.

    Withdrawn ones are left out, and so is what was planned for after a stop: a stop ends the plan.
    """
    held: list[Change] = []
    ended = False
    for change in sorted(changes, key=lambda c: (c.effective_on, c.position)):
        if not change.withdrawn and (not ended or change.kind is MedicationChange.CONFIRM):
            held.append(change)
            ended = ended or change.kind in ENDS
    return held


def state_on(day: date, changes: Iterable[Change]) -> State:
    """Return what the changes up to and including this day add up to."""
    state = State()
    for change in holding(changes):
        if change.effective_on <= day:
            state = _after(state, change)
    return state


def _after(state: State, change: Change) -> State:
    return State(
        status=STATUS_AFTER.get(change.kind, state.status),
        dose=state.dose if change.dose is None else change.dose,
        timing=state.timing if change.timing is None else change.timing,
        as_needed=state.as_needed if change.as_needed is None else change.as_needed,
        stopped_on=change.effective_on if change.kind in ENDS else state.stopped_on,
    )


def refusal(new: Change, changes: Iterable[Change], *, started_on: date, today: date) -> str | None:
    """Return why this change cannot be added to an entry that started on this day; `None` when it can.

    A change fits what the entry is on the change's own day, so a past day may be recorded late and a hold
    or stop is never blocked by what was planned. A stop cannot be dated before a change that took effect.
    """
    known = tuple(changes)
    if new.effective_on < started_on:
        return f"This entry starts on {started_on}: nothing about it holds before."
    before = state_on(new.effective_on, known).status
    if before not in FITS[new.kind]:
        return f"On {new.effective_on} this entry is {_words(before)}, which does not allow: {_words(new.kind)}."
    later = [c for c in holding(known) if c.kind is not MedicationChange.CONFIRM and c.effective_on <= today]
    if new.kind in ENDS and later and new.effective_on < later[-1].effective_on:
        return f"A change took effect on {later[-1].effective_on}: choose that day or a later one."
    return None


def _words(word: MedicationStatus | MedicationChange) -> str:
    return word.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wants to write: the patient, or a clinician in these current roles."""

    user_id: UUID
    is_patient: bool = False
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """Of an entry, what decides who may write in it. A holder of `None` is the patient."""

    source: MedicationSource
    prescribed: bool
    author_id: UUID | None
    holder_id: UUID | None


def sources(writer: Writer) -> tuple[MedicationSource, ...]:
    """Return the sources of which this person may begin entries; the first is meant where none is said.

    A current prescriber and therapist in one person has to say, see `ambiguous`.
    """
    if writer.is_patient:
        return (MedicationSource.PATIENT,)
    if Role.PRESCRIBER in writer.roles:
        return (MedicationSource.PRESCRIBER, MedicationSource.PATIENT_STATED)
    return (MedicationSource.PATIENT_STATED,) if writer.roles else ()


def ambiguous(writer: Writer) -> bool:
    """Say whether this person's roles leave open what an entry of theirs is."""
    return not writer.is_patient and {Role.PRESCRIBER, Role.THERAPIST} <= writer.roles


def may_change(writer: Writer, entry: Entry) -> bool:
    """Say whether this person, who reads the entry, may change it.

    What is prescribed: a current prescriber. What the patient reports: the patient. What a clinician records
    the patient as taking: that clinician.
    """
    if entry.prescribed:
        return Role.PRESCRIBER in writer.roles
    if entry.source is MedicationSource.PATIENT_STATED:
        return bool(writer.roles) and entry.holder_id == writer.user_id
    return writer.is_patient


def may_confirm(writer: Writer, entry: Entry) -> bool:
    """Say whether this person, who reads the entry, may say that it is still right."""
    return writer.is_patient or Role.PRESCRIBER in writer.roles or (bool(writer.roles) and holds(writer, entry))


def may_plan(writer: Writer, entry: Entry) -> bool:
    """Say whether this person may date a change in the future: only what is prescribed is planned."""
    return entry.prescribed and may_change(writer, entry)


def may_enter_in_error(writer: Writer, entry: Entry) -> bool:
    """Say whether the entry is this person's own, also after they left the team."""
    return writer.user_id == entry.author_id or holds(writer, entry)


def holds(writer: Writer, entry: Entry) -> bool:
    """Say whether this person holds the entry."""
    return writer.is_patient if entry.holder_id is None else entry.holder_id == writer.user_id


def successor(entry: Entry) -> MedicationSource:
    """Return the source of the entry to which this one is switched by somebody who may change it."""
    if entry.prescribed:
        return MedicationSource.PRESCRIBER
    stated = entry.source is MedicationSource.PATIENT_STATED
    return MedicationSource.PATIENT_STATED if stated else MedicationSource.PATIENT
