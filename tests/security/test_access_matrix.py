"""Every address, asked by everybody, in every consent state: as `access_matrix.txt` says, and nothing besides.

An everyday run asks a turning part of the cells: on SQLite every second one, on PostgreSQL every eighth, beginning
where `--pairs-seed` says; what no consent state moves is besides asked in `active` and, in turns, in the others. In
the state `active` every address is asked in every run. `--full-matrix` asks everything.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from structlog.testing import capture_logs

from tests.security.asking import Asked, Asker, asking, shown
from tests.security.conftest import WHOLE, Part
from tests.security.consent_states import STATES
from tests.security.document import Document
from tests.security.examples import WORDS, body_of, query_of
from tests.security.fields import EVERY, field_table, forms, wrong_fields
from tests.security.fields import FILE as FIELDS
from tests.security.headers import wrong_headers
from tests.security.matrix import ACTORS, FILE, BadTable, Matrix, Row, matrix
from tests.security.routes import ABSENT, API, Route, routes
from tests.security.stage import Stage
from tests.world import World

STATUS = {"sign-in": {401}, "absent": {404}, "refused": {403}, "open": {200, 201, 202, 204}}
MOVED = {"patient", "therapist", "prescriber", "covering", "former"}
"""Those for whom a consent state can make a difference."""
TURNS = 8
"""Of what no state moves every state but `active` asks this part in everyday runs, each another one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One question of the table."""

    row: Row
    thing: str | None
    actor: str
    state: str

    @property
    def due(self) -> str:
        return matrix().answer(self.row, self.actor, self.thing, self.state)

    def __str__(self) -> str:
        about = f" ({self.thing})" if self.thing else ""
        return f"{self.row.route}{about} as {self.actor}, {self.state}: {self.due} is due"


def test_every_address_has_a_row_and_every_row_an_address(application: Flask) -> None:
    missing = unwritten({str(route) for route in routes(application)}, {row.route for row in matrix().rows})
    assert not missing, missing


def test_an_address_without_a_row_is_told_where_to_put_one() -> None:
    told = unwritten({"GET /api/v1/new"}, set())
    assert "write a row for each of these under ROUTES in access_matrix.txt" in told
    assert "GET /api/v1/new" in told
    assert "no more: ['GET /api/v1/old']" in unwritten(set(), {"GET /api/v1/old"})


def unwritten(asked: set[str], written: set[str]) -> str:
    """Return what to write for addresses without a row, or to strike of rows without an address; empty for neither."""
    where = f"under ROUTES in {FILE.name} (its head says how), and an example of its body in examples.py"
    new = f"write a row for each of these {where}: {sorted(asked - written)}" if asked - written else ""
    old = f"there are rows for addresses that are no more: {sorted(written - asked)}" if written - asked else ""
    return "; ".join(filter(None, (new, old)))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("GET /new | | as ever | |", "write a row for it under WAYS"),
        ("GET /new | a thing | public | |", "under THINGS, and put it on the stage"),
        ("GET /new | | public | everybody perhaps |", "say who is answered how"),
        ("GET /new | | public |", "has 4 cells, not 5"),
    ],
)
def test_a_row_that_says_nothing_is_told_what_it_lacks(line: str, told: str) -> None:
    with pytest.raises(BadTable, match=told):
        Matrix(FILE.read_text(encoding="utf-8") + line + "\n")


def test_every_field_of_an_answer_has_a_line_and_every_line_a_field(application: Flask) -> None:
    given = set(forms(Document(application), routes(application, API)))
    everywhere = {name for form, name in field_table() if form == EVERY}
    given = {(EVERY if name in everywhere else form, name) for form, name in given}
    written = field_table().keys()
    assert not given - written, f"say in {FIELDS.name} who may get these: {sorted(given - written)}"
    assert not written - given, f"there are lines in {FIELDS.name} for what no answer has: {sorted(written - given)}"


@pytest.mark.parametrize("state", STATES)
def test_every_address_answers_everybody_as_the_table_says(
    world: World, state: str, full_matrix: bool, share: Part, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, wrong = sweep(world, state, full=full_matrix, part=share)
    with capsys.disabled():
        print(f"\n{state}: {sum(asked.values())} cells, {len(wrong)} wrong; {dict(asked)}", end="")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("turn", range(8))
def test_in_the_active_state_an_everyday_run_asks_every_address(world: World, turn: int) -> None:
    found = enumerate(cells(Stage(world, "active"), full=False))
    asked = {cell.row.route for number, cell in found if Part(8, turn).takes(number)}
    assert asked == {row.route for row in matrix().rows}


def sweep(
    world: World, state: str, *, full: bool = False, only: str = "", part: Part = WHOLE
) -> tuple[Counter[str], list[str]]:
    """Ask what the table says in this state, of the addresses that hold `only`; return what was asked and wrong."""
    stage, asked, wrong = Stage(world, state), Counter[str](), list[str]()
    by_route, document = {str(route): route for route in routes(world.app)}, Document(world.app)
    with asking(world) as ask, capture_logs() as lines:
        absent = shown(ask(stage.patient, "GET", f"/api/v1/patients/{ABSENT}").answer)
        for number, cell in enumerate(cells(stage, full=full)):
            if only in cell.row.rule and part.takes(number):
                route = by_route[cell.row.route]
                answer = send(ask, stage, cell, route)
                found = [*faults(stage, cell, answer), *_unlike(absent, cell, answer)]
                found += wrong_fields(document, route, cell.actor, answer.answer)
                wrong += [f"{cell}, but {fault}" for fault in found]
                asked[cell.due] += 1
    return asked, wrong + [
        f"a line of the server's log tells of {t}" for w, t in stage.canaries.items() if w in str(lines)
    ]


def cells(stage: Stage, *, full: bool) -> Iterator[Cell]:
    """Yield what is asked in this state: all; or whatever differs between states, and of the rest a turning part."""
    place = list(STATES).index(stage.state)
    for number, row in enumerate(matrix().rows):
        moved = MOVED if matrix().moves(row) else set()
        for thing in matrix().things_of(row):
            if thing is None or thing in stage.things or stage.state == "active":
                for turn, actor in enumerate(ACTORS):
                    if full or stage.state == "active" or actor in moved or (turn + number + place) % TURNS == 0:
                        yield Cell(row, thing, actor, stage.state)


def send(ask: Asker, stage: Stage, cell: Cell, route: Route) -> Asked:
    """Ask one cell's question."""
    ids = {"patient_id": stage.patient.patient_id, **WORDS, **(stage.things[cell.thing].ids if cell.thing else {})}
    options: dict[str, Any] = {"query_string": query_of(route.endpoint, stage)}
    options["headers"] = {"Origin": "https://evil.example"} if route.method == "GET" else {"If-Match": '"1"'}
    body = body_of(route.endpoint, stage, cell.actor)
    if body is not None:
        options["json"] = body
    return ask(stage.actors[cell.actor], route.method, route.address(ids), **options)


