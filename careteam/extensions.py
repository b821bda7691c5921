"""What Flask needs set up once: the database session, sign-in, CSRF protection."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from careteam.models import Base
from careteam.services.notices.outbox import MAIL
from careteam.vault import KEYRING


class RecordSession(FlaskSession):
    """A session that carries the application's keyring, so that services can seal and open text."""

    def __init__(self, db: SQLAlchemy, **options: Any) -> None:
        super().__init__(db, **options)
        equip(self)


def equip(session: Session) -> None:
    """Give a session what services find in it: the keyring, and whether this installation sends mail."""
    parts = current_app.extensions["careteam"]
    session.info[KEYRING] = parts.keyring
    session.info[MAIL] = parts.settings.sends_mail


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": RecordSession})
login_manager = LoginManager()
csrf = CSRFProtect()


def engine_options(url: str) -> dict[str, Any]:
    """Return the options that give every request one snapshot, on either database."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15}, "pool_pre_ping": False}
    return {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True}


@contextmanager
def own_transaction() -> Iterator[Session]:
    """Open a short transaction beside the request's, which then must hold no lock, and commit it.

    On PostgreSQL at READ COMMITTED: it waits for others at the same row and then sees what they wrote.
    """
    engine = db.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="READ COMMITTED")
    with Session(engine) as session, session.begin():
        equip(session)
        yield session


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _record: Any) -> None:
    """WAL, foreign keys, and transactions that begin when we say so, not when the driver guesses."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    for setting in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=15000", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {setting}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    """Every answer writes to the access log, so a request takes the write lock at its start.

    A read transaction that turned into a writing one would fail whenever another wrote in between.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
