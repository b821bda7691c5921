"""The change events of medication entries: written sealed, read in order, shown whole."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from careteam.errors import Invalid
from careteam.models import MedicationEvent
from careteam.models.types import new_id
from careteam.policy.medication import Change, holding
from careteam.policy.vocabulary import MedicationChange
from careteam.services.record.items import on_behalf_of
from careteam.services.record.records import Record
from careteam.vault import seal, unseal

_EVENT = MedicationEvent.__table__.c


@dataclass(frozen=True, slots=True, kw_only=True)
class HowTaken:
    """Dose, timing and as-needed as somebody states them; what is unset was not said.

    Raises Invalid on a dose value without its unit, a unit without a value, and a value that is not above 0.
    """

    dose_value: Decimal | None = None
    dose_unit: str | None = None
    dose_text: str | None = None
    timing: str | None = None
    as_needed: bool | None = None

    def __post_init__(self) -> None:
        if (self.dose_value is None) != (self.dose_unit is None):
            missing = "dose_unit" if self.dose_unit is None else "dose_value"
            raise Invalid("A dose is a value and its unit, or words.", {missing: ["Give this too, or use dose_text."]})
        if self.dose_value is not None and self.dose_value <= 0:
            raise Invalid("A dose is above 0.", {"dose_value": ["Give an amount above 0."]})

    @property
    def has_dose(self) -> bool:
        """True when a dose is stated, in numbers or in words."""
        return self.dose_value is not None or self.dose_text is not None

    @property
    def says_nothing(self) -> bool:
        """True when neither dose nor timing nor as-needed is stated."""
        return not self.has_dose and self.timing is None and self.as_needed is None


@dataclass(frozen=True, slots=True)
class Event:
    """A change event as the rules see it, and the row that it was read from."""

    change: Change
    reason: str | None
    row: Any


def write(
    session: Session,
    medication_id: UUID,
    change: Change,
    *,
    how: HowTaken,
    reason: str | None = None,
    author_id: UUID | None = None,
    outside_author: str | None = None,
    switched_to_id: UUID | None = None,
    representation_id: UUID | None = None,
    at: datetime,
) -> None:
    """Add an event of this kind, day and position to an entry, its free text sealed."""
    event_id = new_id()
    event = MedicationEvent(
        id=event_id,
        medication_id=medication_id,
        position=change.position,
        kind=change.kind,
        effective_on=change.effective_on,
        author_id=author_id,
        outside_author=outside_author,
        created_at=at,
        dose_value=how.dose_value,
        dose_unit=how.dose_unit,
        dose_text=seal(session, MedicationEvent.dose_text, event_id, how.dose_text),
        timing=seal(session, MedicationEvent.timing, event_id, how.timing),
        as_needed=how.as_needed,
        reason=seal(session, MedicationEvent.reason, event_id, reason),
        switched_to_id=switched_to_id,
        representation_id=representation_id,
    )
    session.add(event)
    session.flush()


def own_only(record: Record) -> list[ColumnElement[bool]]:
    """Return the conditions on events: a former member sees their own and those that came with the entry.

    After they left they read what they wrote and hold "without others' answers, events or labels"
    (`domain.md`, rule 1); events of outside authors came with the import.
    """
    mine = or_(_EVENT.author_id == record.actor.user_id, _EVENT.author_id.is_(None))
    return [mine] if record.scope.former else []


def withdrawn(record: Record) -> ColumnElement[bool]:
    """Return whether an event was taken back, as far as the reader may know."""
    taken_back = _EVENT.withdrawn_at.is_not(None)
    if not record.scope.former:
        return taken_back
    return and_(taken_back, _EVENT.withdrawn_by == record.actor.user_id)


def of(session: Session, record: Record, medication_ids: Collection[UUID]) -> Mapping[UUID, list[Event]]:
    """Return the events of these entries that the reader of the entries may see, each entry's in order."""
    query = (
        select(*_EVENT, withdrawn(record).label("withdrawn"))
        .where(_EVENT.medication_id.in_(medication_ids), *own_only(record))
        .order_by(_EVENT.medication_id, _EVENT.effective_on, _EVENT.position)
    )
    found: dict[UUID, list[Event]] = {}
    for row in session.execute(query) if medication_ids else ():
        found.setdefault(row.medication_id, []).append(_event(session, row))
    return found


def switched_to(events: Iterable[Event]) -> set[UUID]:
    """Return the entries to which these events switch."""
    return {event.row.switched_to_id for event in events} - {None}


def show(events: Sequence[Event], *, today: date, readable: Collection[UUID]) -> list[dict[str, Any]]:
    """Return the events as an entry shows them.

    A switch to an entry that the reader may not read is shown as the stop that it is, so that it does not
    tell of the other entry.
    """
    held = {change.position for change in holding(e.change for e in events)}
    return [_shown(event, event.change.position in held, today, readable) for event in events]


def last_confirmed(events: Iterable[Event]) -> dict[str, Any] | None:
    """Return when and by whom the entry was last said to be right."""
    confirmed = [e.row for e in events if e.change.kind is MedicationChange.CONFIRM]
    last = max(confirmed, key=lambda row: row.position, default=None)
    return {"at": last.created_at, "by": last.author_id} if last else None


def _event(session: Session, row: Any) -> Event:
    dose_text = unseal(session, MedicationEvent.dose_text, row.id, row.dose_text)
    has_dose = row.dose_value is not None or dose_text is not None
    change = Change(
        position=row.position,
        kind=row.kind,
        effective_on=row.effective_on,
        dose={"value": row.dose_value, "unit": row.dose_unit, "text": dose_text} if has_dose else None,
        timing=unseal(session, MedicationEvent.timing, row.id, row.timing),
        as_needed=row.as_needed,
        withdrawn=row.withdrawn,
    )
    return Event(change, unseal(session, MedicationEvent.reason, row.id, row.reason), row)


def _shown(event: Event, held: bool, today: date, readable: Collection[UUID]) -> dict[str, Any]:
    change, row = event.change, event.row
    target = row.switched_to_id if row.switched_to_id in readable else None
    hidden = change.kind is MedicationChange.SWITCH and target is None
    return {
        "id": row.id,
        "kind": MedicationChange.STOP if hidden else change.kind,
        "effective_on": change.effective_on,
        "planned": held and change.effective_on > today,
        "lapsed": not held and not change.withdrawn,
        "withdrawn_at": row.withdrawn_at if change.withdrawn else None,
        "withdrawn_by": row.withdrawn_by if change.withdrawn else None,
        "author_id": row.author_id,
        "outside_author": row.outside_author,
        "on_behalf_of": on_behalf_of(row),
        "created_at": row.created_at,
        "dose": change.dose,
        "timing": change.timing,
        "as_needed": change.as_needed,
        "reason": event.reason,
        "switched_to": target,
    }
