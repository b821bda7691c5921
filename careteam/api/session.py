"""Sign-in and sign-out of a browser."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response, request

from careteam.api import cookie
from careteam.api.auth import Identity, browser_session, signing_in
from careteam.api.door import answer, blueprint
from careteam.api.parts import passwords, settings
from careteam.api.problems import problem
from careteam.api.schemas.session import SessionOut, SignIn
from careteam.context import actor, now, origin, session
from careteam.errors import NotAuthenticated
from careteam.services.identity import own_account, sessions
from careteam.services.identity.sessions import Browser, Opened

blp = blueprint(
    "session", "Sign-in with address and password; the cookie lasts until sign-out, idleness or the day's end."
)
NO = NotAuthenticated("No account that can sign in has this address and this password.")


@blp.route("/session", methods=["POST"])
@blp.arguments(SignIn)
@blp.response(201, SessionOut)
@signing_in
def sign_in(body: dict[str, Any]) -> Response:
    """Sign in: sets the cookie. A refusal does not say what was wrong."""
    opened = sessions.sign_in(session(), passwords(), browser(), **body, replaces=cookie.secret(), at=now())
    return _begun(opened) if opened else problem(NO.status, NO.type, NO.title, NO.detail, headers=NO.headers)


@blp.route("/session")
@blp.response(200, SessionOut)
def read_session() -> Response:
    """Read who is signed in, until when at the latest, and the CSRF token that changes need."""
    expires_at = sessions.lasts_until(session(), browser_session())
    return answer(_shown(own_account.describe(session(), actor()), expires_at))


@blp.route("/session", methods=["DELETE"])
@blp.response(204)
def sign_out() -> Response:
    """Sign out: the cookie is refused from now on, also where it was copied to."""
    sessions.sign_out(session(), actor(), browser_session(), at=now())
    cookie.forget()
    return Response(status=204)


def browser() -> Browser:
    """Return what a session that this request opens is opened with."""
    return Browser(origin(), request.user_agent.string, timedelta(hours=settings().session_hours))


def go_on(opened: Opened) -> str:
    """Put a new session into the cookie and return its CSRF token."""
    cookie.begin(Identity(opened.secret))
    return cookie.csrf_token()


def _begun(opened: Opened) -> Response:
    go_on(opened)
    return answer(_shown(own_account.describe(session(), opened.actor), opened.expires_at), 201)


def _shown(me: dict[str, Any], expires_at: datetime) -> dict[str, Any]:
    return {
        "csrf_token": cookie.csrf_token(),
        "expires_at": expires_at,
        "idle_minutes": settings().session_idle_minutes,
        "account": me,
    }
