"""Holds every answer of the suite against the OpenAPI document: status, content type, exact keys, headers."""

import json
import os
from typing import Any

import jsonschema_rs
from flask import Flask, Response, request

from careteam.api.openapi import path_of

DOCUMENT = "urn:careteam:openapi"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def note(operation: str, status: int) -> None:
    """Keep which operation answered with which status, where somebody asked for it."""
    if target := os.environ.get("CARETEAM_TEST_STATUSES"):
        with open(target, "a", encoding="ascii") as file:
            file.write(f"{operation} {status}\n")


class BrokenContract(AssertionError):
    """An answer that the documentation does not describe."""


def watch(app: Flask) -> None:
    """From now on, fail the test that gets an answer other than documented."""
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document
    checks = _Checks(document)

    def check(answer: Response) -> Response:
        if request.path.startswith("/api/v1/") and request.url_rule and request.method != "OPTIONS":
            checks.headers(answer)
            checks.body(path_of(request.url_rule.rule), request.method.lower(), answer)
        return answer

    app.after_request_funcs.setdefault(None, []).insert(0, check)


class _Checks:
    """Each schema is compiled once, and the document is held once for all of them: a copy in each takes gigabytes."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.registry = jsonschema_rs.Registry([(DOCUMENT, document)])
        self.validators: dict[str, Any] = {}

    def headers(self, answer: Response) -> None:
        for name, value in HEADERS.items():
            if answer.headers.get(name) != value:
                raise BrokenContract(f"{request.path}: {name} is {answer.headers.get(name)!r}")
        if not {"cookie", "authorization"} <= set(answer.vary.as_set()):
            raise BrokenContract(f"{request.path}: Vary is {answer.headers.get('Vary')!r}")

    def body(self, path: str, method: str, answer: Response) -> None:
        if path == "/api/v1/openapi.json":
            return
        method = "get" if method == "head" else method
        operation = self.document["paths"].get(path, {}).get(method)
        if operation is None:
            if answer.status_code < 405:
                raise BrokenContract(f"{method} {path} is not documented")
            return
        documented = operation["responses"].get(str(answer.status_code))
        note(operation["operationId"], answer.status_code)
        if answer.status_code == 500:
            return  # a fault of ours, and no part of the contract
        if documented is None:
            raise BrokenContract(f"{method} {path} does not document {answer.status_code} (careteam/api/refusals.py)")
        self.content(f"{method} {path} {answer.status_code}", self.resolved(documented), answer)

    def content(self, what: str, documented: dict[str, Any], answer: Response) -> None:
        allowed = documented.get("content")
        if not allowed or request.method == "HEAD":
            return
        if answer.mimetype not in allowed:
            raise BrokenContract(f"{what}: {answer.mimetype} instead of {list(allowed)}")
        if (answer.mimetype or "").endswith("json"):
            self.valid(what, allowed[answer.mimetype].get("schema", {}), json.loads(answer.get_data()))

    def valid(self, what: str, schema: dict[str, Any], body: Any) -> None:
        text = json.dumps(schema, sort_keys=True).replace('"#/', f'"{DOCUMENT}#/')
        if text not in self.validators:
            compiled = jsonschema_rs.validator_for(json.loads(text), registry=self.registry, validate_formats=True)
            self.validators[text] = compiled
        errors = [f"{e.instance_path}: {e.message}" for e in self.validators[text].iter_errors(body)]
        if errors:
            raise BrokenContract(f"{what}: {errors[:5]}")

    def resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in part:
            found: Any = self.document
            for key in part["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            part = found
        return part
