"""The two-sided medication list: entries of one drug stand together, never merged, and say what they add up to.

All that comes in are entries that one viewer may read. What is hidden from them is not there, so it changes nothing;
that something is *not* there is said only where the other side is shared with the viewer (`sees`), and then only as
"that you can see". Entries pair exactly (`careteam.policy.drug_names.Identity`); whatever does not stands alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from careteam.policy.doses import Comparison, HowTaken, compared, told_once
from careteam.policy.drug_names import Identity
from careteam.policy.medication import Change, State, holding, state_on
from careteam.policy.vocabulary import (
    MedicationChange,
    MedicationSide,
    MedicationStatus,
    NoPairState,
    PairState,
)


class Phase(StrEnum):
    """What an entry is on a day, as far as pairing asks."""

    CURRENT = "current"
    PLANNED = "planned"
    ON_HOLD = "on_hold"
    STOPPED = "stopped"
    ENTERED_IN_ERROR = "entered_in_error"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change event, and when it was written."""

    change: Change
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the medication list. `identity` is None where its name and code disagree."""

    id: UUID
    side: MedicationSide
    identity: Identity | None
    started_on: date
    created_at: datetime
    events: tuple[Recorded, ...] = ()
    in_error: bool = False
    route: str | None = None
    holder_id: UUID | None = None

    @property
    def changes(self) -> list[Change]:
        """Its changes, without when they were written."""
        return [event.change for event in self.events]


@dataclass(frozen=True, slots=True)
class Line:
    """The entries of one drug, each once. An entry that cannot be paired is a line of its own."""

    prescribed: tuple[Entry, ...]
    taken: tuple[Entry, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Both sides."""
        return self.prescribed + self.taken


@dataclass(frozen=True, slots=True)
class View:
    """How one viewer looks: on which day, and of which sides they see every holder who could add to them."""

    day: date
    sees: frozenset[MedicationSide] = frozenset()
    living: bool = True
    former: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line says, or why it says nothing. `parts` are the entries that a state is about."""

    state: PairState | None = None
    why_none: NoPairState | None = None
    parts: tuple[Entry, ...] = ()
    comparison: Comparison | None = None
    unseen: MedicationSide | None = None

    @property
    def differs(self) -> bool:
        """True for a difference."""
        return self.state not in {None, PairState.AGREE}


def paired(entries: Iterable[Entry]) -> list[Line]:
    """Return every entry in exactly one line, whatever the order that they come in."""
    drugs: dict[object, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda e: e.id):
        alone = entry.in_error or entry.identity is None
        drugs[entry.id if alone or entry.identity is None else entry.identity.ingredients].append(entry)
    return [Line(_of(found, MedicationSide.PRESCRIBED), _of(found, MedicationSide.TAKEN)) for found in drugs.values()]


def phase(entry: Entry, day: date) -> Phase:
    """Return what an entry is on a day."""
    if entry.in_error:
        return Phase.ENTERED_IN_ERROR
    status = state_of(entry, day).status
    if status is MedicationStatus.ACTIVE:
        return Phase.CURRENT if entry.started_on <= day else Phase.PLANNED
    return Phase.ON_HOLD if status is MedicationStatus.ON_HOLD else Phase.STOPPED


def state_of(entry: Entry, day: date) -> State:
    """Return what an entry's changes add up to on a day; before its start, what it will begin as."""
    return state_on(max(day, entry.started_on), entry.changes)


def judged(line: Line, view: View) -> Verdict:
    """Return what a line says to this viewer."""
    reason = _no_question(line, view)
    if reason is not None:
        return Verdict(why_none=reason)
    prescribed, taken = (_in(entries, view.day, Phase.CURRENT) for entries in (line.prescribed, line.taken))
    if prescribed and taken:
        return _both(prescribed, taken, view.day)
    if taken:
        return _taken_alone(line, taken, view)
    if prescribed:
        return _alone(line.taken, prescribed, PairState.ONLY_PRESCRIBED, MedicationSide.TAKEN, view)
    planned = _in(line.entries, view.day, Phase.PLANNED)
    return Verdict(why_none=NoPairState.PLANNED if planned else NoPairState.NOT_CURRENT)