def faults(stage: Stage, cell: Cell, asked: Asked) -> Iterator[str]:
    """Yield what is wrong with an answer: its status, what it tells, and what the log says of it."""
    status, due = asked.answer.status_code, cell.due
    if status not in STATUS.get(due, {int(due) if due.isdecimal() else 0}):
        yield f"it was {status}: {asked.answer.text[:200]}"
    yield from wrong_headers(cell.row.rule, asked.answer)
    yield from _told(stage, cell, asked)
    yield from _logged(stage, cell, asked)


def _unlike(absent: Any, cell: Cell, asked: Asked) -> Iterator[str]:
    """Hidden and absent are one answer, whatever the address: status, headers and body, byte for byte."""
    if asked.answer.status_code == 404 and cell.row.rule.startswith(API) and shown(asked.answer) != absent:
        yield f"it answered unlike what is absent: {shown(asked.answer)}"


def _told(stage: Stage, cell: Cell, asked: Asked) -> Iterator[str]:
    told = {thing for word, thing in stage.canaries.items() if word in asked.told}
    may = {t for t in stage.canaries.values() if matrix().reads(cell.actor, t, cell.state)} | cell.row.may_tell
    if told - may:
        yield f"it told of {sorted(told - may)}"
    about = {t for t in stage.canaries.values() if t == cell.thing or matrix().kinds[t] in cell.row.shows}
    if cell.due == "open" and cell.row.shows and told & about != may & about:
        yield f"it showed {sorted(told & about)} and not {sorted(may & about)}"


def _logged(stage: Stage, cell: Cell, asked: Asked) -> Iterator[str]:
    status, outcomes = asked.answer.status_code, [outcome for outcome, _, _ in asked.events]
    if len({patient for _, patient, _ in asked.events}) < len(outcomes):
        yield f"the log has {len(outcomes)} events for it"
    if status in {401, 403, 404} and cell.row.rule.startswith(API) and outcomes != ["refused"]:
        yield f"the log says {outcomes} of a refusal"
    if status < 300 and "<patient_id>" in cell.row.rule and {e[1] for e in asked.events} != {stage.patient.patient_id}:
        yield f"the log says {asked.events} of what was done with Maya's record"
