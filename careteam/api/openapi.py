"""Completes the OpenAPI document: what flask-smorest leaves out, taken from the application itself."""

import inspect
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from flask import Flask

from careteam.api import examples, idempotency, marks, refusals

PROBLEM = "application/problem+json"
METHODS = frozenset({"get", "post", "put", "patch", "delete"})
TOKEN: dict[str, list[str]] = {"token": []}
READS: dict[str, list[str]] = {"session": []}
WRITES: dict[str, list[str]] = {"session": [], "csrf": []}

KEY = {
    "in": "header",
    "name": idempotency.HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
    "description": "A new random value for every new request. For 24 hours the same request with the same value has no "
    "second effect: it is answered with what its Location shows now, marked `Idempotency-Replayed: true`, or with 409 "
    "`already-done` where that was shown once. Another request with the value: 422. A refused request frees it.",
}
VERSION = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "example": '"1"',
    "description": "The ETag of the version that you read. Missing: 428; no longer current: 412. "
    "Former members, who see no ETag, send * to mark their own item as entered in error.",
}
ETAG = {"schema": {"type": "string"}, "description": "The version, to be sent as `If-Match` with a change."}
LINK = {"schema": {"type": "string"}, "description": "RFC 8288: the address of the `next` page, and of the `first`."}
LOCATION = {"schema": {"type": "string"}, "description": "Where what was made can be read."}
UNTIL = {
    "schema": {"type": "string", "format": "date-time"},
    "description": "Only where emergency access shows what nothing else would: until when it is open (exclusive).",
}
PART2 = {
    "schema": {"type": "string"},
    "description": "Only where the answer holds an item of a 42 CFR Part 2 programme: the notice of 42 CFR 2.32.",
}
_TEXT = {"type": "string"}
_SCOPE = {
    "consent_id": {"type": "string", "format": "uuid"},
    "classes": {"type": "array", "items": _TEXT},
    "labels": {"type": "array", "items": _TEXT},
    "purpose": _TEXT,
    "valid_until": {"type": "string", "format": "date-time"},
    "statement": _TEXT,
}
PART2_BODY = {
    "type": "object",
    "description": "Only where the answer holds an item of a 42 CFR Part 2 programme: the notice of 42 CFR 2.32(a), "
    "and the scope of each consent under which it is disclosed (2.32(b)).",
    "required": ["text", "sha256", "scope"],
    "additionalProperties": False,
    "properties": {
        "text": _TEXT,
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "scope": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [*_SCOPE],
                "additionalProperties": False,
                "properties": _SCOPE,
            },
        },
    },
}
AGAIN = {"schema": {"type": "string", "enum": ["true"]}, "description": "Done before, with this `Idempotency-Key`."}


def complete(document: dict[str, Any], app: Flask) -> dict[str, Any]:
    """Return the document with sign-in, versions, keys, refusals and examples said for every operation."""
    components = document["components"]
    components["schemas"].pop("PaginationMetadata", None)
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    known = examples.all_of_them()
    for operation, method, path, endpoint in _operations(document, app):
        view = app.view_functions[endpoint]
        operation["operationId"] = endpoint.rpartition(".")[2]
        _say_who(operation, view, method)
        _say_body(operation, components["schemas"])
        _say_headers(operation, view, method, components["schemas"])
        _say_marks(operation, path, components["schemas"])
        _say_refusals(operation, view, method, path)
        _show(operation, document["paths"][path], known.get(operation["operationId"], {}))
    components["responses"] = {f"Refusal{status}": refusals.document(status) for status in _refused(document)}
    written: dict[str, Any] = _in_json_schemas_own_words(document)
    return written


def path_of(rule: str) -> str:
    """Return a Flask rule as an OpenAPI path: `/a/<uuid:b>` is `/a/{b}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _operations(document: dict[str, Any], app: Flask) -> Iterator[tuple[dict[str, Any], str, str, str]]:
    for rule in app.url_map.iter_rules():
        path = path_of(rule.rule)
        operations = document["paths"].get(path, {})
        for method in METHODS & {m.lower() for m in rule.methods or ()} & operations.keys():
            yield operations[method], method, path, rule.endpoint


def _say_who(operation: dict[str, Any], view: Any, method: str) -> None:
    """Say who may ask: nobody in particular, a token, or a signed-in browser, whose changes carry a CSRF token."""
    browser = WRITES if method in refusals.UNSAFE else READS
    if getattr(view, "anonymous", False):
        operation["security"] = []
    elif "browser_session" in inspect.unwrap(view).__code__.co_names:
        operation["security"] = [browser]
    else:
        operation["security"] = [TOKEN, browser]


def _say_body(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Say that a body of which nothing is required may be left out."""
    body = operation.get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    form = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
    if "properties" in form and not form.get("required"):
        body["required"] = False


