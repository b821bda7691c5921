"""Who is asking, for the REST door: an access token, or a signed-in browser with CSRF protection."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, current_app, request
from flask_login import UserMixin, current_user
from flask_wtf.csrf import CSRFError

from careteam import context
from careteam.actor import Actor
from careteam.api import cookie, rate_limits
from careteam.api.noes import comes_first
from careteam.api.parts import settings
from careteam.api.same_site import refuse_other_sites
from careteam.errors import NotAuthenticated, NotPermitted
from careteam.extensions import csrf, login_manager
from careteam.services.identity import credentials
from careteam.services.identity.credentials import Credential
from careteam.services.identity.unfinished import Unfinished, refusal, unfinished
from careteam.services.team import own_record

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Identity(UserMixin):  # type: ignore[misc]
    """What flask-login keeps in its signed cookie: the secret of a server-side session, nothing else."""

    def __init__(self, secret: str, credential: Credential | None = None) -> None:
        self.secret = secret
        self.credential = credential

    def get_id(self) -> str:
        """Return the session's secret."""
        return self.secret


class NoCsrfToken(NotPermitted):
    """A change from a signed-in browser without the token that only our own pages know."""

    type = "csrf"
    title = "Send the CSRF token"


@login_manager.user_loader
def _load(secret: object) -> Identity | None:
    if not isinstance(secret, str) or not cookie.as_written():
        return None
    idle = timedelta(minutes=settings().session_idle_minutes)
    credential = credentials.by_session(context.session(), secret, context.origin(), idle=idle, at=context.now())
    return Identity(secret, credential) if credential else None


def authenticate() -> None:
    """Before every request of the door. Raises NotAuthenticated, NotPermitted, or RateLimitExceeded.

    A request with an access token is judged by that token alone, whatever cookie comes along.
    """
    context.sign_on(None)
    view = current_app.view_functions.get(request.endpoint or "")
    try:
        _find_out(view)
    finally:
        rate_limits.check()
    if not getattr(view, "anonymous", False):
        context.asking()


def _find_out(view: Any) -> None:
    if request.headers.get("Authorization"):
        _sign_on_by_token()
    elif not getattr(view, "signs_in", False):
        _sign_on_by_session()
    elif request.method not in READING:
        refuse_other_sites()


def anonymous(view: Any) -> Any:
    """Mark a view that answers without anybody signed in."""
    view.anonymous = True
    return view


def signing_in(view: Any) -> Any:
    """Mark a view that takes a password: it answers anybody, and signs nobody on by the cookie they had before."""
    view.signs_in = True
    return anonymous(view)


def open_before(*steps: Unfinished) -> Any:
    """Mark a view that answers people who have not done these steps yet.

    Every other view refuses them, but for what says no about their own record (`careteam.api.noes`): that they do
    as the patient alone, without their roles.
    """

    def marked(view: Any) -> Any:
        view.open_before = frozenset(steps)
        return view

    return marked


def browser_session() -> UUID:
    """Return the session of this request. Raises NotPermitted when it comes with an access token."""
    who = context.asking()
    if who.by != "session":
        raise NotPermitted("Sign in with your password to do this: an access token is not enough.")
    return who.credential_id


def acting_session() -> UUID | None:
    """Return the session of this request, or None when it comes with an access token."""
    who = context.asking()
    return who.credential_id if who.by == "session" else None


def protect(blueprint: Blueprint) -> None:
    """Give a blueprint its sign-in check."""
    blueprint.before_request(authenticate)


def register(app: Flask) -> None:
    """Set up flask-login and CSRF protection; the check itself is made in `authenticate`.

    flask-login's own guesses are off: its session protection goes by address and browser name, and asks again
    where our server-side row already decides. flask-wtf's look at `Referer` is replaced by `same_site`, for our
    pages send none.
    """
    login_manager.session_protection = None
    login_manager.init_app(app)
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)


def _sign_on_by_token() -> None:
    scheme, _, secret = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated("Send an access token as `Authorization: Bearer ct_...`.")
    found = credentials.by_token(context.session(), secret.strip(), context.origin(), at=context.now())
    if found is None:
        raise NotAuthenticated("This access token is not valid: it may have expired or been revoked.")
    _sign_on(found, "token")
    if not found.writes and request.method not in READING:
        raise NotPermitted("This access token is for reading only.")


def _sign_on_by_session() -> None:
    """Load the session anew at every try of a request: flask-login would keep the person of the first one."""
    if request.method not in READING:
        refuse_other_sites()
    if not cookie.sent():
        return
    cookie.as_it_came()
    login_manager._load_user()
    found: Credential | None = getattr(current_user, "credential", None)
    if found is None:
        return
    _sign_on(found, "session")
    if request.method not in READING:
        _check_csrf_token()


def _check_csrf_token() -> None:
    try:
        csrf.protect()
    except CSRFError as error:
        raise NoCsrfToken("Take it from GET /api/v1/session and send it as X-CSRFToken.") from error


def _sign_on(found: Credential, by: str) -> None:
    asking = context.Asking(found.actor, context.now(), by, found.id, found.writes)
    context.sign_on(asking)
    context.note_seen(found.id, by, found.seen_at)
    step = _first_step(found.actor)
    if step is None:
        return
    if not _own_no(found.actor):
        raise refusal(step)
    context.sign_on(replace(asking, actor=found.actor.as_patient()))


def _first_step(actor: Actor) -> Unfinished | None:
    """Return what the actor has to do before this view answers them."""
    view = current_app.view_functions.get(request.endpoint or "")
    steps = unfinished(actor, factor_required=settings().second_factor_required)
    return next((step for step in steps if step not in getattr(view, "open_before", ())), None)


def _own_no(actor: Actor) -> bool:
    """Say whether this says no about the actor's own record, or is a read for it: neither waits for any step."""
    ids = request.view_args or {}
    return comes_first(request.endpoint or "") and own_record.is_named(context.session(), actor, ids)
