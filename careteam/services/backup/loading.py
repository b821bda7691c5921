"""Where a backup is restored to, and the loading of its content there: whole or not at all."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Engine

from careteam.sealing import Keyring
from careteam.services.backup.manifest import Manifest


class Target(ABC):
    """A database that may be replaced."""

    kind: str

    @abstractmethod
    def check(self, *, replace: bool) -> None:
        """Raise Conflict where people are in it (unless `replace`), or somebody works with it."""

    @abstractmethod
    def loaded(
        self, file: Path, ring: Keyring, manifest: Manifest, *, reason: str, at: datetime
    ) -> AbstractContextManager[tuple[str, Engine]]:
        """Give URL and engine of the loaded database, before it is in use or while its reads are locked."""


def target_of(url: URL) -> Target:
    """Return the database of a URL as a target. Raises Conflict for one that cannot be."""
    from careteam.services.backup.postgres_target import PostgresTarget
    from careteam.services.backup.sqlite_target import SqliteTarget

    return SqliteTarget(url) if url.get_backend_name() == "sqlite" else PostgresTarget(url)
