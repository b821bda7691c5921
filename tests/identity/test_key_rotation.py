"""`rotate-keys`: after it the old key can be dropped, and nothing but the sealing has changed."""

import base64
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, select, text, update

from careteam.app import create_app
from careteam.extensions import db
from careteam.models import Base, Note
from careteam.models.types import Sealed, new_id
from careteam.sealing import Keyring, Place
from careteam.services import key_rotation
from tests.conftest import KEYS, settings_for
from tests.identity.test_command_line import run
from tests.world import Client, Person, World

NOTE, ITEM = Base.metadata.tables["note"], Base.metadata.tables["item"]
NEW = "t2:" + base64.b64encode(b"another key of thirty-two bytes.").decode()


@contextmanager
def with_keys(url: str, folder: Path, keys: str) -> Iterator[Flask]:
    """An application on the same database with these keys."""
    made = create_app(settings_for(url, folder, encryption_keys=keys))
    made.testing = True
    yield made
    with made.app_context():
        db.engine.dispose()


def texts(world: World) -> dict[Place, bytes]:
    """Every sealed value of the database by its place."""
    found: dict[Place, bytes] = {}
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, Sealed):
                for row_id, value in world.session.execute(select(table.c.id, column)):
                    found[Place(table.name, row_id, column.name)] = value
    world.session.rollback()
    return {place: value for place, value in found.items() if value is not None}


def everything_else(world: World) -> dict[str, list[Any]]:
    """Every column of every table that is not sealed."""
    read: dict[str, list[Any]] = {}
    for table in Base.metadata.tables.values():
        plain = [column for column in table.columns if not isinstance(column.type, Sealed)]
        read[table.name] = sorted(map(repr, world.session.execute(select(*plain))))
    world.session.rollback()
    return read


def patient_with_texts(world: World, notes: int = 3) -> Person:
    """A patient with notes, a note in error, and a medication with a reason."""
    patient, therapist, prescriber = world.trio()
    for number in range(notes):
        world.note(patient, therapist, body=f"Body {number}")
    world.medication(patient, prescriber)
    for table, column in sealed_columns():
        fill(world, table, column)
    return patient


def sealed_columns() -> list[tuple[Table, str]]:
    """Every sealed column of the metadata, found without the code under test."""
    return [(t, c.name) for t in Base.metadata.tables.values() for c in t.columns if isinstance(c.type, Sealed)]


def fill(world: World, table: Table, column: str) -> None:
    """Put a text into the column in every row that the table has."""
    ring = Keyring.parse(KEYS)
    for (row_id,) in world.session.execute(select(table.c.id)).all():
        value = ring.seal(f"{column} of {table.name}", Place(table.name, row_id, column))
        world.session.execute(update(table).where(table.c.id == row_id).values({column: value}))
    world.session.commit()


def test_every_sealed_column_of_the_metadata_is_rotated() -> None:
    found = {(table.name, column.key) for table, columns in key_rotation.sealed_columns().items() for column in columns}
    assert found == {(table.name, column) for table, column in sealed_columns()}
    assert ("note", "body") in found


def test_after_a_rotation_the_old_key_can_be_dropped(world: World, database_url: str, tmp_path: Path) -> None:
    patient = patient_with_texts(world)
    etags = answers(world.app, patient)
    before, rest = texts(world), everything_else(world)
    with with_keys(database_url, tmp_path, f"{NEW},{KEYS}") as both:
        result = run(both, "rotate-keys")
        assert result.exit_code == 0, result.output
        assert f"{len(before)} of {len(before)} texts" in result.output
        assert f"0 of {len(before)} texts" in run(both, "rotate-keys").output
    after, ring, old = texts(world), Keyring.parse(NEW), Keyring.parse(KEYS)
    assert after.keys() == before.keys()
    assert {p: ring.unseal(v, p) for p, v in after.items()} == {p: old.unseal(v, p) for p, v in before.items()}
    assert everything_else(world) == rest
    with with_keys(database_url, tmp_path, NEW) as only_new:
        assert answers(only_new, patient) == etags


def answers(app: Flask, patient: Person) -> Any:
    """What the patient reads, with versions."""
    client = Client(app, patient.token)
    return Context().run(client.get, f"{patient.record}/notes").json


def test_a_rotation_that_was_stopped_goes_on(world: World, database_url: str, tmp_path: Path) -> None:
    patient_with_texts(world, notes=7)
    ring = Keyring.parse(f"{NEW},{KEYS}")
    with with_keys(database_url, tmp_path, f"{NEW},{KEYS}") as both:
        with both.app_context():
            steps = key_rotation.batches(db.session(), size=2)
            for _ in range(3):
                next(steps)
                db.session.commit()
            next(steps)
            db.session.rollback()
        done = sum(ring.is_current(value) for value in texts(world).values())
        assert 0 < done < len(texts(world))
        left = len(texts(world)) - done
        assert f"\n{left} of {len(texts(world))} texts" in run(both, "rotate-keys").output
    assert all(ring.is_current(value) for value in texts(world).values())


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_batches_miss_no_row(world: World, database_url: str, tmp_path: Path, size: int) -> None:
    patient_with_texts(world, notes=6)
    with with_keys(database_url, tmp_path, f"{NEW},{KEYS}") as both, both.app_context():
        for _ in key_rotation.batches(db.session(), size=size):
            db.session.commit()
    ring = Keyring.parse(NEW)
    assert all(ring.is_current(value) for value in texts(world).values())


def test_a_text_that_no_key_opens_is_said_and_the_rest_goes_on(world: World, database_url: str, tmp_path: Path) -> None:
    patient_with_texts(world)
    row_id = world.session.execute(select(Note.id)).scalars().first()
    assert row_id is not None
    elsewhere = Keyring.parse(KEYS).seal("moved", Place("note", new_id(), "body"))
    world.session.execute(update(NOTE).where(NOTE.c.id == row_id).values(body=elsewhere))
    world.session.commit()
    with with_keys(database_url, tmp_path, f"{NEW},{KEYS}") as both:
        result = run(both, "rotate-keys")
    assert result.exit_code == 1
    assert "note (1)" in result.output
    ring = Keyring.parse(NEW)
    stale = [place for place, value in texts(world).items() if not ring.is_current(value)]
    assert stale == [Place("note", row_id, "body")]


def test_a_change_made_meanwhile_is_not_undone(world: World, database_url: str, tmp_path: Path) -> None:
    """On PostgreSQL: somebody holds the row; the rotation waits for them and seals what they wrote."""
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has one writer at a time")
    patient_with_texts(world, notes=1)
    place = Place("note", world.session.execute(select(NOTE.c.id)).scalar_one(), "body")
    changed = Keyring.parse(KEYS).seal("changed meanwhile", place)
    world.session.execute(update(NOTE).values(body=changed))
    with with_keys(database_url, tmp_path, f"{NEW},{KEYS}") as both, ThreadPoolExecutor() as pool:
        rotating = pool.submit(run, both, "rotate-keys")
        while not waiting_for_a_row(world):
            time.sleep(0.02)
        world.session.commit()
        assert rotating.result(timeout=60).exit_code == 0
    assert Keyring.parse(NEW).unseal(texts(world)[place], place) == "changed meanwhile"


def waiting_for_a_row(world: World) -> bool:
    """Whether some other connection waits for a lock."""
    with db.engine.connect() as connection:
        waiting = connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one()
        return bool(waiting)
