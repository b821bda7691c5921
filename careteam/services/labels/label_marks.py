"""What every act on an item's labels has in common: whose it is, what is kept, and what is answered."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound, NotPermitted
from careteam.models import Item, LabelChange
from careteam.models.types import new_id
from careteam.policy.vocabulary import Label, Power
from careteam.services.log import access_log
from careteam.services.medications.reconciliation_rows import may_be_known
from careteam.services.record.items import heading, item_columns
from careteam.services.record.records import Record, open_to_write
from careteam.vault import seal

PART2 = "part2"
"""How the flag is called in the history of labels."""


def open_item(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    item_id: UUID,
    *,
    may: Callable[[Record, Item], bool],
    otherwise: str,
    at: datetime,
) -> tuple[Record, Item]:
    """Return an item of any class, for a current member or the patient who may do this with it.

    Raises NotFound when it is absent or hidden, NotPermitted with the sentence.
    """
    record = open_to_write(session, actor, patient_id, power=Power.REPORT, at=at)
    known = may_be_known(record.scope, actor.user_id)
    row = session.execute(record.rows(Item, Item).where(Item.id == item_id, known)).first()
    if row is None:
        raise NotFound
    item: Item = row[0]
    if not may(record, item):
        raise NotPermitted(otherwise)
    return record, item


def mark(
    session: Session,
    item: Item,
    labels: frozenset[Label],
    part2: bool,
    *,
    by: UUID,
    reason: str | None = None,
    at: datetime,
) -> None:
    """Give the item these labels and this flag (see `change_labels`), and flush."""
    change_labels(session, item, labels, part2, by=by, reason=reason, at=at)
    session.flush()


def change_labels(
    session: Session,
    item: Item,
    labels: frozenset[Label],
    part2: bool,
    *,
    by: UUID,
    reason: str | None = None,
    at: datetime,
) -> None:
    """Give the item these labels and this flag, and keep every single change; the reason goes with removals."""
    added, removed = labels - item.labels, item.labels - labels
    denied = not part2 and (item.part2 or Label.SUBSTANCE_USE in added)
    for word in (*sorted(added), *([PART2] if part2 and not item.part2 else [])):
        _keep(session, item, word, added=True, by=by, at=at)
    for word in (*sorted(removed), *([PART2] if denied else [])):
        _keep(session, item, word, added=False, by=by, reason=reason, at=at)
    item.labels, item.part2 = labels, part2


def leave_out(
    session: Session, item: Item, labels: frozenset[Label], *, by: UUID, reason: str | None, at: datetime
) -> None:
    """Keep that these labels were suggested for the item and not taken, with the reason if there is one."""
    for word in sorted(labels):
        _keep(session, item, word, added=False, left_out=True, by=by, reason=reason, at=at)


def changed(session: Session, record: Record, act: str, item: Item) -> dict[str, Any]:
    """Log the act and return the item's heading as it is now."""
    session.flush()
    row = row_of(session, record, item)
    access_log.changed(
        session, record.actor, record.patient_id, act, target=item.id, items=record.seen([row]), at=record.at
    )
    return heading(record, row)


def unchanged(session: Session, record: Record, item: Item) -> dict[str, Any]:
    """Return the heading of an item that is as it was asked to be."""
    row = row_of(session, record, item)
    access_log.disclosed(session, record.actor, record.patient_id, "read-labels", record.seen([row]), at=record.at)
    return heading(record, row)


def is_holder(record: Record, item: Item) -> bool:
    """Say whether the actor holds the item."""
    return record.is_patient if item.holder_id is None else item.holder_id == record.actor.user_id


def is_own(record: Record, item: Item) -> bool:
    """Say whether the actor is the patient, or wrote or holds the item."""
    return record.is_patient or item.author_id == record.actor.user_id or is_holder(record, item)


def row_of(session: Session, record: Record, item: Item) -> Any:
    """Return the gate row of the item, for its heading and the log."""
    return session.execute(record.rows(Item, *item_columns(Item)).where(Item.id == item.id)).one()


def _keep(
    session: Session,
    item: Item,
    word: str,
    *,
    added: bool,
    left_out: bool = False,
    by: UUID,
    reason: str | None = None,
    at: datetime,
) -> None:
    change_id = new_id()
    session.add(
        LabelChange(
            id=change_id,
            item_id=item.id,
            label=word,
            added=added,
            left_out=left_out,
            author_id=by,
            at=at,
            reason=seal(session, LabelChange.reason, change_id, reason),
        )
    )
