"""Counts the statements that a piece of code sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from careteam.extensions import db

_NOT_QUERIES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the statements, without those that only begin or end a transaction.

    `with statements(world.app) as sent: client.get(...)`, then `len(sent)`.
    """
    with app.app_context():
        engine, sent = db.engine, list[str]()

    def collect(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.upper().startswith(_NOT_QUERIES):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", collect)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", collect)
