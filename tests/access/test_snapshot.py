"""One request is one snapshot: consents and rows are read as of the same instant.

The danger ("new enemy"): a read looks at the consents, the patient revokes, the therapist then writes
something meant to stay private, and the read goes on to fetch rows under the consent it saw before.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, update

from careteam.app import create_app
from careteam.extensions import db
from careteam.models import Consent
from careteam.policy.vocabulary import ConsentStatus
from tests.conftest import settings_for
from tests.world import Client, World


class Pause:
    """Holds the first statement on notes until `go` is set."""

    def __init__(self) -> None:
        self.reached, self.go = threading.Event(), threading.Event()

    def __call__(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "JOIN note" in statement and not self.reached.is_set():
            self.reached.set()
            assert self.go.wait(20)


@contextmanager
def paused(app: Flask) -> Iterator[Pause]:
    """Pause this application's reads between the consents and the rows."""
    with app.app_context():
        engine, pause = db.engine, Pause()
    event.listen(engine, "before_cursor_execute", pause)
    try:
        yield pause
    finally:
        pause.go.set()
        event.remove(engine, "before_cursor_execute", pause)


def notes_seen_in_flight(world: World, reading_app: Flask) -> list[str]:
    """Start a read, revoke and write while it is between its two SELECTs, and return what it showed."""
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, body="shared before")
    consent_id = world.consent(patient).id
    answers: list[Any] = []
    with paused(reading_app) as pause:
        reading = Client(reading_app, prescriber.token)
        thread = threading.Thread(target=lambda: answers.append(reading.get(f"{patient.record}/notes")))
        thread.start()
        assert pause.reached.wait(20)
        revoke = update(Consent).where(Consent.id == consent_id).values(status=ConsentStatus.REVOKED)
        world.session.execute(revoke)
        world.session.commit()
        world.note(patient, therapist, body="private after")
        pause.go.set()
        thread.join(20)
    return [note["body"] for note in answers[0].json["items"]]


on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_postgresql
def test_a_read_in_flight_never_shows_what_was_written_after_the_revocation(world: World) -> None:
    assert notes_seen_in_flight(world, world.app) == ["shared before"]


@on_postgresql
def test_reading_consents_and_rows_in_two_snapshots_would_leak(
    database_url: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("careteam.app.engine_options", lambda _url: {"isolation_level": "READ COMMITTED"})
    broken = create_app(settings_for(database_url, tmp_path))
    assert "private after" in notes_seen_in_flight(world, broken)
    with broken.app_context():
        db.engine.dispose()


@on_sqlite
def test_a_revocation_waits_for_the_read_that_began_before_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    consent_id = world.consent(patient).id
    order: list[str] = []

    def read() -> None:
        shown: Any = Client(world.app, prescriber.token).get(f"{patient.record}/notes").json
        order.append(f"read {len(shown['items'])}")

    def revoke() -> None:
        with world.app.app_context():
            change = update(Consent).where(Consent.id == consent_id).values(status=ConsentStatus.REVOKED)
            db.session.execute(change)
            db.session.commit()
            order.append("revoked")

    with paused(world.app) as pause:
        threads = [threading.Thread(target=read), threading.Thread(target=revoke)]
        threads[0].start()
        assert pause.reached.wait(20)
        threads[1].start()
        threads[1].join(0.3)
        assert order == []
        pause.go.set()
        for thread in threads:
            thread.join(20)
    assert order == ["read 1", "revoked"]
