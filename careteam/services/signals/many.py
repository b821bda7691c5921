"""Several records at once: one statement through the gate, whatever their number."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from careteam import access
from careteam.actor import Actor
from careteam.models import Item
from careteam.policy.scope import Scope
from careteam.services.record.records import Record

AT_ONCE = 200
"""Of how many patients one statement asks: SQLite takes 32,766 values in one. A caseload is hardly ever longer."""


@dataclass(frozen=True, slots=True)
class Several:
    """Records of several patients, to whom the viewer stands in the same way: to none of them as the patient, or to
    their own.
    """

    actor: Actor
    party: UUID | None
    """The side of the viewer: their own, or the patient's, which is without a user."""
    scopes: Sequence[Scope]

    def rows(self, model: type[Item], *columns: Any) -> Select[*tuple[Any, ...]]:
        """Return the SELECT of what the viewer may read (see `careteam.access.visible_in_each`)."""
        return access.visible_in_each(model, self.scopes, *columns)


Of = Callable[[Several], Select[*tuple[Any, ...]]]
"""What is asked of them; among its columns is `patient_id`."""


def by_patient(session: Session, records: Iterable[Record], of: Of) -> Mapping[UUID, list[Any]]:
    """Return the rows of each of these records, under its patient; every record has an entry.

    One statement; one more where one of the records is the viewer's own, or of somebody for whom they act.
    """
    wanted = tuple(records)
    found: dict[UUID, list[Any]] = {record.patient_id: [] for record in wanted}
    for several in _alike(wanted):
        for row in session.execute(of(several)):
            found[row.patient_id].append(row)
    return found


def _alike(records: Sequence[Record]) -> Iterator[Several]:
    sides: dict[UUID | None, list[Record]] = {}
    for record in records:
        sides.setdefault(_party(record), []).append(record)
    for party, alike in sides.items():
        for start in range(0, len(alike), AT_ONCE):
            part = alike[start : start + AT_ONCE]
            yield Several(part[0].actor, party, [record.scope for record in part])


def _party(record: Record) -> UUID | None:
    return record.actor.user_id if record.is_member and not record.is_patient else None
