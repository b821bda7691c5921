"""Restores into a SQLite file: a new file is made beside it, and takes its place when everything in it is right."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Engine

from careteam.errors import Conflict
from careteam.sealing import Keyring
from careteam.services.backup import manifest as manifests
from careteam.services.backup.dumping import private_file, sqlite_dump
from careteam.services.backup.loading import Target
from careteam.services.backup.manifest import Manifest
from careteam.services.chain.databases import beside
from careteam.services.database_files import in_use, inhabitants


class SqliteTarget(Target):
    """A SQLite file, there or not."""

    kind = "sqlite"

    def __init__(self, url: URL) -> None:
        if not url.database or url.database.startswith((":memory:", "file:")):
            raise Conflict("Set CARETEAM_DATABASE_URL to a SQLite file that stays.")
        self._file = Path(url.database)

    def check(self, *, replace: bool) -> None:
        """Raise Conflict where people are in it (unless `replace`), or somebody works with it."""
        if not replace and not inhabitants(self._file).nobody:
            raise Conflict(f"{self._file} holds people. To replace all of it with the backup, say --replace.")
        if in_use(self._file):
            raise Conflict(f"{self._file} is in use: stop the server that works with it, then repeat this.")

    @contextmanager
    def loaded(
        self, file: Path, ring: Keyring, manifest: Manifest, *, reason: str, at: datetime
    ) -> Iterator[tuple[str, Engine]]:
        """Give a copy that nobody uses yet; it takes the place of the file when the block ends well."""
        folder = self._file.resolve().parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with private_file(folder) as copy:
            with copy.open("wb") as opened:
                opened.writelines(manifests.content(file, ring))
            _check(copy, manifest)
            url = f"sqlite:///{copy}"
            yield url, beside(url, {})
            _finish(copy)
            self.check(replace=True)
            for end in ("-wal", "-shm", "-journal"):
                self._file.with_name(self._file.name + end).unlink(missing_ok=True)
            copy.rename(self._file)
            _sync(folder)


def _check(copy: Path, manifest: Manifest) -> None:
    try:
        with closing(sqlite3.connect(copy)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        found = sqlite_dump(copy)
    except sqlite3.Error as error:
        raise Conflict(f"What is in this backup cannot be read as a database ({error}).") from error
    if not sound or broken or found.counts != manifest.counts or found.revision != manifest.revision:
        raise Conflict("The database in this backup is not what its manifest says.")


def _finish(copy: Path) -> None:
    """Have everything in the one file, and on the disk."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    _sync(copy)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
