"""What check-ins, supplies and requests have in common: the medication entry that each is about, for one reader.

An item names its entry to whoever may read both; to others it reads as if it named none.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import InstrumentedAttribute, Session

from careteam.errors import Conflict, Invalid, NotPermitted
from careteam.models import Medication
from careteam.policy.representing import reads_section
from careteam.policy.scope import Represented, Shared, opened_labels, opening
from careteam.policy.team import accepted
from careteam.policy.vocabulary import ItemClass, Label, Role
from careteam.services.record.records import Record

PRESCRIBERS_ONLY = "A prescriber of the care team does this."
UNKNOWN = "Name a medication entry that you can read."


@dataclass(frozen=True, slots=True)
class About:
    """The entry that an item is about, as it is shown."""

    id: UUID
    drug_name: str


def readable(session: Session, record: Record, medication_ids: Collection[UUID]) -> Mapping[UUID, About]:
    """Return those of these entries that the reader may read. One statement; none without ids."""
    if not medication_ids:
        return {}
    query = record.rows(Medication, Medication.id, Medication.drug_name)
    rows = session.execute(query.where(Medication.id.in_(set(medication_ids))))
    return {row.id: About(row.id, row.drug_name) for row in rows}


def shown(about: About | None) -> dict[str, Any]:
    """Return how an item names its entry; both null where there is none that the reader may read."""
    return {"medication_id": about.id if about else None, "drug_name": about.drug_name if about else None}


def only_about(
    session: Session, record: Record, column: InstrumentedAttribute[UUID], medication_id: UUID | None
) -> list[ColumnElement[bool]]:
    """Return the filter on items about this entry: one that the reader may not read has none, like one that is not."""
    if medication_id is None:
        return []
    return [column == medication_id] if readable(session, record, [medication_id]) else [false()]


def named(session: Session, record: Record, medication_id: UUID) -> Medication:
    """Return the entry that a body names. Raises Invalid when it is absent or hidden, Conflict when it is in error."""
    row = session.execute(record.rows(Medication, Medication).where(Medication.id == medication_id)).first()
    if row is None:
        raise Invalid(UNKNOWN, {"medication_id": [UNKNOWN]})
    entry: Medication = row[0]
    if entry.error_at is not None:
        raise Conflict("This medication is marked as entered in error: nothing is recorded about it.")
    return entry


def prescribed(session: Session, record: Record, medication_id: UUID) -> Medication:
    """Return an entry as `named` does. Raises Invalid also on what no prescriber here prescribed."""
    entry = named(session, record, medication_id)
    if not entry.prescribed:
        sentence = "Name an entry that is prescribed: this one says what is taken."
        raise Invalid(sentence, {"medication_id": [sentence]})
    return entry


def as_prescriber(record: Record) -> None:
    """Raise NotPermitted unless the actor is a current prescriber of the team."""
    if Role.PRESCRIBER not in record.roles:
        raise NotPermitted(PRESCRIBERS_ONLY)


def marks(entry: Medication, labels: Collection[Label], part2: bool | None) -> tuple[frozenset[Label], bool | None]:
    """Return the labels of an item about this entry: those of the entry among them, since it says no less."""
    stated = entry.part2 if part2 is None and Label.SUBSTANCE_USE in entry.labels else part2
    return frozenset(labels) | entry.labels, entry.part2 or stated


def sees_all(record: Record, item_class: ItemClass, labels: frozenset[Label], *, since: date, today: date) -> bool:
    """Say whether whatever a prescriber recorded of this class and with these labels in these days is there to read.

    Only then may it be said that something was not done: by every prescriber who ever was in the team. Restrictions on
    single items and labels do not count, as everywhere ("What a refusal shows").
    """
    if record.is_patient:
        return True
    if record.scope.former or not (record.is_member or record.representation):
        return False
    others = prescribers(record) - {record.actor.user_id}
    return all(_reads(record, holder, item_class, labels, (since, today)) for holder in others)


def unseen(record: Record, item_class: ItemClass) -> list[dict[str, Any]]:
    """Return the prescribers, past ones too, who do not share this class with the reader."""
    if record.is_patient or record.scope.former:
        return []
    others = sorted(prescribers(record) - {record.actor.user_id})
    hidden = [h for h in others if not _section(record, h, item_class)]
    return [{"kind": "member", "user_id": holder} for holder in hidden]


def prescribers(record: Record) -> frozenset[UUID]:
    """Return everybody who ever was accepted into the team as a prescriber."""
    return frozenset(m.user_id for m in record.team.memberships if accepted(m) and m.role is Role.PRESCRIBER)


def _section(record: Record, holder_id: UUID, item_class: ItemClass) -> bool:
    shares = opening(record.scope, holder_id, item_class)
    return bool(shares) or reads_section(record.scope, holder_id, item_class)


def _reads(
    record: Record, holder_id: UUID, item_class: ItemClass, labels: frozenset[Label], days: tuple[date, date]
) -> bool:
    by_consent = opening(record.scope, holder_id, item_class)
    if any(labels <= opened_labels(p, holder_id, item_class) and _spans(p, days) for p in by_consent):
        return True
    acting = [p for p in record.scope.permits if isinstance(p, Represented)]
    return any(labels <= p.labels for p in acting) and reads_section(record.scope, holder_id, item_class)


def _spans(permit: Shared, days: Sequence[date]) -> bool:
    """Say whether the permit's data period leaves out none of the days between these two."""
    first, last = days
    begins, ends = permit.data_from, permit.data_through
    return (begins is None or begins <= first) and (ends is None or last <= ends)
