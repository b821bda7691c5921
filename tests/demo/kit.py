"""A demo in a folder of its own: run the command, act as its people, look into its file."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask

from careteam.app import create_app
from careteam.demo.cast import CAST
from careteam.extensions import db
from tests import contract
from tests.conftest import settings_for
from tests.world import Client

THERAPIST, PRESCRIBER, COVERING = "imani", "samuel", "helen"


class Demo:
    """An installation in this folder; `file` is its database."""

    def __init__(self, folder: Path, *, url: str | None = None, **settings: object) -> None:
        self.folder, self.file = folder, folder / "careteam.db"
        self.app: Flask = create_app(settings_for(url or f"sqlite:///{self.file}", folder, **settings))

    def run(self, *options: str) -> Result:
        """Run the command without serving."""
        return self.app.test_cli_runner().invoke(args=["demo", "--no-serve", *options])

    def close(self) -> None:
        """Let go of the file."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def watched(self) -> "Demo":
        """From now on hold every answer against the documentation."""
        contract.watch(self.app)
        return self

    def tokens(self) -> dict[str, str]:
        """Return the kept tokens, by the names of the story."""
        kept = json.loads(self.token_file.read_text())
        return {who: kept[player.email] for who, player in CAST.items()}

    @property
    def token_file(self) -> Path:
        """Where the tokens are kept."""
        return self.folder / "careteam.db.demo-tokens.json"

    def client(self, who: str) -> Client:
        """Return a client that acts as one of the cast."""
        return Client(self.app, self.tokens()[who])

    def record(self, of: str = "nora") -> str:
        """Return the address of somebody's record."""
        return f"/api/v1/patients/{self.client(of).get('me').json['patient_id']}"

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table."""
        with closing(sqlite3.connect(self.file)) as connection:
            names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}

    def execute(self, statement: str, *values: object) -> None:
        """Change the file behind the application's back."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute(statement, values)

    def bytes(self) -> bytes:
        """Return all that lies on the disk of the database, its log included."""
        return b"".join(p.read_bytes() for p in sorted(self.folder.glob("careteam.db*")) if p.suffix != ".json")


def sentences(demo: Demo, of: str = "nora") -> list[str]:
    """Return a patient's access log, newest first."""
    found, cursor = [], ""
    while True:
        page = demo.client(of).get(f"{demo.record(of)}/access-log?limit=100{cursor}").json
        found += [event["sentence"] for event in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
