"""No body takes a column that it does not say it takes, and no column takes a value of another type."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from careteam.extensions import db
from careteam.models import Base
from tests.security.asking import Asked, asking
from tests.security.conftest import Part
from tests.security.document import Path, Place, Schema, with_value
from tests.security.examples import body_of
from tests.security.matrix import Row, matrix
from tests.security.routes import Route
from tests.security.test_id_swap import Swaps
from tests.world import World

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
COLUMNS = sorted({column.name for table in Base.metadata.tables.values() for column in table.columns})
SENTINELS = {"UUID": "01900000-0000-7000-8000-00000000f00d", "bool": True, "int": 424242}
WORD = "put-there-by-a-stranger"
PLANTED = (WORD, "f00d", "424242")
WRONG: dict[str, list[Any]] = {
    "string": [7, True, ["x"], {"x": "x"}],
    "integer": ["7", True, 1.5, [1], {}],
    "number": [True, [1], {}, "much"],
    "boolean": ["true", 1, 0, [], {}],
    "array": [{}, "x", 7, True],
    "object": [[], "x", 7, True],
}


def value_of(column: str) -> Any:
    """Return a value that the column would take."""
    for table in Base.metadata.tables.values():
        if column in table.columns:
            kind = table.columns[column].type
            return SENTINELS.get(getattr(kind, "python_type", str).__name__, WORD)
    raise AssertionError(column)


def writable(swaps: Swaps) -> Iterator[tuple[Row, Route, str | None, str]]:
    """Yield each address that changes something once, with somebody whose act it is."""
    acts = [act for act in swaps.acts() if act[1].method in UNSAFE]
    first = {act[1]: act for act in reversed(acts)}
    first |= {act[1]: act for act in reversed(acts) if _due(act) == "open"}
    yield from first.values()


def _due(act: tuple[Row, Route, str | None, str]) -> str:
    return matrix().answer(act[0], act[3], act[2], "active")


def test_no_column_is_taken_that_a_body_does_not_name(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    cells, wrong = taken_columns(Swaps(world))
    with capsys.disabled():
        print(f"\n{cells} columns that no body names: {len(wrong)} taken", end="")
    assert cells > 1000
    assert not wrong, "\n".join(wrong)


def taken_columns(swaps: Swaps) -> tuple[int, list[str]]:
    """Send every column that a body does not name along with it; return how many, and where one was taken."""
    cells, wrong = 0, list[str]()
    with asking(swaps.stage.world) as ask:
        for _, route, thing, actor in writable(swaps):
            example = body_of(route.endpoint, swaps.stage, actor)
            for path, schema in swaps.document.objects(route):
                extra = {c: value_of(c) for c in COLUMNS if c not in schema["properties"]}
                body = with_value(example, path, {**_part(example, path), **extra})
                with changes() as made:
                    asked = swaps.send(ask, route, actor, swaps.ids(thing), body=body)
                cells += len(extra)
                wrong += [f"{route} {'.'.join(path)}: {fault}" for fault in _taken(asked, extra, made)]
    return cells, wrong


def test_an_address_that_takes_no_body_takes_nothing_from_one(world: World) -> None:
    swaps, wrong = Swaps(world), list[str]()
    with asking(world) as ask:
        for _, route, thing, actor in writable(swaps):
            if swaps.document.body(route) is None and route.endpoint != "imports.import_bundle":
                with changes() as made:
                    swaps.send(ask, route, actor, swaps.ids(thing), body={c: value_of(c) for c in COLUMNS})
                wrong += [f"{route}: {line}" for line in made if any(word in line for word in PLANTED)]
    assert not wrong, wrong


def test_no_property_takes_a_value_of_another_type(
    world: World, part: Part, capsys: pytest.CaptureFixture[str]
) -> None:
    swaps, cells, number, wrong = Swaps(world), 0, 0, list[str]()
    with asking(world) as ask:
        for _, route, thing, actor in writable(swaps):
            example = body_of(route.endpoint, swaps.stage, actor)
            for place in swaps.document.places(route) if swaps.document.body(route) else ():
                for value in wrong_values(place):
                    number += 1
                    if not part.takes(number):
                        continue
                    body = with_value(example, place.path, value)
                    asked, cells = swaps.send(ask, route, actor, swaps.ids(thing), body=body), cells + 1
                    if asked.answer.status_code != 422:
                        wrong.append(f"{route} {place.name}={value!r}: {asked.answer.status_code}")
    with capsys.disabled():
        print(f"\n{cells} values of another type: {len(wrong)} taken", end="")
    assert not wrong, "\n".join(wrong)


def wrong_values(place: Place) -> list[Any]:
    """Return values that this property must refuse."""
    if place.where != "body":
        return []
    kinds = place.schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not kinds and place.schema.get("properties"):
        kinds = ["object"]
    null = [] if "null" in kinds or place.schema.get("nullable") else [None]
    own = [k for k in kinds if k != "null"]
    return [*WRONG[own[0]], *null] if len(own) == 1 else []


class changes(list[str]):
    """Collects the statements that change rows, with their values; the log and last use are left out."""

    def __enter__(self) -> "changes":
        event.listen(db.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(db.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and "access_event" not in statement:
            self.append(f"{statement} {values}")


def _part(whole: Any, path: Path) -> dict[str, Any]:
    for step in path:
        whole = (whole or [None])[0] if step == "[]" else (whole or {}).get(step)
    return dict(whole or {})


def _taken(asked: Asked, extra: Schema, made: list[str]) -> Iterator[str]:
    if asked.answer.status_code != 422:
        yield f"{asked.answer.status_code}: {asked.answer.text[:200]}"
        return
    unnamed = [column for column in extra if f'"{column}"' not in asked.answer.text]
    if unnamed:
        yield f"the answer does not name {unnamed}"
    if made:
        yield f"something was written: {made[:2]}"
