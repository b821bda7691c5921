"""The content of a backup: the whole database at one instant, as bytes, and how many rows each table has."""

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import URL, Engine, text

from careteam.errors import Conflict
from careteam.services.backup import programs

PIECE = 1 << 20
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1"
_PG_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Dump:
    """A database at one instant: its migration, its rows by table, and its content."""

    revision: str
    counts: Mapping[str, int]
    content: Iterator[bytes]


@contextmanager
def dumped(engine: Engine, beside: Path) -> Iterator[Dump]:
    """Give the database as it is now, while others work with it. Raises Conflict, saying what is missing.

    SQLite's copy lies for so long in the folder of `beside`, readable by this account alone.
    """
    if engine.dialect.name == "sqlite":
        with _copied(engine.url, beside) as copy:
            yield sqlite_dump(copy)
        return
    with _from_postgres(engine) as dump:
        yield dump


def sqlite_dump(file: Path) -> Dump:
    """Return what a SQLite file holds; nobody may be writing to it."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute(_TABLES)]
        counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if revision is None:
        raise Conflict("The database has no tables: there is nothing to back up.")
    return Dump(revision[0], counts, _pieces(file))


@contextmanager
def private_file(folder: Path) -> Iterator[Path]:
    """Give the path of an empty file that only this account reads, and remove it afterwards."""
    handle, name = tempfile.mkstemp(prefix=".careteam-", dir=folder)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + end).unlink(missing_ok=True)


@contextmanager
def _copied(url: URL, beside: Path) -> Iterator[Path]:
    source = Path(url.database or "")
    if not source.is_file():
        raise Conflict("There is no database: run `alembic upgrade head` first.")
    with private_file(beside.resolve().parent) as copy:
        with closing(sqlite3.connect(source, timeout=15)) as here, closing(sqlite3.connect(copy)) as there:
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")
        yield copy


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from iter(lambda: opened.read(PIECE), b"")


@contextmanager
def _from_postgres(engine: Engine) -> Iterator[Dump]:
    """Dump within the snapshot in which the rows are counted."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        counts = {
            name: connection.scalar(text(f'SELECT count(*) FROM public."{name}"')) or 0  # noqa: S608
            for (name,) in connection.execute(text(_PG_TABLES)).all()
        }
        with _dumping(engine.url, server_major(connection), snapshot) as output:
            yield Dump(str(revision), counts, iter(lambda: output.read(PIECE), b""))


def server_major(connection: Any) -> int:
    """Return the version of the server."""
    return int(connection.scalar(text("SHOW server_version_num"))) // 10000


@contextmanager
def _dumping(url: URL, major: int, snapshot: str) -> Iterator[IO[bytes]]:
    command = [programs.found("pg_dump", server_major=major), "--format=custom", "--no-owner", "--no-privileges"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603
            [*command, "--schema=public", f"--snapshot={snapshot}"],
            env=programs.environment(url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        assert process.stdout is not None
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        finally:
            process.stdout.close()
            process.wait()
        if process.returncode:
            said.seek(0)
            raise Conflict(f"pg_dump could not read the database: {programs.complaint(said.read())}")
