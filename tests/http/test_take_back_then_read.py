"""What was taken back is served by nobody: two workers, connections that stay open, reads sent after the answer."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from careteam.extensions import db
from tests.http.conftest import SETTINGS
from tests.http.server import Server, running
from tests.http.warm import KEEPING, Warm, to_both
from tests.world import Person, World

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
TRIALS = 30


@pytest.fixture(scope="module")
def keeping_server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers that keep connections open."""
    with running(database_url, tmp_path_factory.mktemp("sending"), SETTINGS, options=KEEPING) as started:
        yield started


def trials(world: World, server: Server, times: int) -> Counter[str]:
    """Send, read on both workers, take back on one, read on both: so many times, one question after another."""
    patient, _, prescriber = world.trio()
    questions = [str(world.question(patient).id) for _ in range(times)]
    world.session.rollback()
    db.engine.dispose()
    counted = Counter[str]()
    first, second = to_both(server)
    with closing(first), closing(second):
        for number, question in enumerate(questions):
            workers = (first, second) if number % 2 else (second, first)
            _trial(workers, patient, prescriber, question, counted)
    return counted


def _trial(workers: tuple[Warm, Warm], patient: Person, reader: Person, question: str, counted: Counter[str]) -> None:
    place = f"{patient.record}/sent-items/{question}"
    sent, _ = workers[0].call("POST", place, patient.token, {"send_to": [str(reader.user_id)]})
    assert sent == 200
    for worker in workers:
        assert _served(worker, patient, reader, question), "it is served on both before it is taken back"
    back, _ = workers[1].call("POST", f"{place}/revocation", patient.token)
    assert back == 200
    for worker in workers:
        counted["served"] += _served(worker, patient, reader, question)
        counted[f"read after by {worker.worker}"] += 1


def _served(worker: Warm, patient: Person, reader: Person, question: str) -> bool:
    """Say whether the question is shown: by itself, in the list, or as new."""
    parts = (f"questions/{question}", "questions?limit=100", "shared-record")
    answers = [worker.call("GET", f"{patient.record}/{part}", reader.token) for part in parts]
    return any(status == 200 and question in str(body) for status, body in answers)


def test_what_was_taken_back_is_served_by_neither_warm_worker(world: World, keeping_server: Server) -> None:
    found = trials(world, keeping_server, TRIALS)
    assert found.pop("served") == 0
    assert (len(found), found.total()) == (2, 2 * TRIALS), "both workers were asked"


def test_a_build_that_keeps_what_was_sent_is_found(world: World, tmp_path: Path, database_url: str) -> None:
    fault = "tests.http.broken:sent_for_ever()"
    with running(database_url, tmp_path, SETTINGS, application=fault, options=KEEPING) as server:
        assert trials(world, server, 2)["served"] > 0
