"""Keyset pages: stable while rows come and go, and telling nothing of rows that are not shown.

A cursor is the last row's place in the order, sealed (OWASP ASVS 5.0 V14.2.1: nothing sensitive in a URL): it opens
only for the list that gave it, and where the caller says whose list it is, only for that person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlakeyset import BadBookmark, InvalidPage, Marker, serialize_bookmark, unserialize_bookmark
from sqlakeyset.columns import parse_ob_clause
from sqlakeyset.paging import where_condition_for_page
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from careteam.errors import Invalid
from careteam.sealing import Unsealable
from careteam.vault import keyring


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursor of the next page if there is one."""

    rows: list[Any]
    cursor: str | None


def page(
    session: Session, query: Select[*tuple[Any, ...]], *, limit: int, cursor: str | None, whose: UUID | None = None
) -> Page:
    """Return one page of an ordered query, in one statement. Raises Invalid on a cursor that is not ours.

    Every column of the ORDER BY must be among those selected, under its own name, or of the entity selected.
    """
    order = parse_ob_clause(query)
    about = _about(order, whose)
    if cursor:
        query = query.where(_after(session, order, cursor, about))
    rows = session.execute(query.limit(limit + 1)).all()
    if len(rows) <= limit:
        return Page(list(rows), None)
    last = rows[limit - 1]
    place = tuple(_value(last, column.name) for column in order)
    bookmark = serialize_bookmark(Marker(place, False))
    return Page(list(rows[:limit]), keyring(session).seal_for_address(bookmark, about))


def _about(order: Sequence[Any], whose: UUID | None) -> str:
    """Name the list by what it is ordered by, and whose it is."""
    return f"cursor/{','.join(str(column.element) for column in order)}/{whose or ''}"


def _value(row: Any, name: str) -> Any:
    return row._mapping[name] if name in row._mapping else getattr(row[0], name)


def _after(session: Session, order: Sequence[Any], cursor: str, about: str) -> ColumnElement[bool]:
    try:
        place, backwards = unserialize_bookmark(keyring(session).unseal_from_address(cursor, about))
        types = [column.element.type.python_type for column in order]
        if (
            backwards
            or place is None
            or [type(value) for value in place] != types
            or any("\0" in str(v) for v in place)
        ):
            raise BadBookmark("not a place in this list")
        return where_condition_for_page(list(order), place, session.get_bind().dialect)
    except (Unsealable, ValueError, BadBookmark, InvalidPage) as error:
        raise Invalid("Use the cursor that came with the page before.", {"cursor": ["Not valid."]}) from error
