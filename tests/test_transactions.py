"""One request is one transaction: committed before the answer leaves, begun anew after a lost race."""

import sqlite3
import threading
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from careteam.extensions import db
from careteam.models import AccessEvent, Note
from tests.world import World

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def draft_of(world: World) -> tuple[Any, str, Any]:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    body = {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-03-02"}
    made: Any = writing.post(f"{patient.record}/notes", body).json
    return writing, f"{patient.record}/notes/{made['id']}", made


@on_postgresql
def test_of_two_changes_to_one_version_exactly_one_happens(world: World) -> None:
    writing, place, made = draft_of(world)
    answers: list[int] = []
    reached, go = threading.Event(), threading.Event()

    def hold(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE item") and not reached.is_set():
            reached.set()
            assert go.wait(20)

    def edit(body: str) -> None:
        answers.append(writing.patch(place, {"body": body}, version=made["version"]).status_code)

    event.listen(db.engine, "before_cursor_execute", hold)
    slow = threading.Thread(target=edit, args=("slow",))
    slow.start()
    assert reached.wait(20)
    edit("fast")
    go.set()
    slow.join(20)
    event.remove(db.engine, "before_cursor_execute", hold)
    assert answers == [200, 412]
    assert writing.get(place).json["body"] == "fast"


def test_an_answer_whose_commit_fails_does_not_leave(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.note(patient, therapist, body="CANARY-9")

    def fail(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(db.engine, "commit", fail)
    try:
        answer = world.client(therapist).get(f"{patient.record}/notes")
    finally:
        event.remove(db.engine, "commit", fail)
    assert answer.status_code == 503
    assert b"CANARY" not in answer.data
    assert world.session.execute(select(func.count()).select_from(AccessEvent)).scalar() == 0


def test_a_write_that_cannot_be_logged_is_not_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    patient, therapist, _ = world.trio()

    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("INSERT", {}, psycopg.OperationalError("disk full"))

    monkeypatch.setattr("careteam.services.log.access_log.changed", fail)
    body = {"kind": "progress_note", "title": "t", "body": "b", "date": "2026-03-02"}
    assert world.client(therapist).post(f"{patient.record}/notes", body).status_code == 503
    assert world.session.execute(select(func.count()).select_from(Note)).scalar() == 0


def test_an_unexpected_error_tells_nothing_but_its_id(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    patient, therapist, _ = world.trio()

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("CANARY-11 in /secret/path")

    monkeypatch.setattr("careteam.services.record.notes.page_of", fail)
    monkeypatch.setattr(world.app, "testing", False)
    answer = world.client(therapist).get(f"{patient.record}/notes")
    assert answer.status_code == 500
    assert b"CANARY" not in answer.data
    assert answer.headers["X-Request-ID"].encode() in answer.data
