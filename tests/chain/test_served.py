"""A real server seals by itself: while it runs, at once after a no, and when it stops. Nothing else does."""

import time
from pathlib import Path

import pytest
from flask import Flask

from careteam.extensions import db, engine_options
from careteam.sealing import Keyring
from careteam.services.chain import databases, thread
from careteam.services.chain.journal import NAME
from careteam.services.chain.ledger import Ledger
from careteam.services.chain.verifying import Report, verify
from tests.conftest import KEYS, SECRET, settings_for
from tests.http.server import running
from tests.world import World

RING = Keyring.parse(KEYS)
SETTINGS = {
    "CARETEAM_ENVIRONMENT": "development",
    "CARETEAM_SECRET_KEY": SECRET,
    "CARETEAM_ENCRYPTION_KEYS": KEYS,
    "CARETEAM_ARGON2_TIME_COST": "1",
    "CARETEAM_ARGON2_MEMORY_KIB": "8",
}


def report(url: str, folder: Path) -> Report:
    engine = databases.beside(url, engine_options(url))
    with databases.looking(engine, RING) as session:
        return verify(session, RING, folder)


def soon(url: str, folder: Path, events: int, seconds: float = 20) -> Report:
    """The report once so many events are sealed and covered, or the last one."""
    end = time.monotonic() + seconds
    while (found := report(url, folder)).events - found.uncovered < events and time.monotonic() < end:
        time.sleep(0.2)
    return found


@pytest.fixture
def url(world: World) -> str:
    """The database of the world."""
    return str(world.app.config["SQLALCHEMY_DATABASE_URI"])


def test_two_workers_seal_while_they_serve(world: World, url: str, tmp_path: Path) -> None:
    patient = world.patient()
    db.engine.dispose()
    with running(url, tmp_path, {**SETTINGS, "CARETEAM_LOG_SEAL_SECONDS": "1"}) as server:
        for _ in range(20):
            assert server.call("GET", f"{patient.record}/medications", patient.token).status_code == 200
        found = soon(url, tmp_path / "log-head", 20)
    assert (found.findings, found.events) == ([], 20)


def test_a_server_that_stops_seals_what_is_left(world: World, url: str, tmp_path: Path) -> None:
    patient = world.patient()
    db.engine.dispose()
    with running(url, tmp_path, {**SETTINGS, "CARETEAM_LOG_SEAL_SECONDS": "60"}) as server:
        for _ in range(5):
            server.call("GET", f"{patient.record}/medications", patient.token)
        assert report(url, tmp_path / "log-head").events == 0
    found = report(url, tmp_path / "log-head")
    assert (found.findings, found.events, found.unsealed, found.uncovered) == ([], 5, 0, 0)


def test_a_no_is_in_the_journal_at_once(world: World, url: str, tmp_path: Path) -> None:
    patient = world.patient()
    db.engine.dispose()
    with running(url, tmp_path, {**SETTINGS, "CARETEAM_LOG_SEAL_SECONDS": "60"}) as server:
        made = server.call(
            "POST", f"{patient.record}/restrictions", patient.token, json={"against": "anyone", "holder": "patient"}
        )
        assert made.status_code == 201, made.text
        ledger = Ledger(tmp_path / "log-head", NAME, RING)
        end = time.monotonic() + 10
        while not ledger.exists and time.monotonic() < end:
            time.sleep(0.05)
        (line,) = [line for line in ledger.read().lines if line.body["no"] == "restriction"]
    assert line.body["patient"] == patient.patient_id.hex if patient.patient_id else ""
    assert set(line.body) == {"at", "digest", "id", "key", "n", "no", "patient", "prev", "sealed"}


def test_a_command_and_a_test_start_no_thread(world: World, app: Flask) -> None:
    world.client(world.patient()).get("me")
    app.test_cli_runner().invoke(args=["verify-log"])
    assert thread._running == []
    assert not settings_for("sqlite://", Path()).seals_log


# the commands ---------------------------------------------------------------------------------------


def test_the_commands_seal_and_verify(world: World, app: Flask) -> None:
    patient = world.patient()
    world.client(patient).get(f"{patient.record}/medications")
    db.session.remove()
    run = app.test_cli_runner().invoke
    assert "Not sealed yet: 1, from" in run(args=["verify-log"]).output
    for file in app.extensions["careteam"].settings.head_folder.glob("*"):
        file.unlink()
    assert "Sealed 1 events" in run(args=["seal-log"]).output
    sound = run(args=["verify-log"])
    assert (sound.exit_code, "0 findings in 1 sealed events of 1 chains" in sound.output) == (0, True), sound.output
    db.session.execute(db.text("UPDATE access_event SET act = 'read-notes'"))
    db.session.commit()
    db.session.remove()
    broken = run(args=["verify-log"])
    assert broken.exit_code == 1
    assert f"FOUND: patient {patient.patient_id}, position 1, event" in broken.output
