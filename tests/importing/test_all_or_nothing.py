"""A fault anywhere in the middle leaves nothing of the file, and the next try works."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from careteam.extensions import db
from careteam.models import Medication
from tests.fhir_reading.samples import bundle, note, observation, patient, request
from tests.importing.kit import clinicians, command, count, events, post, rows, written
from tests.queries import statements
from tests.world import World

FILE = bundle(patient(), request(status="stopped"), note(), observation())


class Fault(Exception):
    """What a broken disk would raise."""


@contextmanager
def failing(number: int) -> Iterator[list[str]]:
    """Let the n-th INSERT or UPDATE fail, once; yields those that were sent."""
    sent: list[str] = []

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.upper().startswith(("INSERT", "UPDATE")):
            sent.append(statement)
            if len(sent) == number:
                raise Fault

    event.listen(db.engine, "before_cursor_execute", fail)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", fail)


def test_each_write_that_fails_leaves_nothing(world: World, tmp_path: Path) -> None:
    pair, file = clinicians(world), written(tmp_path, FILE)
    before, number, done = rows(world), 0, None
    while done is None or done.exit_code:
        number += 1
        with failing(number):
            done = command(world, file, pair=pair)
        if done.exit_code:
            assert "Something went wrong on our side" in done.stdout
            assert rows(world) == before
            assert len(events(world, "refused")) == number
    assert number > 8
    assert count(world, Medication) == 1


@pytest.mark.parametrize("number", [1, 4, 8])
def test_the_api_leaves_nothing_either(world: World, number: int) -> None:
    pair = clinicians(world)
    before = rows(world)
    with failing(number), pytest.raises(Fault):
        post(world, pair[0], FILE, pair=pair)
    assert rows(world) == before
    assert events(world, "changed") == []
    assert post(world, pair[0], FILE, pair=pair).status_code == 201


def test_the_number_of_statements_does_not_grow_with_the_file(world: World, tmp_path: Path) -> None:
    pair, numbers = clinicians(world), []
    for n, size in enumerate((2, 40)):
        person = patient(id=f"p{n}", identifier=[{"system": "urn:clinic", "value": str(n)}])
        about: Any = {"subject": {"reference": f"Patient/p{n}"}}
        many = [
            make(id=f"{make.__name__}{n}-{i}", **about) for i in range(size) for make in (request, note, observation)
        ]
        file = written(tmp_path, bundle(person, *many), f"{n}.json")
        with statements(world.app) as sent:
            assert command(world, file, pair=pair).exit_code == 0
        numbers.append(len(sent))
    assert numbers[0] == numbers[1] < 40
