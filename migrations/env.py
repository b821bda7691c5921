"""Runs the migrations: against `CARETEAM_DATABASE_URL`, or the connection or URL that a caller hands over."""

from alembic import context
from sqlalchemy import Connection, create_engine, text

from careteam.models import Base
from config import Settings

LOCK = 4_711_260_101
"""An arbitrary number: parallel upgrades of one PostgreSQL database wait for each other."""


def run(connection: Connection) -> None:
    """Bring the database to the asked revision, in one transaction."""
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


def main() -> None:
    """Use the caller's connection, else the URL of the caller, else that of the settings."""
    attributes = context.config.attributes
    if "connection" in attributes:
        run(attributes["connection"])
        return
    url = attributes.get("url") or Settings.from_environment().database_url
    engine = create_engine(url)
    with engine.connect() as connection:
        run(connection)
        connection.commit()
    engine.dispose()


main()
