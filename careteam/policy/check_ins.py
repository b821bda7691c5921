"""Which medication check-ins are due: computed from the changes of one prescribed entry, never stored.

The rules are those of `domain.md`, "The shared record" (Management), and these:

    A start asks by the schedule for starts; a dose change, and a resumption, by that for dose changes; a stop, and a
    switch to something else, by that for stops. What is changed while on hold asks for nothing, a stop excepted.
    A hold or stop takes the place of all that was asked for before it. A dose change or resumption takes the place of
    what an earlier one asked for, and not of what the start did. From the day on which such a change holds the
    earlier check-ins are no longer due, missed or not; until then those of days before it are.
    Several changes that ask for the same day ask for one check-in, in the name of the latest.
    A schedule counts for the days from that on which it was set: what was asked for before stays asked for.
    A day that was over when the change was recorded is not asked for: an old list makes nothing overdue.
    A check-in settles the one that it names, and every one that was due up to its day. An extra one settles none.

Days are calendar days where the patient lives; no hour is looked at, so that no clock change can move one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from careteam.policy.medication import ENDS, STATUS_AFTER, Change, holding
from careteam.policy.treatment_words import CheckInCause as Cause
from careteam.policy.treatment_words import CheckInOutcome
from careteam.policy.vocabulary import MedicationChange, MedicationStatus

CAUSES: Mapping[MedicationChange, Cause] = {
    MedicationChange.START: Cause.START,
    MedicationChange.DOSE_CHANGE: Cause.DOSE_CHANGE,
    MedicationChange.RESUME: Cause.DOSE_CHANGE,
    MedicationChange.STOP: Cause.STOP,
    MedicationChange.SWITCH: Cause.STOP,
}
"""By which schedule a change asks; a hold and a confirmation ask for nothing."""

_ENDING = ENDS | {MedicationChange.HOLD}
REPLACED_BY: Mapping[Cause, frozenset[MedicationChange]] = {
    Cause.START: _ENDING,
    Cause.DOSE_CHANGE: _ENDING | {MedicationChange.DOSE_CHANGE, MedicationChange.RESUME},
    Cause.STOP: frozenset(),
}
"""The later changes after which what was asked for is no longer."""

FITS: Mapping[CheckInOutcome, frozenset[MedicationChange]] = {
    CheckInOutcome.CONTINUE: frozenset(),
    CheckInOutcome.ADJUST: frozenset(
        {MedicationChange.DOSE_CHANGE, MedicationChange.HOLD, MedicationChange.RESUME},
    ),
    CheckInOutcome.SWITCH: ENDS,
    CheckInOutcome.STOP: ENDS,
}
"""The changes that a check-in with this outcome may have caused. A planned switch is a stop and a start elsewhere; and
who may not read what a switch leads to reads it as a stop.
"""


class DueState(StrEnum):
    """How a check-in that is asked for stands; overdue from the day after it was due where the patient lives."""

    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change event, its id, and the day on which it was recorded."""

    id: UUID
    change: Change
    recorded_on: date


@dataclass(frozen=True, slots=True)
class Own:
    """A patient's own schedule, and the day on which it was set."""

    cause: Cause
    days: tuple[int, ...]
    since: date


@dataclass(frozen=True, slots=True)
class Schedules:
    """The default days by cause, and the patient's own schedules in the order of setting them.

    `first_within`: a start asks for its first check-in within so many days, whatever the schedule says.
    """

    default: Mapping[Cause, tuple[int, ...]]
    own: tuple[Own, ...] = ()
    first_within: int | None = None

    def on(self, cause: Cause, day: date) -> tuple[int, ...]:
        """Return the days of the schedule that counts on this day."""
        own = [one.days for one in self.own if one.cause is cause and one.since <= day]
        return own[-1] if own else self.default.get(cause, ())

    def after(self, cause: Cause, day: date) -> list[int]:
        """Return how many days after a change on this day check-ins are asked for, in order."""
        known = {n for one in self.own if one.cause is cause for n in one.days} | {*self.default.get(cause, ())}
        asked = {n for n in known if n in self.on(cause, day + timedelta(days=n))}
        floor = self.first_within if cause is Cause.START else None
        if floor is not None and not any(n <= floor for n in asked):
            asked.add(floor)
        return sorted(asked)


