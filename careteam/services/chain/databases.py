"""Sessions beside those of requests: one that seals, and one that only looks and holds nobody up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.orm import Session

from careteam.sealing import Keyring
from careteam.vault import KEYRING


def beside(url: str, options: dict[str, Any]) -> Engine:
    """Return an engine that keeps no connection open between two uses, so that it may be used after a fork."""
    return create_engine(url, poolclass=NullPool, **options)


@contextmanager
def writing(engine: Engine, ring: Keyring) -> Iterator[Session]:
    """Open one transaction and commit it. Each statement sees what others committed before it, so that whoever waited
    for a claim sees what its holder did.
    """
    with Session(engine) as session, session.begin():
        session.info[KEYRING] = ring
        if engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "READ COMMITTED"})
            session.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        yield session


@contextmanager
def looking(engine: Engine, ring: Keyring) -> Iterator[Session]:
    """Open one snapshot to read from. On SQLite too it takes no lock that a request waits for."""
    with Session(engine) as session:
        session.info[KEYRING] = ring
        if engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
            session.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        else:
            connection = session.connection()
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("BEGIN DEFERRED")
        yield session
        session.rollback()
