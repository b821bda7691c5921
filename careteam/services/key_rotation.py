"""Seals every stored text anew under the current key, so that an old key can be dropped.

Nothing else changes: no version, no ETag, no date. What is sealed by the current key already is left alone, so
that a rotation which was stopped goes on where it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from careteam.models import Base
from careteam.models.types import Sealed
from careteam.sealing import Keyring, Unsealable
from careteam.vault import keyring, place

BATCH = 200
"""Rows that are locked and committed together."""

Column = InstrumentedAttribute[bytes | None]


@dataclass(frozen=True, slots=True)
class Progress:
    """One batch of one table: values read, sealed anew, and those that no key of the ring opens."""

    table: str
    values: int
    resealed: int
    unreadable: int


def sealed_columns() -> Mapping[Table, tuple[Column, ...]]:
    """Return every column of every model that holds sealed text, by its own table."""
    found: dict[Table, tuple[Column, ...]] = {}
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__):
        table = mapper.local_table
        sealed = tuple(
            attribute.class_attribute
            for attribute in mapper.column_attrs
            if isinstance(attribute.columns[0].type, Sealed) and attribute.columns[0].table is table
        )
        if sealed and isinstance(table, Table):
            found[table] = sealed
    return found


def batches(session: Session, *, size: int = BATCH) -> Iterator[Progress]:
    """Yield after each batch, which the caller then commits before asking for the next one.

    The session begins without a transaction.
    """
    for table, columns in sealed_columns().items():
        last: UUID | None = None
        while rows := _locked(session, table, columns, after=last, size=size):
            last = rows[-1].id
            yield _resealed(session, table, columns, rows)


def _locked(session: Session, table: Table, columns: Iterable[Column], *, after: UUID | None, size: int) -> list[Any]:
    """Return the next rows, held against a change in between.

    On PostgreSQL the newest version of each, waited for: a snapshot from before somebody's change would be refused.
    """
    if session.get_bind().dialect.name == "postgresql" and not session.in_transaction():
        session.connection(execution_options={"isolation_level": "READ COMMITTED"})
    query = select(table.c.id, *(table.c[column.key] for column in columns)).order_by(table.c.id).limit(size)
    if after is not None:
        query = query.where(table.c.id > after)
    return list(session.execute(query.with_for_update()))


def _resealed(session: Session, table: Table, columns: Iterable[Column], rows: Iterable[Any]) -> Progress:
    ring, values, changes, unreadable = keyring(session), 0, 0, 0
    for row in rows:
        stored = {column: row._mapping[column.key] for column in columns}
        values += sum(value is not None for value in stored.values())
        fresh, failed = _fresh(ring, row.id, stored)
        changes, unreadable = changes + len(fresh), unreadable + failed
        if fresh:
            session.execute(update(table).where(table.c.id == row.id).values(fresh))
    return Progress(table.name, values, changes, unreadable)


def _fresh(ring: Keyring, row: UUID, stored: Mapping[Column, bytes | None]) -> tuple[dict[str, bytes], int]:
    fresh: dict[str, bytes] = {}
    failed = 0
    for column, value in stored.items():
        if value is None or ring.is_current(value):
            continue
        try:
            fresh[column.key] = ring.seal(ring.unseal(value, place(column, row)), place(column, row))
        except Unsealable:
            failed += 1
    return fresh, failed
