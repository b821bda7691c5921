"""Where what a request made or changed can be read, found in the URL map: a new route needs to do nothing for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Response, current_app, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a GET; `shows_answer` when it answers with the same kind of document as this request did."""

    address: str
    shows_answer: bool


NOWHERE = Place("", False)


def of(answer: Response) -> Place:
    """Return the place that shows what this answer shows, or else the nearest that can be read."""
    found = [_place(address) for address in _candidates(answer)]
    known = [place for place in found if place]
    return next((place for place in known if place.shows_answer), known[0] if known else NOWHERE)


def _candidates(answer: Response) -> Iterator[str]:
    """Its Location, the id in it below this address, this address, and what is above it."""
    if given := answer.headers.get("Location"):
        yield urlsplit(given).path
    if made := _id(answer):
        yield f"{request.path}/{made}"
    parts = request.path.split("/")
    for length in range(len(parts), 3, -1):
        yield "/".join(parts[:length])


def _id(answer: Response) -> str | None:
    if answer.mimetype != "application/json":
        return None
    body = orjson.loads(answer.get_data())
    made = body.get("id") if isinstance(body, dict) else None
    return made if isinstance(made, str) else None


def _place(address: str) -> Place | None:
    endpoint = _endpoint(address)
    if endpoint is None:
        return None
    shown, asked = _documents(endpoint), _documents(request.endpoint or "")
    return Place(address, bool(shown & asked))


def _endpoint(address: str) -> str | None:
    adapter = request_ctx.url_adapter
    assert adapter is not None
    try:
        endpoint, _ = adapter.match(address, "GET")
    except HTTPException:
        return None
    return str(endpoint)


def _documents(endpoint: str) -> set[tuple[Any, bool]]:
    """Return the schemas with which an operation answers when it succeeds, each with whether it is many."""
    view = current_app.view_functions.get(endpoint)
    documented: dict[int, Any] = getattr(view, "_apidoc", {}).get("response", {}).get("responses", {})
    parts = (part for status, many in documented.items() if int(status) < 300 for part in _parts(many))
    return {(type(part["schema"]), part["schema"].many) for part in parts if "schema" in part}


def _parts(documented: Any) -> list[Any]:
    return documented if isinstance(documented, list) else [documented]
