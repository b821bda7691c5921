"""Every operation of the OpenAPI document has an example, and every example is true."""

import re
from typing import Any

import pytest
from flask import Flask

from careteam.api.examples import all_of_them
from tests.api.examples.played import sent_again, shape
from tests.api.examples.stage import ASKS, rules
from tests.world import World

EXAMPLES = all_of_them()


@pytest.mark.parametrize("operation", sorted(EXAMPLES))
def test_what_the_document_shows_is_what_is_answered(world: World, operation: str) -> None:
    example = EXAMPLES[operation]
    stage, ask, answer = sent_again(world, operation, dict(example))
    assert answer.status_code == example["status"], answer.text
    if example["status"] >= 400 or not answer.is_json:
        assert bool(answer.data) is (example["status"] >= 400 or example.get("response") is not None)
        return
    shown: Any = stage.shown(answer.json)
    assert shape(shown) == shape(example["response"])
    assert stage.shown(ask.body) == example.get("request"), "what is sent is what the document shows"


def test_every_operation_has_an_example(application: Flask) -> None:
    operations = set(rules(application))
    assert operations - set(EXAMPLES) == set(), "say in tests/api/examples how it is asked for, and write it from there"
    assert set(EXAMPLES) - operations == set(), "examples of operations that are no more"
    assert set(ASKS) - operations == set()


def test_no_example_shows_a_secret_that_was_real(application: Flask) -> None:
    shown = str(EXAMPLES)
    assert "/tmp" not in shown
    assert set(re.findall(r"\bct_\w+", shown)) == {"ct_Zm91ci1ncmVlbi1hcHBsZXMtaW4tYS1ib3dsLTEyMzQ1"}
