"""Keyset pages: stable while rows come and go, and telling nothing of rows that are not shown."""

import base64
from dataclasses import dataclass
from typing import Any

from sqlakeyset import BadBookmark, InvalidPage, Marker, serialize_bookmark, unserialize_bookmark
from sqlakeyset.columns import parse_ob_clause
from sqlakeyset.paging import where_condition_for_page
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from careteam.errors import Invalid


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursor of the next page if there is one."""

    rows: list[Any]
    cursor: str | None


def page(session: Session, query: Select[*tuple[Any, ...]], *, limit: int, cursor: str | None) -> Page:
    """Return one page of an ordered query, in one statement. Raises Invalid on a cursor that is not ours.

    Every column of the ORDER BY must be among those selected, under its own name, or of the entity selected.
    """
    if cursor:
        query = query.where(_after(session, query, cursor))
    rows = session.execute(query.limit(limit + 1)).all()
    if len(rows) <= limit:
        return Page(list(rows), None)
    last = rows[limit - 1]
    place = tuple(_value(last, column.name) for column in parse_ob_clause(query))
    return Page(list(rows[:limit]), _close(serialize_bookmark(Marker(place, False))))


def _value(row: Any, name: str) -> Any:
    return row._mapping[name] if name in row._mapping else getattr(row[0], name)


def _after(session: Session, query: Select[*tuple[Any, ...]], cursor: str) -> ColumnElement[bool]:
    order = parse_ob_clause(query)
    try:
        place, backwards = unserialize_bookmark(_open(cursor))
        types = [column.element.type.python_type for column in order]
        if (
            backwards
            or place is None
            or [type(value) for value in place] != types
            or any("\0" in str(v) for v in place)
        ):
            raise BadBookmark("not a place in this list")
        return where_condition_for_page(order, place, session.get_bind().dialect)
    except (ValueError, BadBookmark, InvalidPage) as error:
        raise Invalid("Use the cursor that came with the page before.", {"cursor": ["Not valid."]}) from error


def _open(cursor: str) -> str:
    return base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()


def _close(bookmark: str) -> str:
    return base64.urlsafe_b64encode(bookmark.encode()).decode().rstrip("=")
