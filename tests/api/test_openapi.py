"""The OpenAPI document: valid, complete, and the same as what the application has."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from openapi_spec_validator import validate

from careteam.api.door import PROOF
from careteam.api.openapi import METHODS, path_of
from careteam.api.refusals import ONLY_BY_MEANING
from tests.api.examples.stage import rules
from tests.world import World

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def document(application: Flask) -> dict[str, Any]:
    """The document as it is sent."""
    found: dict[str, Any] = application.test_client().get("/api/v1/openapi.json").json or {}
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, found in document["paths"].items():
        for method in METHODS & found.keys():
            yield method, path, found[method]


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_a_pattern_that_stands_in_many_operations_is_written_once(document: dict[str, Any]) -> None:
    keys = [p for _, _, o in operations(document) for p in o.get("parameters", ()) if p["name"] == "Idempotency-Key"]
    assert len(keys) > 1
    assert {key["schema"]["pattern"] for key in keys} == {"^(?:[!-~]+$)"}


def test_the_document_has_every_address_of_the_application_and_no_other(
    document: dict[str, Any], application: Flask
) -> None:
    documented = {(method.upper(), path) for method, path, _ in operations(document)}
    served = {(method, path_of(rule)) for method, rule, _ in rules(application).values()}
    assert documented == served


def test_every_operation_has_an_id_of_its_own_a_tag_and_a_sentence(document: dict[str, Any]) -> None:
    ids = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert [name for name, count in ids.items() if count > 1] == []
    assert [name for name in ids if not re.fullmatch(r"[a-z][a-z0-9_]+", name)] == []
    tags = {tag["name"]: tag.get("description", "") for tag in document["tags"]}
    assert all(tags.values()), tags
    bare = [
        o["operationId"] for _, _, o in operations(document) if not o.get("summary") or not set(o["tags"]) <= set(tags)
    ]
    assert bare == []


def test_every_operation_says_who_may_ask(document: dict[str, Any], application: Flask) -> None:
    known = set(document["components"]["securitySchemes"])
    for method, path, operation in operations(document):
        _, _, endpoint = rules(application)[operation["operationId"]]
        if getattr(application.view_functions[endpoint], "anonymous", False):
            assert operation["security"] == [], path
            continue
        assert operation["security"], path
        for way in operation["security"]:
            assert set(way) <= known
            assert ("csrf" in way) is ("session" in way and method != "get"), (method, path)


def test_a_session_is_asked_for_where_a_token_is_not_enough(world: World, document: dict[str, Any]) -> None:
    """Said of exactly those operations that refuse a token with a sentence about signing in."""
    from tests.api.test_refusals import asked

    patient = world.patient()
    told = {
        o["operationId"] for _, _, o in operations(document) if {"token": []} not in o["security"] and o["security"]
    }
    refused = {
        operation
        for operation in rules(world.app)
        if "an access token is not enough" in asked(world, operation, world.client(patient)).text
    }
    assert refused == told


ONLY_ASK = ("preview_", "ask_side_effect_advice")
"""The operations that change nothing, by the beginnings of their names: a key means nothing to them."""


def test_every_post_of_a_signed_in_person_takes_an_idempotency_key_unless_with_a_password_or_code(
    document: dict[str, Any],
) -> None:
    for method, path, operation in operations(document):
        named = [p["name"] for p in operation.get("parameters", [])]
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        form = document["components"]["schemas"].get(content.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
        changes = not operation["operationId"].startswith(ONLY_ASK)
        takes = method == "post" and changes and bool(operation["security"])
        takes = takes and PROOF.isdisjoint(form.get("properties", {}))
        assert ("Idempotency-Key" in named) is takes, path


def test_every_refusal_is_a_problem_with_an_example(document: dict[str, Any]) -> None:
    schema = {**document["components"]["schemas"]["Problem"], "components": document["components"]}
    validator = jsonschema_rs.validator_for(schema)
    for name, refusal in document["components"]["responses"].items():
        example = refusal["content"][PROBLEM]["example"]
        assert validator.is_valid(example), name
        assert name == f"Refusal{example['status']}"
        assert refusal["description"]


def test_every_example_is_of_the_form_that_it_shows(document: dict[str, Any]) -> None:
    wrong, checked = [], 0
    for method, path, operation in operations(document):
        contents = [*operation.get("requestBody", {}).get("content", {}).values()]
        contents += [
            c for r in operation["responses"].values() if "$ref" not in r for c in r.get("content", {}).values()
        ]
        for content in contents:
            if "example" not in content:
                wrong.append(f"{method} {path}: no example")
                continue
            whole = {**content.get("schema", {}), "components": document["components"]}
            validator = jsonschema_rs.validator_for(whole, validate_formats=True)
            wrong += [
                f"{method} {path} {e.instance_path}: {e.message}" for e in validator.iter_errors(content["example"])
            ]
            checked += 1
    assert wrong == []
    assert checked > 100


def test_parameters_have_examples_too(document: dict[str, Any]) -> None:
    bare = [
        f"{path} {parameter['name']}"
        for path, found in document["paths"].items()
        for parameter in found.get("parameters", [])
        if "example" not in parameter
    ]
    assert bare == []


def test_what_only_the_meaning_tells_is_said_of_operations_that_there_are(application: Flask) -> None:
    assert set(ONLY_BY_MEANING) - set(rules(application)) == set()
