"""What the patient sent to whom, and taking it back: the permits of single items, as the patient finds them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from careteam import access
from careteam.actor import Actor
from careteam.errors import Conflict, NotFound, NotPermitted
from careteam.models import Direction, Item
from careteam.policy.vocabulary import SHAREABLE_CLASSES, Power
from careteam.services.directing import sending
from careteam.services.directing.own import open_own
from careteam.services.log import access_log
from careteam.services.measures import safety
from careteam.services.medications.reconciliation_rows import may_be_known
from careteam.services.paging import page
from careteam.services.record.entries import holds
from careteam.services.record.records import Record, open_record
from careteam.services.record.subjects import subject, with_subjects

NOT_YOURS = "Only the patient sends this, or who reported it for them: it is their permit."
_SENT = Direction.__table__.c
_COLUMNS = (
    Item.id,
    Item.item_class,
    Item.holder_id,
    Item.version,
    Item.part2,
    Item.date,
)


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    user_id: UUID | None = None,
    standing: bool | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of what was sent to whom, newest first, taken back or not, and the next cursor.

    Filters: `user_id` (to whom), `standing` (not taken back, or only taken back). For the patient, and who reports for
    them (of the items that they may read). Raises NotFound to everybody else, Invalid on a cursor that is not ours.
    """
    record = open_own(session, actor, patient_id, at=at)
    where = [*([_SENT.user_id == user_id] if user_id else []), *_standing(standing)]
    columns = (_SENT.id, _SENT.item_id, _SENT.user_id, _SENT.sent_at, _SENT.revoked_at)
    opened = record.rows(Item, Item.id).where(Item.holder_id.is_(None)).subquery()
    query = select(*columns).join(opened, opened.c.id == _SENT.item_id).where(*where).order_by(_SENT.id.desc())
    found = page(session, query, limit=limit, cursor=cursor, whose=patient_id)
    items = {row.id: row for row in _items(session, record, {row.item_id for row in found.rows})}
    access_log.disclosed(session, record.actor, patient_id, "read-sent-items", record.seen(items.values()), at=at)
    return [{**_about(session, items[row.item_id]), "to": _person(record, row)} for row in found.rows], found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, item_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return to whom one item of the patient's is and was sent, and who reads it now. Raises NotFound."""
    record = open_own(session, actor, patient_id, at=at)
    item = _found(session, record, item_id)
    if item.holder_id is not None:
        raise NotFound
    return _shown(session, record, item, changed=None)


def send(
    session: Session, actor: Actor, patient_id: UUID, item_id: UUID, *, send_to: Collection[UUID], at: datetime
) -> dict[str, Any]:
    """Send an item that the patient holds to these members besides; the version of the item stays what it is.

    Raises NotFound, NotPermitted, Conflict (not signed, marked as entered in error, or its labels wait to be
    confirmed), Invalid when somebody named is no current member.
    """
    record, item = _own(session, actor, patient_id, item_id, at=at)
    _check_may_be_sent(item)
    delivery = sending.send(session, record, item, send_to)
    safety.tell_whom_it_was_sent(session, record, item, delivery.sent)
    shown = _shown(session, record, item, changed="send-item" if delivery.sent else None)
    return {**shown, "delivery": sending.shown(record, delivery)}


def take_back(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    item_id: UUID,
    *,
    user_ids: Collection[UUID] | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Take the permit back from these people, or from all. It bites at once; doing it again answers the same.

    From somebody to whom it is not sent there is nothing to take. Raises NotFound, NotPermitted.
    """
    record, item = _own(session, actor, patient_id, item_id, at=at)
    taken = sending.take_back(session, record, item_id, user_ids)
    return _shown(session, record, item, changed="take-back-item" if taken else None)


def _own(session: Session, actor: Actor, patient_id: UUID, item_id: UUID, *, at: datetime) -> tuple[Record, Any]:
    record = open_record(session, actor, patient_id, at=at)
    item = _found(session, record, item_id)
    if not record.speaks(Power.REPORT) or item.holder_id is not None or not holds(record, item):
        raise NotPermitted(NOT_YOURS)
    return record, item


def _found(session: Session, record: Record, item_id: UUID) -> Any:
    known = may_be_known(record.scope, record.actor.user_id)
    row = session.execute(record.rows(Item, Item).where(Item.id == item_id, known)).first()
    if row is None:
        raise NotFound
    return row[0]


def _check_may_be_sent(item: Any) -> None:
    if item.draft:
        raise Conflict("This is a draft: finish it first.")
    if item.error_at is not None:
        raise Conflict("This is marked as entered in error: send what takes its place.")
    if item.awaits_review:
        raise Conflict("This was imported and its labels are not confirmed: confirm them first, then send it.")
    if item.item_class not in SHAREABLE_CLASSES:
        raise Conflict("An item of this class is not sent.")


def _shown(session: Session, record: Record, item: Any, *, changed: str | None) -> dict[str, Any]:
    """Return how the item is sent now, logged: as the act that changed it, or as a look."""
    [row] = _items(session, record, [item.id])
    query = select(*_SENT).where(_SENT.item_id == item.id).order_by(_SENT.id.desc())
    sent: Sequence[Any] = session.execute(query).all()
    readers = access.read_by(session, sending.member_scopes(session, record), item.id)
    if changed:
        ids = (record.actor, record.patient_id, changed)
        access_log.changed(session, *ids, target=item.id, items=record.seen([row]), at=record.at)
    else:
        access_log.disclosed(
            session, record.actor, record.patient_id, "read-sent-item", record.seen([row]), at=record.at
        )
    names = record.facts.names
    return {
        **_about(session, row),
        "sent_to": [_person(record, one) for one in sent if one.revoked_at is None],
        "taken_back": [_person(record, one) for one in sent if one.revoked_at is not None],
        "read_by": [{"user_id": user, "name": names[user]} for user in sorted(readers)],
    }


def _items(session: Session, record: Record, ids: Iterable[UUID]) -> Sequence[Any]:
    wanted = sorted(set(ids))
    query = with_subjects(record.rows(Item, *_COLUMNS)).where(Item.id.in_(wanted))
    return session.execute(query).all() if wanted else []


def _about(session: Session, row: Any) -> dict[str, Any]:
    return {"item_id": row.id, "class": row.item_class, "date": row.date, "about": subject(session, row).words}


def _person(record: Record, row: Any) -> dict[str, Any]:
    return {
        "user_id": row.user_id,
        "name": record.facts.names.get(row.user_id, sending.SOMEBODY),
        "sent_at": row.sent_at,
        "taken_back_at": row.revoked_at,
    }


def _standing(wanted: bool | None) -> list[ColumnElement[bool]]:
    if wanted is None:
        return []
    return [_SENT.revoked_at.is_(None) if wanted else _SENT.revoked_at.is_not(None)]
