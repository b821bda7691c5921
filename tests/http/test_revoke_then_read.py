"""What was revoked is served by nobody: two workers, connections that stay open, every read sent after the answer."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from careteam.extensions import db
from tests.http import revoking
from tests.http.conftest import SETTINGS
from tests.http.server import Server, running
from tests.http.warm import KEEPING
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
FAULTS = {
    "a decision is kept": "tests.http.broken:decision_kept()",
    "a decision is kept for a second": "tests.http.broken:decision_kept_for_a_second()",
}
FEW = 12


@pytest.fixture(scope="module")
def keeping_server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers that keep connections open."""
    with running(database_url, tmp_path_factory.mktemp("keeping"), SETTINGS, options=KEEPING) as started:
        yield started


def tried(world: World, server: Server, url: str, trials: int, *, new_note: bool = False) -> tuple[Counter[str], str]:
    """Do so many trials; return what was counted, and a line that says it."""
    made = revoking.cases(world, trials)
    db.engine.dispose()
    begun = time.monotonic()
    found = revoking.run(server, url, made, new_note=new_note)
    reads = {when: [n for key, n in found.items() if key.startswith(f"read {when}")] for when in ("before", "after")}
    assert (len(reads["before"]), len(reads["after"])) == (2, 2), "both workers were asked"
    seconds = time.monotonic() - begun
    return found, f"{found['revoked']} revocations, {sum(reads['after'])} reads after them in {seconds:.0f} s"


def test_what_was_revoked_is_served_by_neither_warm_worker(
    world: World, keeping_server: Server, database_url: str, revoke_trials: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found, said = tried(world, keeping_server, database_url, revoke_trials)
    with capsys.disabled():
        print(f"\n{said}, {found['served']} served", end="")
    assert found["revoked"] == revoke_trials
    assert found["served"] == 0


def test_a_note_that_is_written_after_a_revocation_is_seen_by_neither_warm_worker(
    world: World, keeping_server: Server, database_url: str, new_notes: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found, said = tried(world, keeping_server, database_url, new_notes, new_note=True)
    with capsys.disabled():
        print(f"\n{said} and a new note, {found['new notes seen']} seen, {found['served']} served", end="")
    assert found["revoked"] == new_notes
    assert (found["new notes seen"], found["served"]) == (0, 0)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_build_is_found(world: World, database_url: str, tmp_path: Path, fault: str) -> None:
    with running(database_url, tmp_path, SETTINGS, application=FAULTS[fault], options=KEEPING) as server:
        found, _ = tried(world, server, database_url, FEW, new_note=True)
    assert found["served"] > 0
    assert found["new notes seen"] > 0
