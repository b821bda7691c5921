"""What the OpenAPI document says that an address takes: every place in a query or a body, by its form."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask

from careteam.api.openapi import path_of
from tests.security.routes import Route

Schema = dict[str, Any]
Path = tuple[str, ...]
EACH = "[]"
"""Stands in a path for every member of a list."""


@dataclass(frozen=True, slots=True)
class Place:
    """One property of a body or one parameter of a query."""

    where: str
    path: Path
    schema: Schema

    @property
    def name(self) -> str:
        """The place in words."""
        return f"{self.where} {'.'.join(self.path)}"

    @property
    def is_id(self) -> bool:
        """Whether an id stands here."""
        return self.schema.get("format") == "uuid"

    @property
    def is_member(self) -> bool:
        """Whether a member of the team may be named here."""
        return "member:" in str(self.schema.get("pattern", ""))


@lru_cache(maxsize=4)
def _of(app: Flask) -> Schema:
    document: Schema | None = app.test_client().get("/api/v1/openapi.json").json
    assert document
    return document


class Document:
    """The OpenAPI document of the application."""

    def __init__(self, app: Flask) -> None:
        document = _of(app)
        self.paths, self.schemas = document["paths"], document["components"]["schemas"]

    def operation(self, route: Route) -> Schema | None:
        """Return what is said of one method of one address."""
        found: Schema | None = self.paths.get(path_of(route.rule), {}).get(route.method.lower())
        return found

    def body(self, route: Route) -> Schema | None:
        """Return the form of the body, None where there is none or its form is another document's."""
        content = ((self.operation(route) or {}).get("requestBody") or {}).get("content", {})
        found = self.resolved(content.get("application/json", {}).get("schema", {}))
        return found if found.get("properties") else None

    def places(self, route: Route) -> Iterator[Place]:
        """Yield every place in the query and the body, however deep."""
        for parameter in (self.operation(route) or {}).get("parameters", []):
            if parameter.get("in") == "query":
                yield from self._below("query", (parameter["name"],), parameter["schema"])
        yield from self._below("body", (), self.body(route) or {})

    def objects(self, route: Route) -> Iterator[tuple[Path, Schema]]:
        """Yield every object that a body may hold, itself included, with its place."""
        body = self.body(route)
        if body is not None:
            yield (), body
            yield from ((p.path, p.schema) for p in self._below("body", (), body) if p.schema.get("properties"))

    def resolved(self, schema: Schema) -> Schema:
        """Return the schema behind a reference, and of several possible ones the one that is not null (`nullable`)."""
        for several in ("anyOf", "allOf", "oneOf"):
            if several in schema:
                found = self.resolved(next(s for s in schema[several] if s.get("type") != "null"))
                return {**found, "nullable": True} if {"type": "null"} in schema[several] else found
        if "$ref" in schema:
            return self.resolved(self.schemas[schema["$ref"].rpartition("/")[2]])
        return schema

    def _below(self, where: str, path: Path, schema: Schema) -> Iterator[Place]:
        schema = self.resolved(schema)
        if path:
            yield Place(where, path, schema)
        for name, part in schema.get("properties", {}).items():
            yield from self._below(where, (*path, name), part)
        if "items" in schema:
            yield from self._below(where, (*path, EACH), schema["items"])


def with_value(whole: Any, path: Path, value: Any) -> Any:
    """Return a copy of a body or query in which this value stands in this place."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if first == EACH:
        return [with_value(whole[0] if isinstance(whole, list) and whole else None, rest, value)]
    known = dict(whole) if isinstance(whole, dict) else {}
    return {**known, first: with_value(known.get(first), rest, value)}
