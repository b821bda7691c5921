"""Since when one viewer could see a difference: from the entries and the clock, so that reading writes nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, tzinfo

from careteam.policy.medication import holding
from careteam.policy.pairing import Entry, Line, View, as_of, judged
from careteam.policy.vocabulary import MedicationChange, PairState


def since(line: Line, state: PairState, view: View, *, zone: tzinfo, seen_from: datetime, at: datetime) -> datetime:
    """Return from when the line says this without a break, at the earliest `seen_from`.

    What it said at an earlier instant is computed from what was written by then and held on the day that it was where
    the patient lives (`zone`).
    """
    begun = at
    for moment in sorted({m for entry in line.entries for m in moments(entry, zone)}, reverse=True):
        if moment > at:
            continue
        then = judged(as_of(line, moment), replace(view, day=moment.astimezone(zone).date()))
        if then.state is not state:
            break
        begun = moment
        if moment <= seen_from:
            break
    return max(begun, seen_from)


def reopened(
    parts: Iterable[Entry], begun: datetime, decided: Iterable[datetime], *, zone: tzinfo, at: datetime
) -> datetime:
    """Return from when a difference is open that was decided in between and no longer stands: from the change after."""
    last = max((moment for moment in decided if moment >= begun), default=None)
    if last is None:
        return begun
    after = [m for entry in parts for m in moments(entry, zone) if last < m <= at]
    return min(after, default=begun)


def moments(entry: Entry, zone: tzinfo) -> set[datetime]:
    """Return the instants at which an entry became something else: a change is written, or its day begins.

    A confirmation changes nothing.
    """
    held = {c.position for c in holding(entry.changes) if c.kind is not MedicationChange.CONFIRM}
    changes = {
        max(event.at, entry.created_at, _midnight(event.change.effective_on, zone))
        for event in entry.events
        if event.change.position in held
    }
    return changes | {entry.created_at, max(entry.created_at, _midnight(entry.started_on, zone))}


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
