"""The signed-in browsers of the signed-in person."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.auth import acting_session
from careteam.api.door import answer, blueprint, page
from careteam.api.parts import settings
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.sessions import OthersEnded, SignedInPage
from careteam.context import actor, now, session
from careteam.services.identity import own_sessions

blp = blueprint("sessions", "Where you are signed in, and ending it there.")


@blp.route("/sessions")
@blp.arguments(PageQuery, location="query")
@blp.response(200, SignedInPage)
def list_sessions(query: dict[str, Any]) -> Response:
    """List the browsers in which you are signed in: since when, last used when, from where, and which one this is."""
    idle = timedelta(minutes=settings().session_idle_minutes)
    return page(*own_sessions.page_of(session(), actor(), here=acting_session(), idle=idle, **query, at=now()))


@blp.route("/sessions", methods=["DELETE"])
@blp.response(200, OthersEnded)
def end_other_sessions() -> Response:
    """Sign out everywhere but here. With an access token: everywhere."""
    ended = own_sessions.end_others(session(), actor(), here=acting_session(), at=now())
    return answer({"sessions_ended": ended})


@blp.route("/sessions/<uuid:session_id>", methods=["DELETE"])
@blp.response(204)
def end_session(session_id: UUID) -> Response:
    """Sign out of one browser: the next request from it is refused."""
    own_sessions.end(session(), actor(), session_id, at=now())
    return Response(status=204)
