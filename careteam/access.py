"""The gate: consents -> scope -> WHERE. The only way to the rows of the shared record.

Neither side holds a second copy of the rule: `careteam.policy.sharing` decides and returns data, this
module compares columns with that data. One item is read like many: `visible(...)` plus its id.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, assert_never
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, case, false, not_, null, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from careteam import facts
from careteam.errors import Unavailable
from careteam.facts import Facts
from careteam.models import Direction, Item
from careteam.models.types import label_mask
from careteam.policy.facts import Consent, Limit, Reader, Team
from careteam.policy.grounds import acting
from careteam.policy.past import could_read
from careteam.policy.scope import (
    Author,
    Directed,
    Emergency,
    Holder,
    OwnRecord,
    Permit,
    Released,
    Represented,
    Scope,
    Shared,
)
from careteam.policy.sharing import readable
from careteam.policy.team import was_member
from careteam.policy.vocabulary import SHAREABLE_CLASSES, Label

Columns = ReadOnlyColumnCollection[str, ColumnElement[Any]]
ITEM: Columns = Item.__table__.c
"""The columns that the gate looks at: all of them are those of the item, whatever extends it."""
_SENT = Direction.__table__.c
"""To whom the patient sent an item: the one thing that the gate looks at besides."""

READ_LOCKED = (
    "The records were restored from a backup and are being reviewed, so that nothing shows that a patient has closed. "
    "Until then only patients read their own record."
)
PERMIT = "permit"
"""The name of the column that says which permit of the scope let a row through."""


def opened(session: Session, reader: Reader, patient_id: UUID, *, at: datetime) -> tuple[Facts, Scope]:
    """Return all that decides who reads one patient's record, and what this reader may read of it now.

    Raises NotFound when there is no such patient.
    """
    return records(session, reader, [patient_id], at=at)[patient_id]


def records(
    session: Session, reader: Reader, patient_ids: Iterable[UUID], *, at: datetime
) -> Mapping[UUID, tuple[Facts, Scope]]:
    """Return the same of several patients, in as many statements as for one.

    Consents are read afresh for every answer. Raises NotFound when one of the patients does not exist.
    """
    read = facts.of_patients(session, patient_ids)
    if any(found.read_locked and _is_shown_things(reader, found, at) for found in read.values()):
        raise Unavailable(READ_LOCKED)
    return {i: (f, readable(reader, f.team, f.consents, f.restrictions, f.grounds, at=at)) for i, f in read.items()}


def _is_shown_things(reader: Reader, found: Facts, at: datetime) -> bool:
    """Say whether somebody other than the patient may know of this record; to strangers it does not exist anyway."""
    if found.team.patient_user_id == reader.user_id:
        return False
    return was_member(found.team, reader.user_id) or bool(acting(reader, found.grounds, at))


def scopes(
    session: Session, reader: Reader, patient_ids: Iterable[UUID], *, at: datetime
) -> Mapping[UUID, tuple[Team, Scope]]:
    """Return only the team and the scope of several patients (see `records`)."""
    return {i: (f.team, scope) for i, (f, scope) in records(session, reader, patient_ids, at=at).items()}


def scopes_then(
    session: Session, reader: Reader, known: Mapping[UUID, tuple[Facts, Scope]], then: Mapping[UUID, datetime]
) -> Mapping[UUID, Scope]:
    """Return what the reader could read of each of these patients at an earlier instant, by the facts of that time.

    Where nothing that they may read now began after it, no statement is sent; otherwise one for all of them.
    """
    past = {i: _then(reader, known[i][0], (), at) for i, at in then.items()}
    began = {i for i, scope in past.items() if not set(known[i][1].permits) <= set(scope.permits)}
    closed = facts.closed_since(session, began, min(then[i] for i in began)) if began else {}
    return past | {i: _then(reader, known[i][0], closed.get(i, ()), then[i]) for i in began}


def _then(reader: Reader, found: Facts, closed: Iterable[Consent], at: datetime) -> Scope:
    return could_read(reader, found.team, (*found.consents, *closed), found.restrictions, found.grounds, at=at)


def visible(model: type[Item], scope: Scope, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Return the SELECT of these columns for the rows that the scope opens, and no others.

    Each row ends with the number of the permit that opened it (`scope.permits[row.permit]`).
    """
    permit = _permit_number(scope.permits)
    opened = false() if permit is None else permit.is_not(None)
    number = type_coerce(-1, Integer) if permit is None else permit
    return _rows(model, columns).add_columns(number.label(PERMIT)).where(ITEM.patient_id == scope.patient_id, opened)


