"""Keyset pages: stable while rows come and go, and telling nothing of rows that are not shown."""

import base64
from dataclasses import dataclass
from typing import Any

from sqlakeyset import InvalidPage, select_page, unserialize_bookmark
from sqlakeyset.serial import BadBookmark
from sqlalchemy import Select
from sqlalchemy.orm import Session

from careteam.errors import Invalid


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursor of the next page if there is one."""

    rows: list[Any]
    cursor: str | None


def page(session: Session, query: Select[*tuple[Any, ...]], *, limit: int, cursor: str | None) -> Page:
    """Return one page of an ordered query. Raises Invalid on a cursor that is not ours."""
    found: Any
    try:
        place = unserialize_bookmark(_open(cursor)) if cursor else None
        found = select_page(session, query, per_page=limit, page=place)
    except (ValueError, BadBookmark, InvalidPage) as error:
        raise Invalid("Use the cursor that came with the page before.", {"cursor": ["Not valid."]}) from error
    paging = found.paging
    return Page(list(found), _close(paging.bookmark_next) if paging.has_next else None)


def _open(cursor: str) -> str:
    return base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()


def _close(bookmark: str) -> str:
    return base64.urlsafe_b64encode(bookmark.encode()).decode().rstrip("=")
