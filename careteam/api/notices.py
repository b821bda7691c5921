"""Notices to the signed-in person: what happened that concerns them."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page
from careteam.api.schemas.notices import AllRead, NoticeOut, NoticePage, NoticeQuery, ReadUpTo
from careteam.context import actor, now, session
from careteam.services.notices import reading

blp = blueprint("notices", "What happened that concerns you, in plain words, as far as you may know of it now.")
ONE = "/me/notices/<uuid:notice_id>"


@blp.route("/me/notices")
@blp.arguments(NoticeQuery, location="query")
@blp.response(200, NoticePage)
def list_notices(query: dict[str, Any]) -> Response:
    """List your notices, newest first, with what ends soon. A notice that you may not know of any more is gone."""
    items, cursor, unread = reading.page_of(session(), actor(), **query, at=now())
    return page(items, cursor, unread=unread)


@blp.route(ONE)
@blp.response(200, NoticeOut)
def read_notice(notice_id: UUID) -> Response:
    """Read one of your notices; it stays unread until you say that you have read it."""
    return answer(reading.read(session(), actor(), notice_id, at=now()))


@blp.route(ONE + "/read", methods=["POST"])
@blp.response(200, NoticeOut)
def mark_notice_read(notice_id: UUID) -> Response:
    """Say that you have read a notice."""
    return answer(reading.mark_read(session(), actor(), notice_id, at=now()))


@blp.route("/me/notices/read", methods=["POST"])
@blp.arguments(ReadUpTo)
@blp.response(200, AllRead)
def mark_notices_read(body: dict[str, Any]) -> Response:
    """Say that you have read all your notices, or those up to one of them."""
    return answer(reading.mark_all_read(session(), actor(), **body, at=now()))
