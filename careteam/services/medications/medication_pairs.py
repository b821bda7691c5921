"""The two-sided medication list of one patient for one reader: computed from what they may read, never stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Medication
from careteam.policy.drug_names import identity, normal
from careteam.policy.pairing import Entry, Line, Phase, Recorded, Verdict, View, judged, paired, phase, state_of
from careteam.policy.representing import reads_section
from careteam.policy.scope import sections
from careteam.policy.team import accepted, current, ever_members
from careteam.policy.vocabulary import ItemClass, MedicationSide, Role
from careteam.services.log import access_log
from careteam.services.log.access_log import Disclosed
from careteam.services.medications import medication_events, medications
from careteam.services.medications.difference_ages import Ages
from careteam.services.medications.difference_decisions import Standing, standing
from careteam.services.medications.drug_lookups import ingredient, known_drugs
from careteam.services.medications.medication_events import Event
from careteam.services.medications.reconciliation_rows import any_readable
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_record

NOTHING = "nothing that you can see"
_NEVER = datetime.max.replace(tzinfo=UTC)
EXACT = (
    "Entries stand together only where they name exactly the same ingredients; brands and salts only as far as our "
    "table holds them. That something is missing on one side is said of what you can see."
)


Entries = tuple[Mapping[UUID, Any], Mapping[UUID, Sequence[Event]]]
"""Gate rows (`medications.COLUMNS`) by id, and their events."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line, with what it says to the reader, and the rows that it was computed from."""

    line: Line
    verdict: Verdict
    difference: dict[str, Any] | None = None
    resolution: Standing | None = None

    @property
    def open(self) -> bool:
        """True for a difference that no decision resolves; that something will change resolves nothing yet."""
        return self.difference is not None and (self.resolution is None or self.resolution.promises)


@dataclass(frozen=True, slots=True)
class TwoSides:
    """All lines of one reader, and what they are computed from."""

    view: View
    lines: list[Told]
    rows: Mapping[UUID, Any]
    events: Mapping[UUID, Sequence[Event]]


@dataclass(frozen=True, slots=True)
class Differences:
    """The open differences, and what showing them discloses."""

    shown: list[dict[str, Any]]
    seen: list[Disclosed]