def visible_in_any(
    model: type[Item], wanted: Iterable[tuple[Scope, ColumnElement[bool]]], *columns: Any
) -> Select[*tuple[Any, ...]]:
    """Return the SELECT for the rows of several patients: of each, those that its scope opens and that also meet
    the condition that goes with it.
    """
    return _rows(model, columns).where(or_(false(), *(and_(opens(scope), also) for scope, also in wanted)))


def visible_in_each(model: type[Item], scopes: Iterable[Scope], *columns: Any) -> Select[*tuple[Any, ...]]:
    """Return the same as `visible` of several patients: of each, the rows that its scope opens, and no others.

    Patients of whom the reader may read the same share one condition: its length grows with what differs.
    """
    patients: dict[tuple[Permit, ...], list[UUID]] = {}
    for scope in scopes:
        patients.setdefault(scope.permits, []).append(scope.patient_id)
    opening = [(ids, number) for p, ids in patients.items() if (number := _permit_number(p)) is not None]
    numbers = [(ITEM.patient_id.in_(ids), number) for ids, number in opening]
    permit = type_coerce(case(*numbers, else_=None) if numbers else null(), Integer)
    of_them = ITEM.patient_id.in_([i for ids, _ in opening for i in ids])
    return _rows(model, columns).add_columns(permit.label(PERMIT)).where(of_them, permit.is_not(None))


def read_by(session: Session, scopes: Mapping[UUID, Scope], item_id: UUID) -> frozenset[UUID]:
    """Return which of these readers, each with what they may read, may read this item. One statement."""
    readers = sorted(scopes)
    asked = [opens(scopes[reader]) for reader in readers]
    row = session.execute(select(*asked).where(ITEM.id == item_id)).first() if asked else None
    return frozenset(reader for reader, may in zip(readers, row or (), strict=False) if may)


@lru_cache(maxsize=2048)
def opens(scope: Scope) -> ColumnElement[bool]:
    """Say in SQL that the scope opens an item."""
    permit = _permit_number(scope.permits)
    return and_(ITEM.patient_id == scope.patient_id, false() if permit is None else permit.is_not(None))


@lru_cache(maxsize=256)
def _rows(model: type[Item], columns: tuple[Any, ...]) -> Select[*tuple[Any, ...]]:
    """Return the SELECT that every call with these columns begins with; it holds no values.

    Columns are taken from the tables: entities would cost a read a third of its time.
    """
    if all(isinstance(column, InstrumentedAttribute) for column in columns):
        return select(*(column.property.columns[0] for column in columns)).select_from(model.__mapper__.selectable)
    return select(*columns).select_from(model)


@lru_cache(maxsize=2048)
def _permit_number(permits: tuple[Permit, ...]) -> ColumnElement[Any] | None:
    """Return these permits as SQL. What is kept is the wording of a decision, never the decision: that is made
    afresh for every answer, and another decision is another key.
    """
    if not permits:
        return None
    return case(*((_covers(ITEM, permit), n) for n, permit in enumerate(permits)), else_=None)


def _covers(item: Columns, permit: Permit) -> ColumnElement[bool]:  # noqa: PLR0911 - one for each clause
    match permit:
        case OwnRecord():
            return and_(not_(item.draft), _not_special(item, but=permit.released))
        case Author():
            return item.author_id == permit.user_id
        case Holder():
            return and_(item.holder_id == permit.user_id, not_(item.draft))
        case Shared():
            return _shared(item, permit)
        case Directed():
            return _directed(item, permit)
        case Released():
            return _released(item, permit)
        case Represented():
            ready = and_(not_(item.draft), not_(item.awaits_review))
            return and_(ready, _in_classes(item, permit), _within(item, permit.labels, permit.less))
        case Emergency():
            return and_(not_(item.draft), _in_classes(item, permit), *_unlimited(item, permit.less))
        case _:
            assert_never(permit)


