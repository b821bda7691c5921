"""The signed cookie of a browser: holds the secret of its server-side session and its CSRF token, nothing else."""

from typing import Any

import flask
from flask import current_app, g, request
from flask_login import login_user, logout_user
from flask_wtf.csrf import generate_csrf
from itsdangerous.encoding import base64_decode, base64_encode

_CAME = "careteam.cookie"


def sent() -> bool:
    """Tell whether the request brought our cookie."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def as_written() -> bool:
    """Tell whether the signature that came is spelled as we spell it: base64 leaves room for a second spelling."""
    signature = request.cookies.get(current_app.config["SESSION_COOKIE_NAME"], "").rpartition(".")[2]
    return base64_encode(base64_decode(signature)).decode() == signature


def as_it_came() -> None:
    """Undo what an earlier try of this request did to the cookie: a try that lost a race signed nobody in or out."""
    came: dict[str, Any] = request.environ.setdefault(_CAME, dict(flask.session))
    if dict(flask.session) != came:
        flask.session.clear()
        flask.session.update(came)


def secret() -> str | None:
    """Return the session's secret that the request brought, good or not."""
    as_it_came()
    found = flask.session.get("_user_id")
    return found if isinstance(found, str) else None


def begin(identity: Any) -> None:
    """Put a new session into the cookie; nothing of what was there before stays (ASVS V7.2.4)."""
    forget()
    login_user(identity)
    for guess in ("_id", "_fresh"):
        flask.session.pop(guess, None)


def forget() -> None:
    """Empty the cookie."""
    logout_user()
    flask.session.clear()
    g.pop(current_app.config["WTF_CSRF_FIELD_NAME"], None)


def csrf_token() -> str:
    """Return the token that goes with the cookie of this answer."""
    return str(generate_csrf())