def in_effect(entry: Entry, day: date) -> int:
    """Return a number that tells which changes of an entry hold by this day, confirmations aside: their places' sum.

    A later change has a later place, so an entry of which it is what it was says what it said, also where the day went
    back (the patient moved west), a change was withdrawn, and another one written.
    """
    last = max(day, entry.started_on)
    return sum(
        c.position for c in holding(entry.changes) if c.effective_on <= last and c.kind is not MedicationChange.CONFIRM
    )


def as_of(line: Line, at: datetime) -> Line:
    """Return a line as it had been written by an instant."""
    return Line(_by(line.prescribed, at), _by(line.taken, at))


def _by(entries: Sequence[Entry], at: datetime) -> tuple[Entry, ...]:
    return tuple(
        replace(entry, events=tuple(event for event in entry.events if event.at <= at))
        for entry in entries
        if entry.created_at <= at
    )


def _of(entries: Sequence[Entry], side: MedicationSide) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.side is side)


def _in(entries: Sequence[Entry], day: date, *phases: Phase) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if phase(entry, day) in phases)


def _no_question(line: Line, view: View) -> NoPairState | None:
    """Return why the entries of a line are not held against each other at all."""
    if view.former:
        return NoPairState.FORMER_MEMBER
    if any(entry.in_error for entry in line.entries):
        return NoPairState.ENTERED_IN_ERROR
    if not view.living:
        return NoPairState.DECEASED
    if any(entry.identity is None for entry in line.entries):
        return NoPairState.NAME_AND_CODE_DISAGREE
    return None


def _both(prescribed: tuple[Entry, ...], taken: tuple[Entry, ...], day: date) -> Verdict:
    comparison = compared(_how(prescribed, day), _reports(taken, day))
    parts = prescribed + taken
    if comparison.differs:
        return Verdict(PairState.DOSE_DIFFERS, parts=parts, comparison=comparison)
    if comparison.same:
        return Verdict(PairState.AGREE, parts=parts, comparison=comparison)
    return Verdict(why_none=NoPairState.NOT_COMPARABLE, comparison=comparison)


def _taken_alone(line: Line, taken: tuple[Entry, ...], view: View) -> Verdict:
    """What is stopped or on hold for now is not to be taken: two entries that the viewer reads, and no negative."""
    ended = _in(line.prescribed, view.day, Phase.STOPPED, Phase.ON_HOLD)
    if ended:
        last = max(ended, key=lambda entry: (_last_change(entry, view.day), entry.id))
        return Verdict(PairState.STOPPED_BUT_TAKEN, parts=(last, *taken))
    return _alone(line.prescribed, taken, PairState.ONLY_TAKEN, MedicationSide.PRESCRIBED, view)


def _alone(
    others: tuple[Entry, ...], parts: tuple[Entry, ...], state: PairState, other_side: MedicationSide, view: View
) -> Verdict:
    if _in(others, view.day, Phase.PLANNED):
        return Verdict(why_none=NoPairState.PLANNED)
    if other_side not in view.sees:
        return Verdict(why_none=NoPairState.OTHER_SIDE_UNSEEN, unseen=other_side)
    return Verdict(state, parts=parts)


def _reports(taken: Sequence[Entry], day: date) -> list[HowTaken]:
    """Return what is taken; what several people each report once, and alike, is one thing that the patient takes."""
    reported = _how(taken, day)
    return told_once(reported) if len({entry.holder_id for entry in taken}) == len(taken) else reported


def _how(entries: Sequence[Entry], day: date) -> list[HowTaken]:
    return [
        HowTaken(entry.identity, state_of(entry, day), entry.route) for entry in entries if entry.identity is not None
    ]


def _last_change(entry: Entry, day: date) -> date:
    said = (c for c in holding(entry.changes) if c.kind is not MedicationChange.CONFIRM)
    return max((c.effective_on for c in said if c.effective_on <= day), default=entry.started_on)