def _say_headers(operation: dict[str, Any], view: Any, method: str, schemas: Mapping[str, Any]) -> None:
    asked = operation.setdefault("parameters", [])
    for parameter in asked:
        _without_null(parameter)
    asked += [VERSION] if getattr(view, "versioned", False) else []
    asked += [KEY] if _keyed(view, method) else []
    for status, response in _successes(operation):
        headers = _answer_headers(response, schemas)
        headers |= {"Location": LOCATION} if status == "201" else {}
        headers |= {idempotency.REPLAYED: AGAIN} if _keyed(view, method) else {}
        if headers:
            response["headers"] = headers


def _say_marks(operation: dict[str, Any], path: str, schemas: dict[str, Any]) -> None:
    """Say what an answer about a record carries where something is shown by emergency access alone, or is Part 2."""
    if "{patient_id}" not in path:
        return
    for _, response in _successes(operation):
        response.setdefault("headers", {})
        response["headers"] |= {marks.EMERGENCY: UNTIL, marks.PART2: PART2}
        schema = response.get("content", {}).get("application/json", {}).get("schema", {})
        shown = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
        if "properties" in shown:
            schemas.setdefault("Part2Notice", deepcopy(PART2_BODY))
            shown["properties"][marks.BODY] = {"$ref": "#/components/schemas/Part2Notice"}


def _answer_headers(response: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    shown = schemas.get(schema.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
    headers = {"ETag": ETAG} if "version" in shown else {}
    return headers | (
        {"Link": LINK} if {"items", "next"} <= shown.keys() or "text/csv" in response.get("content", {}) else {}
    )


def _say_refusals(operation: dict[str, Any], view: Any, method: str, path: str) -> None:
    answers = operation["responses"]
    for status in [status for status in answers if not status.startswith(("2", "3"))]:
        del answers[status]
    if not path.startswith("/api/"):
        given = {503} if path.endswith("/ready") else set()
    else:
        given = refusals.of(operation, method=method, path=path, view=view, keyed=_keyed(view, method))
    answers.update({str(status): {"$ref": f"#/components/responses/Refusal{status}"} for status in sorted(given)})


def _show(operation: dict[str, Any], path: Mapping[str, Any], example: Mapping[str, Any]) -> None:
    """Put the example of an operation where readers and programs look for it."""
    for parameter in [*path.get("parameters", []), *operation["parameters"]]:
        given = example.get(str(parameter["in"]), {})
        if parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]
    if "request" in example:
        for content in operation["requestBody"]["content"].values():
            content["example"] = example["request"]
    if example.get("response") is not None:
        for content in operation["responses"][str(example["status"])].get("content", {}).values():
            content["example"] = example["response"]


def _keyed(view: Any, method: str) -> bool:
    return method == "post" and idempotency.applies(view)


def _without_null(parameter: dict[str, Any]) -> None:
    """What may be left out of a query is never sent as null."""
    schema = parameter.get("schema", {})
    if isinstance(schema.get("type"), list):
        schema["type"] = next(kind for kind in schema["type"] if kind != "null")
    if schema.get("default", "") is None:
        del schema["default"]


def _in_json_schemas_own_words(part: Any) -> Any:
    """Return a copy with every pattern written for ECMAScript (JSON Schema 2020-12, 6.3.3).

    Ours match from the start, and `\\Z` is `$`. A copy, because parts such as `KEY` stand in many places: written in
    place they would be written again in each.
    """
    if isinstance(part, list):
        return [_in_json_schemas_own_words(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: _pattern(one) if name == "pattern" else _in_json_schemas_own_words(one) for name, one in part.items()}


def _pattern(found: Any) -> Any:
    """Write one pattern; a property may be called `pattern` too, and is something else."""
    if not isinstance(found, str):
        return _in_json_schemas_own_words(found)
    return f"^(?:{found.removeprefix('^')})".replace("\\Z", "$")


def _successes(operation: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(status, made) for status, made in operation["responses"].items() if status.startswith("2")]


def _refused(document: Mapping[str, Any]) -> list[int]:
    answers = (
        status
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in METHODS
        for status in operation["responses"]
    )
    return sorted({int(status) for status in answers if not status.startswith(("2", "3"))})
