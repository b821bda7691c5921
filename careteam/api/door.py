"""What every module of the REST door uses: its blueprint, JSON answers, ETags and pages."""

from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from flask_smorest import Blueprint

from careteam.api.auth import protect
from careteam.api.json import dumps
from careteam.api.parsing import StrictParser
from careteam.errors import VersionRequired
from careteam.services.record.records import ANY_VERSION

PREFIX = "/api/v1"


class RestBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint that reads queries and bodies strictly."""

    ARGUMENTS_PARSER = StrictParser()


def blueprint(name: str, description: str) -> Any:
    """Return a blueprint of the REST door, with its sign-in check."""
    made = RestBlueprint(name, f"careteam.api.{name}", url_prefix=PREFIX, description=description)
    protect(made)
    return made


def answer(payload: Any, status: int = 200, *, version: int | None = None, location: str = "") -> Response:
    """Return a JSON answer; with a version, its ETag."""
    made = Response(dumps(payload), status, content_type="application/json")
    if version is not None:
        made.set_etag(str(version))
    if location:
        made.headers["Location"] = location
    return made


def page(items: list[Any], cursor: str | None, **members: Any) -> Response:
    """Return one page: `items`, `next` (a cursor, or null) and a `Link` header to the next page."""
    made = answer({"items": items, "next": cursor, **members})
    if cursor:
        made.headers["Link"] = f'<{_next_address(cursor)}>; rel="next"'
    return made


def versioned(view: Any) -> Any:
    """Hand `If-Match` to a view as `version`, and say so in the documentation. Missing: 428."""

    @wraps(view)
    def with_version(*arguments: Any, **values: Any) -> Any:
        return view(*arguments, **values, version=expected_version())

    with_version.versioned = True  # type: ignore[attr-defined]
    return with_version


def expected_version() -> int:
    """Return the version that `If-Match` names, ANY_VERSION for `*`. Raises VersionRequired when it names none."""
    if request.if_match.star_tag:
        return ANY_VERSION
    for tag in request.if_match.as_set():
        if tag.isdecimal() and len(tag) < 10:
            return int(tag)
    if request.headers.get("If-Match"):
        return 0
    raise VersionRequired


def _next_address(cursor: str) -> str:
    return f"{request.path}?{urlencode({**request.args, 'cursor': cursor})}"
