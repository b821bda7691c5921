"""The logs that are chained, and their events as bytes: an event with all its columns, and all rows under it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, exists, select
from sqlalchemy.orm import Session

from careteam.models import AccessEvent, AccessEventItem, AdministrationEvent, Base, LogLink
from careteam.services.chain import raw

NOBODY = UUID(int=0)
"""The chain of events that name no patient."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log: its events, the column that says in which chain one is, and the rows that belong to an event."""

    kind: str
    events: Table
    chained_by: str
    parts: Table | None = None
    part_of: str = ""


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]


LOGS = (
    Log("access", _table(AccessEvent), "patient_id", _table(AccessEventItem), "event_id"),
    Log("administration", _table(AdministrationEvent), "practice_id"),
)
LINKS = _table(LogLink)


@dataclass(frozen=True, slots=True)
class Event:
    """One event as the database holds it. `id` is None where it is not an id any more."""

    id: UUID | None
    chain: UUID
    at: datetime | None
    content: bytes


def unlinked(session: Session, log: Log, *, after: UUID | None, limit: int) -> list[Event]:
    """Return the committed events that have no link yet, oldest first; only ids after one where that is given."""
    linked = exists().where(LINKS.c.id == log.events.c.id)
    query = (
        select(*_columns(session, log.events))
        .select_from(log.events)
        .where(~linked)
        .order_by(log.events.c.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(log.events.c.id > after)
    return events_of(session, log, session.execute(query).all())


def events_of(session: Session, log: Log, rows: Iterable[Sequence[Any]]) -> list[Event]:
    """Return rows that begin with the event's raw columns as events, with the rows that belong to them."""
    width = len(raw.names(log.events))
    stored = [raw.stored(row[:width]) for row in rows]
    place = raw.names(log.events).index("id")
    parts = parts_of(session, log, [found for values in stored if (found := uuid_of(session, values[place]))])
    return [_event(session, log, values, parts.get(values[place], ())) for values in stored]


def parts_of(session: Session, log: Log, ids: Sequence[UUID]) -> Mapping[raw.Bytes, list[bytes]]:
    """Return the canonical rows under these events, by the event's raw id, in one statement."""
    found: dict[raw.Bytes, list[bytes]] = defaultdict(list)
    if log.parts is None or not ids:
        return found
    dialect, place = dialect_of(session), raw.names(log.parts).index(log.part_of)
    query = select(*_columns(session, log.parts)).select_from(log.parts).where(log.parts.c[log.part_of].in_(ids))
    for row in session.execute(query):
        values = raw.stored(row)
        found[values[place]].append(raw.canonical(log.parts, values, dialect))
    return found


def _event(session: Session, log: Log, values: Sequence[raw.Bytes], parts: Sequence[bytes]) -> Event:
    dialect = dialect_of(session)
    event_id, chain, at = raw.plain(log.events, values, dialect, "id", log.chained_by, "at")
    content = b"".join([raw.canonical(log.events, values, dialect), *sorted(parts)])
    return Event(uuid_of_text(event_id), uuid_of_text(chain) or NOBODY, instant_of_text(at), content)


def _columns(session: Session, table: Table) -> tuple[Any, ...]:
    return raw.columns(table, dialect_of(session))


def dialect_of(session: Session) -> str:
    """Return the kind of the database."""
    return session.get_bind().dialect.name


def uuid_of(session: Session, value: raw.Bytes) -> UUID | None:
    """Return a raw column as an id; None where it is none."""
    text = (value or b"").decode(errors="replace")
    return uuid_of_text(text.partition(":")[2] if dialect_of(session) == "sqlite" else text)


def uuid_of_text(text: str | None) -> UUID | None:
    """Return the id that a text is; None where it is none."""
    with suppress(ValueError):
        return UUID(text) if text else None
    return None


def instant_of_text(text: str | None) -> datetime | None:
    """Return the instant (UTC) that a text is; None where it is none."""
    with suppress(ValueError):
        found = datetime.fromisoformat(text) if text else None
        return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)
    return None
