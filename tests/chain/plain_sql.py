"""A database as somebody finds it who has its files or its superuser: no types, no foreign keys, no rules."""

import sqlite3
from typing import Any

from sqlalchemy import URL

from tests import postgres


class Plain:
    """Runs statements, each committed at once, on either database."""

    def __init__(self, url: URL) -> None:
        self.sqlite = url.get_backend_name() == "sqlite"
        if self.sqlite:
            self._file = sqlite3.connect(url.database or "", timeout=15, isolation_level=None)
            self._file.execute("PRAGMA foreign_keys=OFF")
        else:
            self._server = postgres.connect(url.render_as_string(hide_password=False))
            self._server.execute("SET session_replication_role = replica")

    def run(self, statement: str, *given: Any) -> list[tuple[Any, ...]]:
        """Run one statement; question marks stand for values. Returns its rows."""
        if self.sqlite:
            return self._file.execute(statement, given).fetchall()
        done = self._server.execute(statement.replace("?", "%s").encode(), given or None)
        return done.fetchall() if done.description else []

    def close(self) -> None:
        """Let the database go."""
        (self._file if self.sqlite else self._server).close()
