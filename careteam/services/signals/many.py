"""Several records at once: one statement through the gate, whatever their number."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, union_all
from sqlalchemy.orm import Session

from careteam.services.record.records import Record

AT_ONCE = 400
"""Of how many patients one statement asks: SQLite takes 500 parts. A caseload is hardly ever longer."""

Of = Callable[[Record], Select[*tuple[Any, ...]]]
"""What is asked of one record; among its columns is `patient_id`."""


def by_patient(session: Session, records: Iterable[Record], of: Of) -> Mapping[UUID, list[Any]]:
    """Return the rows of each of these records, under its patient; every record has an entry."""
    wanted = tuple(records)
    found: dict[UUID, list[Any]] = {record.patient_id: [] for record in wanted}
    for row in _rows(session, wanted, of):
        found[row.patient_id].append(row)
    return found


def _rows(session: Session, records: Sequence[Record], of: Of) -> Iterator[Any]:
    for start in range(0, len(records), AT_ONCE):
        parts = [of(record) for record in records[start : start + AT_ONCE]]
        yield from session.execute(parts[0] if len(parts) == 1 else union_all(*parts))
