"""A long-lived signed cookie that says who signed in with this browser before (OWASP device cookies).

It lets nobody in. Wrong passwords from a browser that has it are counted apart, so that whoever tries passwords
elsewhere does not lock the owner out, and its own number is as easily locked as an address.
"""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

LASTS = timedelta(days=365)
PEOPLE = 5
"""How many people one browser is remembered for: several may share a desk."""


def people() -> dict[UUID, str]:
    """Return who signed in with the browser of this request, and the number it has for each; forged: nobody."""
    try:
        found = _serializer().loads(request.cookies.get(_name(), ""), max_age=int(LASTS.total_seconds()))
        return {UUID(user_id): str(number) for user_id, number in found}
    except (BadData, ValueError, TypeError):
        return {}


def remember(answer: Response, user_id: UUID) -> Response:
    """Add the person, under a new number, to those who signed in with this browser."""
    others = [(known.hex, number) for known, number in people().items() if known != user_id]
    newest = [*others, (user_id.hex, secrets.token_urlsafe(16))][-PEOPLE:]
    answer.set_cookie(
        _name(),
        _serializer().dumps(newest),
        max_age=LASTS,
        path="/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Strict",
    )
    return answer


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known"


def _serializer() -> URLSafeTimedSerializer:
    signing = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known browser", signer_kwargs=signing)