def _shared(item: Columns, permit: Shared) -> ColumnElement[bool]:
    return and_(
        not_(item.draft),
        not_(item.awaits_review),
        _in_classes(item, permit),
        or_(
            item.holder_id.in_(permit.holders),
            item.holder_id.is_(None) if permit.of_patient else false(),
        ),
        *_in_data_period(item, permit),
        *([item.id.not_in(permit.except_items)] if permit.except_items else []),
        _within(item, permit.labels, permit.less),
    )


def _directed(item: Columns, permit: Directed) -> ColumnElement[bool]:
    return and_(
        item.directed,
        not_(item.draft),
        not_(item.awaits_review),
        item.holder_id.is_(None),
        sent_to(permit.user_id),
        _not_special(item),
        *_unlimited(item, permit.less),
    )


def sent_to(user_id: UUID, *, after: datetime | None = None) -> ColumnElement[bool]:
    """Say that the patient sent the item to this person and did not take it back; with `after`: later than that."""
    sent = select(_SENT.id).where(_SENT.item_id == ITEM.id, _SENT.user_id == user_id, _SENT.revoked_at.is_(None))
    late = sent if after is None else sent.where(_SENT.sent_at > after)
    return late.correlate(Item.__table__).exists()


def _released(item: Columns, permit: Released) -> ColumnElement[bool]:
    return and_(
        not_(item.draft),
        not_(item.awaits_review),
        item.item_class == permit.item_class,
        item.id.in_(permit.items),
        item.author_id.in_(permit.authors),
        *_in_data_period(item, permit),
        _within(item, permit.labels, permit.less),
    )


def _in_classes(item: Columns, permit: Shared | Represented | Emergency) -> ColumnElement[bool]:
    return and_(item.item_class.in_(permit.classes), _not_special(item))


def _not_special(item: Columns, *, but: frozenset[UUID] = frozenset()) -> ColumnElement[bool]:
    ordinary = item.item_class.in_(SHAREABLE_CLASSES)  # a class that is unknown here is open to nobody but its author
    return or_(ordinary, item.id.in_(but)) if but else ordinary


def _in_data_period(item: Columns, permit: Shared | Released) -> list[ColumnElement[bool]]:
    return [
        *([item.date >= permit.data_from] if permit.data_from else []),
        *([item.date <= permit.data_through] if permit.data_through else []),
    ]


def _within(item: Columns, labels: Iterable[Label], less: Iterable[Limit]) -> ColumnElement[bool]:
    """All of the item's labels are listed (one that is unknown here is not), and no limit is about it."""
    return and_(_labels(item).bitwise_and(~label_mask(labels)) == 0, *_unlimited(item, less))


def _unlimited(item: Columns, less: Iterable[Limit]) -> list[ColumnElement[bool]]:
    return [not_(_limited(item, limit)) for limit in less]


def _limited(item: Columns, limit: Limit) -> ColumnElement[bool]:
    """Every field that is set must match; a restriction without any would stop everything."""
    parts: list[ColumnElement[bool]] = []
    if limit.item_class is not None:
        parts.append(item.item_class == limit.item_class)
    if limit.label is not None:
        parts.append(_labels(item).bitwise_and(label_mask([limit.label])) != 0)
    if limit.of_patient:
        parts.append(item.holder_id.is_(None))
    if limit.holder_id is not None:
        parts.append(item.holder_id.is_not_distinct_from(limit.holder_id))
    if limit.item_id is not None:
        parts.append(item.id == limit.item_id)
    return and_(not_(false()), *parts)


def _labels(item: Columns) -> ColumnElement[int]:
    return type_coerce(item.labels, Integer)
