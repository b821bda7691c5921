"""Entries of the medication list that another item names: they are told only to who may read them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from careteam.errors import Invalid
from careteam.models import Medication
from careteam.policy.medication import state_on
from careteam.policy.vocabulary import Label, MedicationChange, MedicationStatus
from careteam.services.medications import medication_events
from careteam.services.record.items import item_columns, labelled
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record

COLUMNS = (*item_columns(Medication), Medication.drug_name, Medication.rxnorm_code, Medication.error_at)


def readable(record: Record) -> Select[tuple[UUID]]:
    """Return the ids of the entries that the reader may read, as a part of a larger statement."""
    return select(record.rows(Medication, Medication.id).subquery().c.id)


def named(session: Session, record: Record, entry_ids: Iterable[UUID | None]) -> Mapping[UUID, Any]:
    """Return those of these entries that the reader may read (`COLUMNS`). One statement; none where none is named."""
    wanted = set(entry_ids) - {None}
    if not wanted:
        return {}
    query = record.rows(Medication, *COLUMNS).where(Medication.id.in_(wanted))
    return {row.id: row for row in session.execute(query)}


def to_name(session: Session, record: Record, entry_id: UUID) -> Any:
    """Return the entry that somebody wants to name. Raises Invalid unless they read it and it stands."""
    found = named(session, record, [entry_id]).get(entry_id)
    if found is None or found.error_at is not None:
        raise Invalid(
            "This names no entry that stands.", {"medication_id": ["Choose an entry of the medication list."]}
        )
    return found


def labels_with(entry: Any, labels: Collection[Label], part2: bool | None) -> dict[str, Any]:
    """Return the labels of an item that names this entry (or none): those that are chosen, and the entry's own.

    What is said of a medication says no less than the medication, whoever says otherwise.
    """
    if entry is None:
        return labelled(labels, part2)
    of_entry = Label.SUBSTANCE_USE in entry.labels and Label.SUBSTANCE_USE not in labels
    stated = entry.part2 if part2 is None and of_entry else part2
    return labelled({*labels, *entry.labels}, entry.part2 or stated)


def taken(session: Session, record: Record) -> list[Any]:
    """Return the entries that the reader may read and that are not stopped today (`COLUMNS`). Two statements."""
    rows = session.execute(record.rows(Medication, *COLUMNS).where(Medication.error_at.is_(None))).all()
    events = medication_events.of(session, record, [row.id for row in rows])
    today = patient_day(record).today
    return [
        row
        for row in rows
        if state_on(today, [event.change for event in events.get(row.id, ())]).status is not MedicationStatus.STOPPED
    ]


def caused(
    session: Session, record: Record, event_id: UUID, kinds: Collection[MedicationChange], *, of: UUID | None
) -> UUID:
    """Return the id of a change that somebody wants to name as caused by something.

    It is of the entry `of`, where that is given, and else of any that they read. Raises Invalid otherwise.
    """
    query = record.rows(Medication, Medication.id)
    entries = [row.id for row in session.execute(query if of is None else query.where(Medication.id == of))]
    for found in medication_events.of(session, record, entries).values():
        for event in found:
            if event.row.id == event_id and event.change.kind in kinds and not event.change.withdrawn:
                return event_id
    words = " or ".join(sorted(kind.replace("_", " ") for kind in kinds))
    raise Invalid("This names no change that it caused.", {"event_id": [f"Choose a change of the entry: {words}."]})
