"""Who is asking, for the REST door: an access token, or a signed-in browser with CSRF protection."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, current_app, request
from flask_login import UserMixin, current_user

from careteam import context
from careteam.errors import NotAuthenticated, NotPermitted
from careteam.extensions import csrf, login_manager
from careteam.services import credentials
from careteam.services.credentials import Credential

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Identity(UserMixin):  # type: ignore[misc]
    """What flask-login keeps in its signed cookie: the secret of a server-side session, nothing else."""

    def __init__(self, secret: str, credential: Credential | None = None) -> None:
        self.secret = secret
        self.credential = credential

    def get_id(self) -> str:
        """Return the session's secret."""
        return self.secret


@login_manager.user_loader
def _load(secret: str) -> Identity | None:
    idle = timedelta(minutes=current_app.extensions["careteam"].settings.session_idle_minutes)
    credential = credentials.by_session(context.session(), secret, context.origin(), idle=idle, at=context.now())
    return Identity(secret, credential) if credential else None


def authenticate() -> None:
    """Before every request of the door. Raises NotAuthenticated, NotPermitted or a CSRF error."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.headers.get("Authorization"):
        _sign_on_by_token()
    elif request.cookies.get(current_app.config["SESSION_COOKIE_NAME"]):
        _sign_on_by_session()
    else:
        context.sign_on(None)
    if not getattr(view, "anonymous", False):
        context.asking()


def anonymous(view: Any) -> Any:
    """Mark a view that answers without anybody signed in."""
    view.anonymous = True
    return view


def protect(blueprint: Blueprint) -> None:
    """Give a blueprint its sign-in check."""
    blueprint.before_request(authenticate)


def register(app: Flask) -> None:
    """Set up flask-login and CSRF protection; the check itself is made in `authenticate`."""
    login_manager.init_app(app)
    csrf.init_app(app)


def _sign_on_by_token() -> None:
    scheme, _, secret = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated("Send an access token as `Authorization: Bearer ct_...`.")
    found = credentials.by_token(context.session(), secret.strip(), context.origin(), at=context.now())
    if found is None:
        raise NotAuthenticated("This access token is not valid: it may have expired or been revoked.")
    if not found.writes and request.method not in READING:
        raise NotPermitted("This access token is for reading only.")
    _sign_on(found, "token")


def _sign_on_by_session() -> None:
    found: Credential | None = getattr(current_user, "credential", None)
    if found is None:
        context.sign_on(None)
        return
    if request.method not in READING:
        csrf.protect()
    _sign_on(found, "session")


def _sign_on(found: Credential, by: str) -> None:
    context.sign_on(context.Asking(found.actor, context.now(), by, found.id, found.writes))
    context.note_seen(found.id, by, found.seen_at)


def credential_id() -> UUID:
    """Return the id of the session or token of this request."""
    return context.asking().credential_id
