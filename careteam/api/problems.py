"""Every error under `/api/` as an RFC 9457 problem, without internals."""

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, current_app, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from careteam.api import rate_limits
from careteam.api.json import dumps
from careteam.context import request_id
from careteam.errors import CareTeamError, NotFound

TYPE = "https://careteam.example/problems/"
log = structlog.get_logger()

_TYPES = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
    429: "too-many-requests",
}


def problem(
    status: int,
    kind: str,
    title: str,
    detail: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    **members: object,
) -> Response:
    """Return a problem document; empty members are left out."""
    body = {"type": TYPE + kind, "title": title, "status": status, "detail": detail, **members}
    shown = {key: value for key, value in body.items() if value not in ("", None)}
    return Response(
        dumps(shown),
        status,
        dict(headers or {}),
        content_type="application/problem+json; charset=utf-8",
    )


def register(app: Flask) -> None:
    """Render errors as problems."""
    app.register_error_handler(CareTeamError, rendered)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, _unexpected)


def rendered(error: CareTeamError) -> Response:
    """Return the problem document of an error that is answered and not raised: what was written stays."""
    return problem(error.status, error.type, error.title, error.detail, headers=error.headers, **error.members)


def http(error: HTTPException) -> Response:
    """Return the problem document of an HTTP error."""
    status = error.code or 500
    if status == 404:
        return rendered(NotFound())
    if isinstance(error, CSRFError):
        return problem(
            403, "csrf", "Send the CSRF token", "Take it from GET /api/v1/session and send it as X-CSRFToken."
        )
    headers = {k: v for k, v in error.get_headers() if k.lower() in {"allow", "retry-after"}}
    given: Any = getattr(error, "data", None) or {}
    messages = given.get("messages")
    detail = "" if messages else _detail(error)
    title = "Something in the request cannot be accepted" if status == 422 else error.name
    return problem(status, _TYPES.get(status, "error"), title, detail, headers=headers, errors=messages)


def _detail(error: HTTPException) -> str:
    if error.code == 413:
        return "The body is larger than this address accepts; send less."
    if isinstance(error, RateLimitExceeded):
        return rate_limits.detail(error)
    return error.description or ""


def _unexpected(error: Exception) -> Response:
    log.error("unexpected-error", kind=type(error).__name__, path_rule=_rule(), request_id=request_id())
    if current_app.testing:
        raise error
    return problem(500, "internal", "Something went wrong on our side", f"Quote this id: {request_id()}")


def _rule() -> str:
    return request.url_rule.rule if request.url_rule else "(none)"
