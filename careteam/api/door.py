"""What every module of the REST door uses: its blueprint, JSON answers, ETags and pages."""

from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from flask_smorest import Blueprint

from careteam.api import marks
from careteam.api.auth import protect
from careteam.api.json import dumps
from careteam.api.parsing import StrictParser
from careteam.errors import VersionRequired
from careteam.services.record.records import ANY_VERSION

PREFIX = "/api/v1"
PROOF = frozenset({"password", "current_password", "new_password", "code", "recovery_code"})
"""Fields by which somebody proves who they are: nothing of them is kept, and nobody is told what they were."""


class RestBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint that reads queries and bodies strictly."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: Any, *arguments: Any, **options: Any) -> Any:
        """Read a query or body of this form; a view whose body proves who somebody is, is marked as such."""
        read = super().arguments(schema, *arguments, **options)

        def marked(view: Any) -> Any:
            made = read(view)
            made.takes_proof = getattr(view, "takes_proof", False) or not PROOF.isdisjoint(schema._declared_fields)
            return made

        return marked


def blueprint(name: str, description: str) -> Any:
    """Return a blueprint of the REST door, with its sign-in check."""
    made = RestBlueprint(name, f"careteam.api.{name}", url_prefix=PREFIX, description=description)
    protect(made)
    return made


def answer(payload: Any, status: int = 200, *, version: int | None = None, location: str = "") -> Response:
    """Return a JSON answer; with a version, its ETag."""
    made = Response(dumps(marks.with_notice(payload)), status, content_type="application/json")
    if version is not None:
        made.set_etag(str(version))
    if location:
        made.headers["Location"] = location
    return made


def page(items: list[Any], cursor: str | None, **members: Any) -> Response:
    """Return one page: `items`, `next` (a cursor, or null) and a `Link` header to the next page and the first."""
    return _linked(answer({"items": items, "next": cursor, **members}), cursor)


def file(name: str, kind: str, text: str, cursor: str | None = None) -> Response:
    """Return text as a file to be saved, with a `Link` to the next one where not all fitted."""
    made = Response(text, content_type=f"{kind}; charset=utf-8")
    made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _linked(made, cursor)


def versioned(view: Any) -> Any:
    """Hand `If-Match` to a view as `version`, and say so in the documentation. Missing: 428."""

    @wraps(view)
    def with_version(*arguments: Any, **values: Any) -> Any:
        return view(*arguments, **values, version=expected_version())

    with_version.versioned = True  # type: ignore[attr-defined]
    return with_version


def changes_nothing(view: Any) -> Any:
    """Mark a POST that only asks, with what a GET cannot carry: an idempotency key means nothing to it."""
    view.changes_nothing = True
    return view


def reads_up_to(limit: str) -> Any:
    """Mark a view that takes bodies as large as this setting says, where others take `max_body_bytes`."""

    def marked(view: Any) -> Any:
        view.body_limit = limit
        return view

    return marked


def expected_version() -> int:
    """Return the version that `If-Match` names, ANY_VERSION for `*`. Raises VersionRequired when it names none."""
    if request.if_match.star_tag:
        return ANY_VERSION
    for tag in request.if_match.as_set():
        if tag and tag.isdecimal() and len(tag) < 10:
            return int(tag)
    if request.headers.get("If-Match"):
        return 0
    raise VersionRequired


def _linked(made: Response, cursor: str | None) -> Response:
    links: dict[str, str | None] = {"next": cursor} if cursor else {}
    links |= {"first": None} if request.args.get("cursor") else {}
    for relation, place in links.items():
        made.headers.add("Link", f'<{_address(place)}>; rel="{relation}"')
    return made


def _address(cursor: str | None) -> str:
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    query = urlencode([*asked, *([("cursor", cursor)] if cursor else [])])
    return f"{request.path}?{query}" if query else request.path
