"""Intake: parts by the patient and the clinicians, each held by its writer, gathered by the intake they belong to.

A part names the one that it was added to. A reader who may not read that one is shown the part as if it named none:
a clinician's then begins an intake, and the patient's stands for itself.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid
from careteam.models import Intake
from careteam.policy.treatment_words import IntakeSection
from careteam.policy.vocabulary import ItemClass, Label
from careteam.services.log import access_log
from careteam.services.paging import page
from careteam.services.record import reading
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record, open_to_report
from careteam.vault import seal, unseal

COLUMNS = (
    *item_columns(Intake),
    Intake.opens_id,
    Intake.section,
    Intake.text,
    Intake.error_reason,
    Intake.error_at,
)


@dataclass(frozen=True, slots=True)
class Added:
    """Which of the parts that one reader may read were added to which; the others begin something."""

    to: Mapping[UUID, UUID]

    def root(self, part_id: UUID) -> UUID:
        """Return the part with which this one's intake begins for the reader."""
        while part_id in self.to:
            part_id = self.to[part_id]
        return part_id


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, at: datetime, limit: int, cursor: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of intakes, newest first, each with the parts that the actor may read, and the next cursor.

    What the patient wrote beside any intake comes as a group of its own, without an intake. Raises NotFound, and
    Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    begins = or_(Intake.opens_id.is_(None), Intake.opens_id.not_in(_ids(record)))
    query = record.rows(Intake, *COLUMNS).where(begins).order_by(Intake.date.desc(), Intake.id.desc())
    found = page(session, query, limit=limit, cursor=cursor)
    added = _added(session, record)
    under = {part for part in added.to if added.root(part) in {row.id for row in found.rows}}
    rows = [*found.rows, *_rows(session, record, under)]
    access_log.disclosed(session, record.actor, patient_id, "read-intake", record.seen(rows), at=at)
    groups: dict[UUID, list[Any]] = {}
    for row in rows:
        groups.setdefault(added.root(row.id), []).append(row)
    return [_group(session, record, parts) for parts in groups.values()], found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, part_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one part. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), INTAKES, part_id)


def write(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    section: IntakeSection,
    text: str,
    intake_id: UUID | None = None,
    date: date | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Write a part. With `intake_id` it is added to that intake; without, a clinician's begins one.

    Raises NotPermitted to former members, Conflict when the patient has died or the intake is entered in error,
    Invalid when there is no such intake that the writer can see.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.INTAKE, at=at)
    if intake_id is not None:
        _refuse_intake(session, record, intake_id)
    begun = beginning(record, ItemClass.INTAKE, on=date, labels=labels, part2=part2)
    made = Intake(**begun, section=section, opens_id=intake_id)
    made.text = seal(session, Intake.text, made.id, text)
    session.add(made)
    return reading.changed(session, record, INTAKES, "write-intake-part", made.id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, part_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own part as entered in error; also after leaving the team. What was added to it stays."""
    ids = (patient_id, INTAKES, part_id, "intake-part-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return these rows (`COLUMNS`) as they are shown, each with the intake that it belongs to for this reader."""
    added = _added(session, record) if rows else Added({})
    begun = _begun(session, record, added, rows)
    return [_part(session, record, row, added.root(row.id) if added.root(row.id) in begun else None) for row in rows]


INTAKES = Kind(Intake, COLUMNS, "read-intake-part", "read-intake", present)


def _refuse_intake(session: Session, record: Record, intake_id: UUID) -> None:
    """Refuse what is no intake to the writer: absent, hidden, a part of one, or the patient's own words."""
    rows = _rows(session, record, [intake_id])
    if not rows or rows[0].holder_id is None or _added(session, record).root(intake_id) != intake_id:
        raise Invalid("There is no such intake that you can see.", {"intake_id": ["Choose one that you can read."]})
    if rows[0].error_at is not None:
        raise Conflict("This intake is marked as entered in error: begin a new one.")


def _group(session: Session, record: Record, rows: Sequence[Any]) -> dict[str, Any]:
    first = rows[0]
    intake_id = first.id if first.holder_id else None
    return {
        "intake_id": intake_id,
        "begun_by": first.author_id if intake_id else None,
        "begun_on": first.date if intake_id else None,
        "parts": [_part(session, record, row, intake_id) for row in rows],
    }


def _part(session: Session, record: Record, row: Any, intake_id: UUID | None) -> dict[str, Any]:
    return {
        **heading(record, row),
        "intake_id": intake_id,
        "section": row.section,
        "text": unseal(session, Intake.text, row.id, row.text),
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, Intake.error_reason, row.id, row.error_reason),
    }


def _added(session: Session, record: Record) -> Added:
    """Return what was added to what, of the parts that the reader may read both of."""
    query = record.rows(Intake, Intake.id, Intake.opens_id).where(Intake.opens_id.in_(_ids(record)))
    return Added({row.id: row.opens_id for row in session.execute(query)})


def _begun(session: Session, record: Record, added: Added, rows: Sequence[Any]) -> frozenset[UUID]:
    """Return which of the parts with which these begin are clinicians': only those are intakes."""
    query = record.rows(Intake, Intake.id).where(Intake.id.in_({added.root(row.id) for row in rows}))
    return frozenset(row.id for row in session.execute(query.where(Intake.holder_id.is_not(None))))


def _ids(record: Record) -> Any:
    return select(record.rows(Intake, Intake.id).subquery().c.id)


def _rows(session: Session, record: Record, part_ids: Collection[UUID]) -> Sequence[Any]:
    """Return these parts, oldest first; no statement without ids."""
    if not part_ids:
        return ()
    query = record.rows(Intake, *COLUMNS).where(Intake.id.in_(part_ids))
    return session.execute(query.order_by(Intake.date, Intake.id)).all()
