"""Runs the migrations: against `CARETEAM_DATABASE_URL`, or the connection or URL that a caller hands over."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, create_engine, text

from careteam.models import Base
from config import Settings

LOCK = 4_711_260_101
"""An arbitrary number: parallel upgrades of one PostgreSQL database wait for each other."""


def run(connection: Connection) -> None:
    """Bring the database to the asked revision, in one transaction."""
    with _without_foreign_keys(connection):
        _run(connection)


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a column by writing the table anew, which its foreign keys forbid: they are checked at the end."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise RuntimeError(f"Rows would point to nothing: {broken[:5]}")


def main() -> None:
    """Use the caller's connection, else the URL of the caller, else that of the settings."""
    attributes = context.config.attributes
    if "connection" in attributes:
        run(attributes["connection"])
        return
    url = attributes.get("url") or Settings.from_environment().database_url
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            run(connection)
            connection.commit()
    finally:
        engine.dispose()  # also where it is refused: a connection left behind would be closed by nobody


main()
