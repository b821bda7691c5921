"""Reads `field_table.txt`, the document of who may get which field of an answer, and walks through answers by it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.security.document import Document, Schema
from tests.security.matrix import ACTORS, BadTable
from tests.security.routes import Route

FILE = Path(__file__).with_name("field_table.txt")
Field = tuple[str, str]
EVERY = "every form"
"""Stands in the table for whatever is answered: what goes with any answer because of what it shows."""


@cache
def field_table() -> dict[Field, frozenset[str]]:
    """Return for each field of each form of answer who may get a value in it."""
    found: dict[Field, frozenset[str]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.count(" | ") != 2 or line.startswith("form "):
            continue
        form, fields, who = (cell.strip() for cell in line.split(" | "))
        for name in fields.split():
            if (form, name) in found:
                raise BadTable(f"{form}.{name} stands in {FILE.name} twice.")
            found[form, name] = _people(who)
    return found


def _people(who: str) -> frozenset[str]:
    everybody, words = frozenset(ACTORS), who.split()
    but = frozenset(words[1:]) if words[0] == "not" else frozenset()
    named = everybody - but if words[0] in {"all", "not"} else frozenset(words)
    if not (named | but) <= everybody:
        raise BadTable(f"{who!r}: name people as the columns of WAYS do, or say 'all', or 'not' and names.")
    return named


def _who(field: Field) -> frozenset[str]:
    table = field_table()
    return table.get(field, table.get((EVERY, field[1]), frozenset()))


def answer_form(document: Document, route: Route, status: int) -> Schema:
    """Return the form of an answer, as far as it is JSON of ours."""
    responses = (document.operation(route) or {}).get("responses", {})
    content: Schema = responses.get(str(status), {}).get("content", {})
    found: Schema = content.get("application/json", {}).get("schema", {})
    return found


def forms(document: Document, routes: list[Route]) -> Iterator[Field]:
    """Yield every field that any answer may have."""
    seen = set[str]()
    for route in routes:
        for status in (200, 201):
            yield from _forms(document, answer_form(document, route, status), seen)


def _forms(document: Document, schema: Schema, seen: set[str]) -> Iterator[Field]:
    name = _name(schema)
    if name in seen:
        return
    schema = document.resolved(schema)
    if name:
        seen.add(name)
        yield from ((name, field) for field in schema.get("properties", {}))
    for part in (*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])):
        yield from _forms(document, part, seen)


def got(document: Document, schema: Schema, value: Any) -> Iterator[Field]:
    """Yield every field in which this answer holds a value."""
    name, schema = _name(schema), document.resolved(schema)
    if isinstance(value, list):
        for part in value:
            yield from got(document, schema.get("items", {}), part)
    elif isinstance(value, dict):
        for field, part in value.items():
            if part is not None and part != []:
                yield name, field
                yield from got(document, schema.get("properties", {}).get(field, {}), part)


def wrong_fields(document: Document, route: Route, actor: str, answer: Any) -> Iterator[str]:
    """Yield the fields in which this answer holds what its asker may not get."""
    if answer.status_code in {200, 201} and answer.mimetype == "application/json":
        for field in set(got(document, answer_form(document, route, answer.status_code), answer.json)):
            if field[0] and actor not in _who(field):
                yield f"it has a value in {'.'.join(field)}"


def _name(schema: Schema) -> str:
    for several in ("anyOf", "allOf", "oneOf"):
        if several in schema:
            return next((_name(s) for s in schema[several] if "$ref" in s), "")
    return str(schema.get("$ref", "")).rpartition("/")[2]