@dataclass(frozen=True, slots=True)
class Due:
    """One check-in that is asked for: because of which change, and on which day."""

    event_id: UUID
    cause: Cause
    changed_on: date
    on: date


@dataclass(frozen=True, slots=True)
class Done:
    """A check-in that was done, on a day; `due_on` names the day of the one that it fulfils; none: an extra one."""

    on: date
    due_on: date | None = None


def asked_for(changes: Iterable[Recorded], schedules: Schedules, *, today: date) -> list[Due]:
    """Return the check-ins that the changes ask for as of this day, by day: done, due and overdue ones alike."""
    latest = {due.on: due for due, ends in _windows(changes, schedules) if ends is None or max(today, due.on) < ends}
    return [latest[day] for day in sorted(latest)]


def ever_asked(changes: Iterable[Recorded], schedules: Schedules) -> list[Due]:
    """Return what a check-in may fulfil: also what a later change took the place of, which it may have caused."""
    return [due for due, _ in _windows(changes, schedules)]


def open_ones(asked: Iterable[Due], done: Iterable[Done]) -> list[Due]:
    """Return the check-ins that none of the done ones settles, in their order."""
    known = tuple(done)
    return [due for due in asked if not any(settles(one, due) for one in known)]


def settles(done: Done, due: Due) -> bool:
    """Say whether this check-in of the same entry names that day, or did what it was for on or after it."""
    return done.due_on is not None and (done.due_on == due.on or due.on <= done.on)


def state(due: Due, done: Iterable[Done], *, today: date) -> DueState:
    """Return how it stands on this day. What is due today is overdue tomorrow."""
    if any(settles(one, due) for one in done):
        return DueState.DONE
    return DueState.OVERDUE if due.on < today else DueState.DUE


def misfit(outcome: CheckInOutcome, event: Recorded, changes: Sequence[Recorded], *, on: date) -> str | None:
    """Return why a check-in of this day did not cause this change of the entry; None when it may have."""
    if event.change.position not in {change.position for change in holding(one.change for one in changes)}:
        return "That change was taken back, or an earlier stop ended it."
    if event.change.kind not in FITS[outcome]:
        return f"That change does not fit the outcome {outcome}."
    if event.change.effective_on < on:
        return "That change holds from a day before the check-in."
    return None


def age(born: date, on: date) -> int:
    """Return the age in whole years. Who was born on 29 February grows older on 1 March of a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _windows(changes: Iterable[Recorded], schedules: Schedules) -> Iterator[tuple[Due, date | None]]:
    """Yield all that was ever asked for, in the order of the changes, and from when that is no longer due."""
    known = {one.change.position: one for one in changes}
    held = [known[change.position] for change in holding(one.change for one in known.values())]
    on_hold = False
    for number, one in enumerate(held):
        on_hold = _on_hold(one.change.kind, before=on_hold)
        cause = CAUSES.get(one.change.kind)
        if cause is None or on_hold:
            continue
        replacing = (o.change.effective_on for o in held[number + 1 :] if o.change.kind in REPLACED_BY[cause])
        ends = next(replacing, None)
        yield from ((due, ends) for due in _of(one, cause, schedules))


def _on_hold(kind: MedicationChange, *, before: bool) -> bool:
    after = STATUS_AFTER.get(kind)
    return before if after is None else after is MedicationStatus.ON_HOLD


def _of(one: Recorded, cause: Cause, schedules: Schedules) -> Iterator[Due]:
    since = one.change.effective_on
    days = (since + timedelta(days=n) for n in schedules.after(cause, since))
    return (Due(one.id, cause, since, day) for day in days if day >= one.recorded_on)
