"""The links as the database holds them, each with its event, read without trusting that either can be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.sealing import Keyring
from careteam.services.chain import raw
from careteam.services.chain.events import (
    LINKS,
    NOBODY,
    Event,
    Log,
    dialect_of,
    events_of,
    instant_of_text,
    uuid_of_text,
)
from careteam.services.chain.links import Place, opened

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Link:
    """A link and its event. `hash` is None where the link was altered, `event` where it is gone."""

    where: Place
    event_id: UUID | None
    hash: str | None
    event: Event | None

    @property
    def kind(self) -> str:
        """The log."""
        return self.where.kind

    @property
    def chain(self) -> UUID:
        """The patient, or the practice."""
        return self.where.chain

    @property
    def position(self) -> int:
        """The place in the chain, from 1."""
        return self.where.position

    @property
    def seal(self) -> int:
        """The number of the seal."""
        return self.where.seal

    @property
    def sealed_at(self) -> datetime:
        """When it was sealed."""
        return self.where.sealed_at

    @property
    def at(self) -> datetime | None:
        """What the event says of when it happened."""
        return self.event.at if self.event else None


def each(session: Session, ring: Keyring, log: Log) -> Iterator[Link]:
    """Yield the links of a log, chain by chain, in order."""
    dialect = dialect_of(session)
    query = (
        select(*raw.columns(LINKS, dialect), *raw.columns(log.events, dialect))
        .outerjoin_from(LINKS, log.events, log.events.c.id == LINKS.c.id)
        .where(LINKS.c.kind == log.kind)
        .order_by(LINKS.c.chain, LINKS.c.position)
    )
    for rows in session.execute(query, execution_options={"yield_per": AT_ONCE}).partitions():
        yield from _links(session, ring, log, rows)


def _links(session: Session, ring: Keyring, log: Log, rows: Sequence[Any]) -> Iterator[Link]:
    width, dialect = len(raw.names(LINKS)), dialect_of(session)
    place = width + raw.names(log.events).index("id")
    there = [row[width:] for row in rows if row[place] is not None]
    events = iter(events_of(session, log, there))
    for row in rows:
        event = next(events) if row[place] is not None else None
        yield _link(ring, log, raw.stored(row[:width]), event, dialect)


def _link(ring: Keyring, log: Log, stored: Sequence[raw.Bytes], event: Event | None, dialect: str) -> Link:
    said = raw.plain(LINKS, stored, dialect, "id", "chain", "sealed_at", "position", "seal")
    event_id, chain, at = uuid_of_text(said[0]), uuid_of_text(said[1]), instant_of_text(said[2])
    position, seal = _number(said[3]), _number(said[4])
    where = Place(log.kind, chain or NOBODY, position or 0, seal or 0, at or datetime.min.replace(tzinfo=UTC))
    readable = None not in {event_id, chain, at, position, seal}
    if not (readable and (dialect != "sqlite" or _as_written(stored, event_id, where))):
        return Link(where, event_id, None, event)
    value = stored[raw.names(LINKS).index("hash")]
    assert event_id is not None
    return Link(where, event_id, opened(ring, event_id, _blob(value, dialect)), event)


def _as_written(stored: Sequence[raw.Bytes], event_id: UUID | None, where: Place) -> bool:
    """Say whether SQLite, which takes anything, holds the values in the form in which they were written."""
    form = dict(zip(raw.names(LINKS), stored, strict=True))
    wanted = {
        "id": f"text:{event_id.hex if event_id else ''}",
        "chain": f"text:{where.chain.hex}",
        "position": f"integer:{where.position}",
        "seal": f"integer:{where.seal}",
        "sealed_at": f"text:{where.sealed_at:%Y-%m-%d %H:%M:%S.%f}",
    }
    return all(form[name] == value.encode() for name, value in wanted.items())


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _blob(value: raw.Bytes, dialect: str) -> bytes:
    if dialect == "sqlite":
        kind, _, found = (value or b"").partition(b":")
        return found if kind == b"blob" else b""
    return bytes.fromhex((value or b"").decode().removeprefix("\\x"))
