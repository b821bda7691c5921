"""Sign-in and sign-out of a browser."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response, request

from careteam.actor import Actor
from careteam.api import cookie, known_browser
from careteam.api.auth import Identity, browser_session, open_before, signing_in
from careteam.api.door import answer, blueprint
from careteam.api.parts import passwords, settings
from careteam.api.problems import rendered
from careteam.api.schemas.session import SessionOut, SignIn
from careteam.context import actor, now, origin, session
from careteam.services.identity import own_account, sessions
from careteam.services.identity.sessions import Browser, Opened
from careteam.services.identity.unfinished import Unfinished, unfinished

blp = blueprint(
    "session", "Sign-in with address and password; the cookie lasts until sign-out, idleness or the day's end."
)


@blp.route("/session", methods=["POST"])
@blp.arguments(SignIn)
@blp.response(201, SessionOut)
@signing_in
def sign_in(body: dict[str, Any]) -> Response:
    """Sign in: sets the cookie. A refusal does not say what was wrong, but for a code that is missing.

    A few wrong tries are evaluated; then each is followed by a growing delay, answered with 429 and Retry-After.
    """
    opened = sessions.sign_in(session(), passwords(), browser(), **body, replaces=cookie.secret(), at=now())
    return _begun(opened) if isinstance(opened, Opened) else rendered(opened)


@blp.route("/session")
@blp.response(200, SessionOut)
@open_before(*Unfinished)
def read_session() -> Response:
    """Read who is signed in, until when at the latest, and the CSRF token that changes need."""
    expires_at = sessions.lasts_until(session(), browser_session())
    return answer(_shown(actor(), expires_at))


@blp.route("/session", methods=["DELETE"])
@blp.response(204)
@open_before(*Unfinished)
def sign_out() -> Response:
    """Sign out: the cookie is refused from now on, also where it was copied to."""
    sessions.sign_out(session(), actor(), browser_session(), at=now())
    cookie.forget()
    return Response(status=204)


def browser() -> Browser:
    """Return what a session that this request opens is opened with."""
    lasts = timedelta(hours=settings().session_hours)
    return Browser(origin(), request.user_agent.string, lasts, known_browser.people())


def go_on(opened: Opened) -> str:
    """Put a new session into the cookie and return its CSRF token."""
    cookie.begin(Identity(opened.secret))
    return cookie.csrf_token()


def _begun(opened: Opened) -> Response:
    go_on(opened)
    return known_browser.remember(answer(_shown(opened.actor, opened.expires_at), 201), opened.actor.user_id)


def _shown(who: Actor, expires_at: datetime) -> dict[str, Any]:
    return {
        "csrf_token": cookie.csrf_token(),
        "expires_at": expires_at,
        "idle_minutes": settings().session_idle_minutes,
        "unfinished": unfinished(who, factor_required=settings().second_factor_required),
        "account": own_account.describe(session(), who),
    }
