"""How items of every kind are read: one like many, through the gate, and never without the access log."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from careteam.errors import NotFound
from careteam.models import Item
from careteam.services.log import access_log
from careteam.services.log.access_log import Disclosed
from careteam.services.paging import page
from careteam.services.record import answers
from careteam.services.record.records import Record


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of item: its columns, what its reading is called in the log, and how its rows are shown."""

    model: type[Item]
    columns: tuple[Any, ...]
    read_one: str
    read_many: str
    present: Callable[[Session, Record, Sequence[Any]], list[dict[str, Any]]]
    answered: bool = False
    """Its items are shown with the answers to them, as far as the reader may read each."""


def newest(
    session: Session,
    record: Record,
    kind: Kind,
    where: Iterable[ColumnElement[bool]] = (),
    *,
    limit: int,
    cursor: str | None = None,
) -> tuple[list[dict[str, Any]], str | None, list[Disclosed]]:
    """Return one page of what the actor may read, newest first, the next cursor, and what this discloses.

    The caller writes the log. Raises Invalid on a cursor that is not ours.
    """
    query = record.rows(kind.model, *kind.columns).where(*where)
    ordered = query.order_by(kind.model.date.desc(), kind.model.id.desc())
    found = page(session, ordered, limit=limit, cursor=cursor)
    shown, seen = _shown(session, record, kind, found.rows)
    return shown, found.cursor, seen


def page_of(
    session: Session,
    record: Record,
    kind: Kind,
    where: Iterable[ColumnElement[bool]] = (),
    *,
    limit: int,
    cursor: str | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page as `newest` does, logged."""
    shown, following, seen = newest(session, record, kind, where, limit=limit, cursor=cursor)
    access_log.disclosed(session, record.actor, record.patient_id, kind.read_many, seen, at=record.at)
    return shown, following


def read(session: Session, record: Record, kind: Kind, item_id: UUID) -> dict[str, Any]:
    """Return one item, logged. Raises NotFound when it is absent or hidden."""
    shown, seen = whole(session, record, kind, item_id)
    access_log.disclosed(session, record.actor, record.patient_id, kind.read_one, seen, at=record.at)
    return shown


def whole(session: Session, record: Record, kind: Kind, item_id: UUID) -> tuple[dict[str, Any], list[Disclosed]]:
    """Return one item, and what this discloses; the caller writes the log. Raises NotFound (absent or hidden)."""
    rows = session.execute(record.rows(kind.model, *kind.columns).where(kind.model.id == item_id)).all()
    if not rows:
        raise NotFound
    shown, seen = _shown(session, record, kind, rows)
    return shown[0], seen


def to_change(session: Session, record: Record, kind: Kind, item_id: UUID) -> Any:
    """Return the row object of one item that the actor reads. Raises NotFound when it is absent or hidden."""
    row = session.execute(record.rows(kind.model, kind.model).where(kind.model.id == item_id)).first()
    if row is None:
        raise NotFound
    return row[0]


def changed(session: Session, record: Record, kind: Kind, act: str, item_id: UUID) -> dict[str, Any]:
    """Write what changed and log the act; return the item as it is now."""
    session.flush()
    rows = session.execute(record.rows(kind.model, *kind.columns).where(kind.model.id == item_id)).all()
    shown, seen = _shown(session, record, kind, rows)
    access_log.changed(session, record.actor, record.patient_id, act, target=item_id, items=seen, at=record.at)
    return shown[0]


def _shown(
    session: Session, record: Record, kind: Kind, rows: Sequence[Any]
) -> tuple[list[dict[str, Any]], list[Disclosed]]:
    """Return these rows as they are shown, with their answers where the kind has any, and all that this discloses."""
    shown, seen = kind.present(session, record, rows), record.seen(rows)
    if not kind.answered:
        return shown, seen
    found = answers.of(session, record, [row.id for row in rows])
    with_answers = [{**item, "answers": found.shown.get(item["id"], [])} for item in shown]
    return with_answers, seen + found.seen
