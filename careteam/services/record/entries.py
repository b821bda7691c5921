"""What writing an allergy and writing a condition have in common: whose it is, its day, and how it is taken back."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotPermitted
from careteam.models import Allergy, Condition, Item
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Label, Power
from careteam.services.record import reading
from careteam.services.record.item_changes import touch
from careteam.services.record.items import labelled
from careteam.services.record.patient_days import patient_day
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record, open_to_write
from careteam.vault import seal

Entry = Allergy | Condition
NOT_YOURS = "Only its author or holder changes this entry: record what you know as an entry of your own."


def beginning(
    record: Record, item_class: ItemClass, *, on: date | None, labels: Iterable[Label], part2: bool | None
) -> dict[str, Any]:
    """Return the columns of a new item by the actor: its author, and its holder (the patient holds their own).

    `on` is the day on which it was found or told; today where the patient lives, if unset. Raises Conflict when
    the patient has died, Invalid on a day before birth or in the future.
    """
    day = patient_day(record)
    if day.died:
        raise Conflict("The patient has died: nothing new is recorded.")
    return {
        "id": new_id(),
        "patient_id": record.patient_id,
        "item_class": item_class,
        "author_id": record.actor.user_id,
        "representation_id": record.actor.representation_id,
        "holder_id": holder_of(record),
        "date": day.fitting(on or day.today, "date", plans=False),
        "created_at": record.at,
        "updated_at": record.at,
        **labelled(labels, part2),
    }


def holder_of(record: Record) -> UUID | None:
    """Return who holds what the actor writes: the patient what is reported by them, or on their behalf."""
    return None if record.speaks(Power.REPORT) else record.actor.user_id


def holds(record: Record, item: Item) -> bool:
    """Say whether the actor holds the item, or reports for the patient who holds it what somebody reported so before.

    The patient's own words are the patient's alone.
    """
    if item.holder_id is not None:
        return item.holder_id == record.actor.user_id
    return record.is_patient or (record.speaks(Power.REPORT) and item.representation_id is not None)


def own(
    session: Session, actor: Actor, patient_id: UUID, kind: Kind, item_id: UUID, *, current: bool = True, at: datetime
) -> tuple[Record, Any]:
    """Return an entry of one's own, to change it. Raises NotFound, and NotPermitted on another's.

    `current`: for the patient, who reports for them, and current members alone.
    """
    if current:
        record = open_to_write(session, actor, patient_id, power=Power.REPORT, at=at)
    else:
        record = open_record(session, actor, patient_id, at=at)
    entry = reading.to_change(session, record, kind, item_id)
    if entry.author_id != actor.user_id and not holds(record, entry):
        raise NotPermitted(NOT_YOURS)
    return record, entry


def take_back(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    kind: Kind,
    item_id: UUID,
    act: str,
    *,
    reason: str,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Mark one's own entry as entered in error; also possible after leaving the team. It stays readable, marked.

    Raises NotFound, NotPermitted, Stale, Conflict when it is marked already.
    """
    record, entry = own(session, actor, patient_id, kind, item_id, current=False, at=at)
    touch(entry, version=record.version_meant(entry, version), at=at)
    if entry.error_at is not None:
        raise Conflict("This entry is marked as entered in error already.")
    entry.error_at = at
    entry.error_reason = seal(session, type(entry).error_reason, entry.id, reason)
    return reading.changed(session, record, kind, act, entry.id)


def listed(value: Sequence[Any] | None) -> str | None:
    """Return a list as the text that is sealed; an empty one is nothing."""
    return json.dumps(list(value)) if value else None


def unlisted(text: str | None) -> list[Any]:
    """Return the list of such a text."""
    found: list[Any] = json.loads(text) if text else []
    return found