def read(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return every entry that the actor may read in exactly one line, open differences first.

    Raises NotFound unless the actor is the patient or was ever in the team.
    """
    record = open_record(session, actor, patient_id, at=at)
    decided = any_readable(session, record)
    sides = two_sides(session, record, decided=decided)
    seen = record.seen([*sides.rows.values(), *_decisions_of(sides.lines)])
    access_log.disclosed(session, record.actor, patient_id, "read-medication-pairs", seen, at=at)
    return {
        "items": [show(told, sides) for told in sides.lines],
        "unseen": None if sides.view.former else {side.value: unseen(record, side) for side in MedicationSide},
        "empty": None if sides.lines else NOTHING,
        "exact": EXACT,
        **medications.list_members(session, record, decided=decided),
    }


def two_sides(
    session: Session, record: Record, known: Entries | None = None, *, decided: bool | None = None
) -> TwoSides:
    """Return the lines of all entries that the reader may read; `known` are all of them, where they are read.

    `decided` says whether there are reconciliations (`reconciliation_rows.any_readable`), where that is known.
    """
    by_id, events = known or _all(session, record)
    rows = by_id.values()
    view = view_of(record)
    lines = paired(entry_of(row, events.get(row.id, ())) for row in rows)
    judgements = [(line, judged(line, view)) for line in lines]
    differing = [verdict for _, verdict in judgements if verdict.differs]
    if decided is None:
        decided = bool(differing) and any_readable(session, record)
    decisions = standing(session, record, differing) if decided else {}
    ages = Ages(session, record, view, by_id)
    told = [_told(record, line, verdict, ages, decisions) for line, verdict in judgements]
    return TwoSides(view, sorted(told, key=lambda one: _place(one, by_id)), by_id, events)


def view_of(record: Record) -> View:
    """Return how the actor looks at the list today, where the patient lives."""
    day = patient_day(record)
    sees = frozenset(side for side in MedicationSide if not unseen(record, side))
    return View(day.today, sees, living=not day.died, former=record.scope.former)


def open_differences(session: Session, record: Record, known: Entries | None, *, decided: bool) -> Differences:
    """Return the open differences, and the entries that saying so discloses. `known` and `decided`: see `two_sides`."""
    sides = two_sides(session, record, known, decided=decided)
    found = [told for told in sides.lines if told.open]
    entries = [sides.rows[entry.id] for told in found for entry in told.line.entries]
    seen = record.seen([*entries, *_decisions_of(found)])
    return Differences([show(told, sides) for told in found], seen)


def _decisions_of(lines: Iterable[Told]) -> list[Any]:
    """Return the rows of the reconciliations whose decisions these lines show."""
    return list({told.resolution.id: told.resolution.row for told in lines if told.resolution}.values())


def unseen(record: Record, side: MedicationSide) -> list[dict[str, Any]]:
    """Return who could hold entries of a side and does not share their medications with the actor.

    What is prescribed is held by whoever ever prescribed here, and what is taken by the patient and by any member who
    recorded what the patient says. Limits on single items and labels are not told, as everywhere.
    """
    if record.is_patient or record.scope.former:
        return []
    own = record.actor.user_id
    hidden = [h for h in _holders(record, side) if h != own and not _shares(record, h)]
    return [{"kind": "member", "user_id": h} if h else {"kind": "patient"} for h in hidden]


def _shares(record: Record, holder_id: UUID | None) -> bool:
    """Say whether the reader reads this holder's medications: by a consent, or for the patient."""
    by_consent = ItemClass.MEDICATION in sections(record.scope, holder_id)
    return by_consent or reads_section(record.scope, holder_id, ItemClass.MEDICATION)


def show(told: Told, sides: TwoSides) -> dict[str, Any]:
    """Return a line as it is read."""
    verdict, tokens = told.verdict, _tokens(told.line)
    comparison = verdict.comparison
    return {
        "ingredients": [ingredient(token) for token in sorted(tokens)],
        "prescribed": [_shown(entry, sides) for entry in told.line.prescribed],
        "taken": [_shown(entry, sides) for entry in told.line.taken],
        "state": verdict.state,
        "why_no_state": verdict.why_none,
        "unseen_side": verdict.unseen,
        "compared": {
            "dose": comparison.dose,
            "timing": comparison.timing,
            "as_needed": comparison.as_needed,
        }
        if comparison
        else None,
        "difference": told.difference,
    }


def _all(session: Session, record: Record) -> Entries:
    rows = session.execute(record.rows(Medication, *medications.COLUMNS)).all()
    by_id = {row.id: row for row in rows}
    return by_id, medication_events.of(session, record, by_id.keys())


def _holders(record: Record, side: MedicationSide) -> Sequence[UUID | None]:
    if side is MedicationSide.PRESCRIBED:
        prescribers = {m.user_id for m in record.team.memberships if accepted(m) and m.role is Role.PRESCRIBER}
        return sorted(prescribers)
    return [None, *sorted(ever_members(record.team))]


def entry_of(row: Any, events: Sequence[Event]) -> Entry:
    """Return an entry as the rules see it: a gate row (`medications.COLUMNS`) and its events."""
    return Entry(
        id=row.id,
        side=MedicationSide.PRESCRIBED if row.prescribed else MedicationSide.TAKEN,
        identity=identity(row.drug_name, row.rxnorm_code, known_drugs()),
        started_on=row.date,
        created_at=row.created_at,
        events=tuple(Recorded(event.change, event.row.created_at) for event in events),
        in_error=row.error_at is not None,
        route=row.route,
        holder_id=row.holder_id,
    )


def _told(record: Record, line: Line, verdict: Verdict, ages: Ages, decided: Mapping[UUID, list[Standing]]) -> Told:
    if not verdict.differs or verdict.state is None:
        return Told(line, verdict)
    about = [s for part in verdict.parts for s in decided.get(part.id, ())]
    resolution = max((s for s in about if s.stands(verdict, ages.view.day)), key=lambda s: s.at, default=None)
    difference = {
        "entries": [{"id": part.id, "version": ages.rows[part.id].version} for part in verdict.parts],
        "since": ages.of(line, verdict, [s.at for s in about]),
        "owners": owners(record, [ages.rows[part.id] for part in verdict.parts]),
        "resolution": resolution.shown if resolution else None,
    }
    return Told(line, verdict, difference, resolution)


def owners(record: Record, parts: Sequence[Any]) -> list[dict[str, Any]]:
    """Return who sees to a difference: the prescribers of its entries who are current, else all current ones."""
    prescribers = {m.user_id for m in record.team.memberships if m.role is Role.PRESCRIBER and current(m, record.at)}
    own = {row.holder_id for row in parts if row.prescribed} & prescribers
    return [{"user_id": i, "name": record.facts.names[i]} for i in sorted(own or prescribers)]


def _shown(entry: Entry, sides: TwoSides) -> dict[str, Any]:
    row, state, found = sides.rows[entry.id], state_of(entry, sides.view.day), phase(entry, sides.view.day)
    return {
        "id": entry.id,
        "version": None if sides.view.former else row.version,
        "holder": {"kind": "member", "user_id": row.holder_id} if row.holder_id else {"kind": "patient"},
        "source": row.source,
        "drug_name": row.drug_name,
        "phase": None if found is Phase.CURRENT and not sides.view.living else found,
        "dose": state.dose,
        "timing": state.timing,
        "as_needed": state.as_needed,
        "started_on": entry.started_on,
        "last_confirmed": medication_events.last_confirmed(sides.events.get(entry.id, ())),
        "awaits_label_review": row.awaits_review,
    }


def _tokens(line: Line) -> frozenset[str]:
    found = [entry.identity.ingredients for entry in line.entries if entry.identity is not None]
    return found[0] if found else frozenset()


def _place(told: Told, sides_rows: Mapping[UUID, Any]) -> tuple[bool, datetime, str, UUID]:
    """Open differences first, the longest open one before the others; then by name."""
    first = min(told.line.entries, key=lambda entry: entry.id)
    since = told.difference["since"] if told.open and told.difference else _NEVER
    return not told.open, since, normal(sides_rows[first.id].drug_name), first.id
