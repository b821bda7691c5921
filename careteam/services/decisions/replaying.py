"""Decisions of the log asked again: what was disclosed, and what was refused, by the facts of that instant.

A disagreement means that the log, a stored fact or the rule is not what it was. What decided within a few seconds of
the answer is told apart: on PostgreSQL two requests may overlap, and neither waits for the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.facts import Facts
from careteam.models import AccessEvent, AccessEventItem, Item
from careteam.policy.changes import Decided
from careteam.policy.facts import Reader
from careteam.policy.matching import ItemFact, permit_for
from careteam.policy.scope import Permit
from careteam.policy.sharing import readable
from careteam.services.decisions.past_facts import decided_as_of, items_as_of
from careteam.services.decisions.past_readers import readers_as_of

OVERLAP = timedelta(seconds=5)
"""How far apart two requests may be and still overlap: longer than a request may take."""
BATCH = 200
"""Events that are asked again together."""
_ITEM = Item.__table__.c
READS_ONE = frozenset({"notes.read_note", "medications.read_medication", "allergies.read_allergy"}) | {
    "conditions.read_condition",
    "questions.read_question",
}
"""The operations whose refusal says that an item was absent or hidden; their target is the item."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One item of one event: what the log says, and what the rule says of that instant."""

    event_id: UUID
    item_id: UUID
    logged: str
    replayed: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many decisions were asked again, what disagrees, and what only an overlap explains."""

    decisions: int
    mismatches: tuple[Mismatch, ...] = ()
    overlapping: tuple[Mismatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Logged:
    """What an event says of one item: the clause and the consent or session, or that it was refused."""

    item_id: UUID
    clause: str | None
    by: UUID | None

    def __str__(self) -> str:
        return f"{self.clause} {self.by or ''}".strip() if self.clause else "refused"


def batches(session: Session, *, since: datetime, sample: int | None = None) -> Iterator[Replayed]:
    """Yield what asking again comes to, batch by batch; with a `sample`, of so many events drawn at random."""
    query = select(AccessEvent).where(
        AccessEvent.at >= since,
        AccessEvent.patient_id.is_not(None),
        AccessEvent.actor_id.is_not(None),
        (AccessEvent.items > 0) | ((AccessEvent.outcome == "refused") & AccessEvent.act.in_(READS_ONE)),
    )
    if sample is not None:
        chosen = session.scalars(query.order_by(func.random()).limit(sample)).all()
        yield from (_replayed(session, chosen[n : n + BATCH]) for n in range(0, len(chosen), BATCH))
        return
    last: UUID | None = None
    while events := session.scalars(_after(query, last).order_by(AccessEvent.id).limit(BATCH)).all():
        yield _replayed(session, events)
        last = events[-1].id


def _after(query: Any, last: UUID | None) -> Any:
    return query if last is None else query.where(AccessEvent.id > last)


def _replayed(session: Session, events: Sequence[AccessEvent]) -> Replayed:
    found = facts.of_patients(session, {e.patient_id for e in events if e.patient_id})
    logged = _logged(session, events)
    wanted = {entry.item_id for entries in logged.values() for entry in entries}
    rows = {row.id: row for row in session.execute(select(*_ITEM).where(_ITEM.id.in_(wanted)))} if wanted else {}
    decisions, wrong, overlapping = 0, list[Mismatch](), list[Mismatch]()
    for event in events:
        entries = [entry for entry in logged[event.id] if entry.item_id in rows]
        decisions += len(entries)
        for entry in _differing(session, event, found, entries, rows, event.at):
            near = (event.at - OVERLAP, event.at + OVERLAP)
            told = any(not _differing(session, event, found, [entry[0]], rows, moment) for moment in near)
            mismatch = Mismatch(event.id, entry[0].item_id, str(entry[0]), entry[1])
            (overlapping if told else wrong).append(mismatch)
    return Replayed(decisions, tuple(wrong), tuple(overlapping))


def _differing(
    session: Session,
    event: AccessEvent,
    found: Mapping[UUID, Facts],
    entries: Iterable[Logged],
    rows: Mapping[UUID, Any],
    at: datetime,
) -> list[tuple[Logged, str]]:
    """Return the entries of which the rule says something else at this instant, and what it says."""
    assert event.patient_id
    assert event.actor_id
    listed = list(entries)
    decided = decided_as_of(session, event.patient_id, found[event.patient_id], at=at)
    reader = readers_as_of(session, [event.actor_id], at=at)[event.actor_id]
    items = items_as_of(session, [rows[entry.item_id] for entry in listed], at=at)
    answers = [(entry, _answer(decided, reader, items.get(entry.item_id), at)) for entry in listed]
    return [(entry, str(answer)) for entry, answer in answers if (entry.clause, entry.by) != (answer.clause, answer.by)]


def _answer(decided: Decided, reader: Reader, item: ItemFact | None, at: datetime) -> Logged:
    if item is None:
        return Logged(UUID(int=0), None, None)
    scope = readable(reader, decided.team, decided.consents, decided.restrictions, decided.grounds, at=at)
    permit = permit_for(scope, item)
    return Logged(item.id, permit.clause, _by(permit)) if permit else Logged(item.id, None, None)


def _by(permit: Permit) -> UUID | None:
    by = getattr(permit, "consent_id", None) or getattr(permit, "session_id", None)
    assert by is None or isinstance(by, UUID)
    return by


def _logged(session: Session, events: Sequence[AccessEvent]) -> Mapping[UUID, list[Logged]]:
    found: dict[UUID, list[Logged]] = defaultdict(list)
    query = select(AccessEventItem).where(AccessEventItem.event_id.in_([e.id for e in events]))
    for row in session.scalars(query):
        found[row.event_id].append(Logged(row.item_id, row.clause, row.consent_id or row.emergency_id))
    for event in events:
        if event.outcome == "refused":
            found[event.id].append(Logged(UUID(event.target), None, None))
    return found
