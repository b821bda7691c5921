"""Completes the OpenAPI document: what flask-smorest leaves out, taken from the application itself."""

import re
from typing import Any

from flask import Flask

PROBLEM = "application/problem+json"
METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def complete(document: dict[str, Any], app: Flask) -> dict[str, Any]:
    """Return the document with problems, operation ids, sign-in and versions said for every operation."""
    for response in document.get("components", {}).get("responses", {}).values():
        if "application/json" in response.get("content", {}):
            response["content"] = {PROBLEM: response["content"].pop("application/json")}
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        operations = document["paths"].get(path_of(rule.rule), {})
        for method in METHODS & {m.lower() for m in rule.methods or ()} & operations.keys():
            _complete_operation(operations[method], rule.endpoint, view)
    return document


def path_of(rule: str) -> str:
    """Return a Flask rule as an OpenAPI path: `/a/<uuid:b>` is `/a/{b}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _complete_operation(operation: dict[str, Any], endpoint: str, view: Any) -> None:
    operation["operationId"] = endpoint.rpartition(".")[2]
    if getattr(view, "anonymous", False):
        operation["security"] = []
    if getattr(view, "versioned", False):
        operation.setdefault("parameters", []).append(
            {
                "in": "header",
                "name": "If-Match",
                "required": True,
                "schema": {"type": "string"},
                "description": "The ETag of the version that you read. Missing: 428; no longer current: 412. "
                "Former members, who see no ETag, send * to mark their own item as entered in error.",
            }
        )
