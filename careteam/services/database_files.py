"""A SQLite file as it lies there: who is in it, and whether somebody works with it. Nothing in it is changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from careteam.errors import Conflict

_BOOKKEEPING = frozenset({"alembic_version"})
_OURS = _BOOKKEEPING | {"user", "patient"}
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
_UNCLAIMED = "SELECT count(*) FROM patient WHERE user_id IS NULL AND merged_into_id IS NULL"


@dataclass(frozen=True, slots=True)
class Inhabitants:
    """Whose a database is: the addresses of all accounts, and how many records no person has taken over."""

    addresses: frozenset[str] = frozenset()
    unclaimed: int = 0

    @property
    def nobody(self) -> bool:
        """True when it holds no people."""
        return not self.addresses and not self.unclaimed


def inhabitants(path: Path) -> Inhabitants:
    """Return who is in the file; a file that does not exist, or has no tables, holds nobody.

    It may be at an older migration. Raises Conflict when it is not a database of this service.
    """
    if not path.exists():
        return Inhabitants()
    with _opened(path) as connection:
        tables = {name for (name,) in connection.execute(_TABLES)}
        if tables <= _BOOKKEEPING:
            return Inhabitants()
        if not tables >= _OURS:
            raise Conflict(f"{path} is the database of something else.")
        addresses = frozenset(email for (email,) in connection.execute('SELECT email FROM "user"'))
        return Inhabitants(addresses, connection.execute(_UNCLAIMED).fetchone()[0])


def in_use(path: Path) -> bool:
    """Say whether another connection has the file open, such as that of a running server.

    Ask only of a file that is to be deleted: where nobody has it open, it leaves write-ahead mode.
    """
    if not path.exists():
        return False
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            return True
        return False


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise Conflict(f"{path} cannot be read as a database ({error}).") from error
