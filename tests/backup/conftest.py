"""A service of its own for each test: database, folder of heads, command line, and people who use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import MetaData, create_engine, select

from careteam.app import create_app
from careteam.extensions import db
from careteam.migrating import upgrade
from tests import postgres
from tests.conftest import settings_for
from tests.world import World

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Service:
    """One installation. Commands run while nobody is connected, as an operator is told to."""

    url: str
    folder: Path
    app: Flask

    @property
    def file(self) -> Path:
        """Where the backup of a test is."""
        return self.folder / "care.backup"

    @contextmanager
    def world(self) -> Iterator[World]:
        """People at work."""
        with World(self.app) as world:
            yield world
        self.let_go()

    def run(self, *words: str) -> Result:
        """Run a command, whatever comes of it."""
        self.let_go()
        done = self.app.test_cli_runner().invoke(args=list(words))
        self.let_go()
        return done

    def ok(self, *words: str) -> str:
        """Run a command that succeeds, and return what it says."""
        done = self.run(*words)
        assert done.exit_code == 0, done.output
        return done.output

    def backup(self) -> None:
        """Make the backup."""
        self.file.unlink(missing_ok=True)
        self.ok("backup", str(self.file))

    def restore(self) -> str:
        """Restore it, over what is there."""
        return self.ok("restore", str(self.file), "--replace")

    def rows(self) -> Rows:
        """All rows of all tables, as the database has them."""
        engine, tables = create_engine(self.url), MetaData()
        tables.reflect(engine)
        with engine.connect() as connection:
            found = {
                name: sorted((dict(row._mapping) for row in connection.execute(select(table))), key=repr)
                for name, table in tables.tables.items()
            }
        engine.dispose()
        return found

    def let_go(self) -> None:
        """Close every connection."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """An empty installation on each kind of database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'careteam.db'}"
        upgrade(url)
        yield from _on(url, tmp_path)
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("migrated")
    with postgres.database(server, template=template) as url:
        yield from _on(url, tmp_path)


@pytest.fixture(scope="session")
def migrated(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database at the newest migration, to be copied."""
    with postgres.database(postgres_server) as url:
        upgrade(url)
        yield url


def _on(url: str, folder: Path) -> Iterator[Service]:
    app = create_app(settings_for(url, folder))
    app.testing = True
    made = Service(url, folder, app)
    yield made
    made.let_go()
