"""Restores into a PostgreSQL database: everything in one transaction, at the end of which the rows are counted."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import IO

from sqlalchemy import URL, Engine, text

from careteam.errors import Conflict
from careteam.models import ReadLock
from careteam.models.types import new_id
from careteam.sealing import Keyring
from careteam.services.backup import manifest as manifests
from careteam.services.backup import programs
from careteam.services.backup.dumping import PIECE, server_major
from careteam.services.backup.loading import Target
from careteam.services.backup.manifest import Manifest
from careteam.services.chain.databases import beside
from careteam.vault import place

_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('user', 'patient')"
_PEOPLE = 'SELECT (SELECT count(*) FROM public."user") + (SELECT count(*) FROM public.patient)'
_OTHERS = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
_CLEAR = """BEGIN;
DO $$ DECLARE name text; BEGIN
FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
EXECUTE 'DROP TABLE public.' || name || ' CASCADE'; END LOOP; END $$;
"""


class PostgresTarget(Target):
    """A PostgreSQL database that exists."""

    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        self._url, self._engine = url, beside(url.render_as_string(hide_password=False), {})

    def check(self, *, replace: bool) -> None:
        """Raise Conflict where people are in it (unless `replace`), or somebody works with it."""
        with self._engine.connect() as connection:
            people = connection.scalar(text(_PEOPLE)) if connection.scalar(text(_TABLES)) == 2 else 0
            others = connection.scalar(text(_OTHERS))
        if people and not replace:
            raise Conflict("This database holds people. To replace all of it with the backup, say --replace.")
        if others:
            raise Conflict(f"{others} others are connected to this database: stop every server, then repeat this.")

    @contextmanager
    def loaded(
        self, file: Path, ring: Keyring, manifest: Manifest, *, reason: str, at: datetime
    ) -> Iterator[tuple[str, Engine]]:
        """Give the loaded database. Its reads are locked from its first moment on, whatever becomes of the block."""
        with self._engine.connect() as connection:
            major = server_major(connection)
        restore, psql = (programs.found(name, server_major=major) for name in ("pg_restore", "psql"))
        end = _counted(manifest) + (_locked(ring, reason, at) if "read_lock" in manifest.counts else "") + "COMMIT;\n"
        self._run(restore, psql, file, ring, end)
        yield self._url.render_as_string(hide_password=False), self._engine

    def _run(self, restore: str, psql: str, file: Path, ring: Keyring, end: str) -> None:
        """Feed psql: clear, what pg_restore makes of the content, and the end, without which nothing is kept."""
        environ = programs.environment(self._url)
        command = [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        with tempfile.TemporaryFile() as said:
            into = subprocess.Popen(  # noqa: S603
                command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
            )
            assert into.stdin is not None
            try:
                with suppress(BrokenPipeError):
                    into.stdin.write(_CLEAR.encode())
                    _script(restore, file, ring, into.stdin)
                    into.stdin.write(end.encode())
            finally:
                with suppress(BrokenPipeError):
                    into.stdin.close()
                into.wait()
            said.seek(0)
            if into.returncode:
                raise Conflict(f"Nothing was restored. PostgreSQL says: {programs.complaint(said.read())}")


def _script(restore: str, file: Path, ring: Keyring, into: IO[bytes]) -> None:
    """Write the statements that pg_restore makes. Raises Conflict where it fails."""
    command = [restore, "--no-owner", "--no-privileges", "--schema=public", "--file=-"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        feeding = Thread(target=_feed, args=(manifests.content(file, ring), process.stdin), daemon=True)
        feeding.start()
        try:
            for piece in iter(lambda: process.stdout.read(PIECE), b""):  # type: ignore[union-attr]
                into.write(piece)
        finally:
            process.stdout.close()
            process.wait()
            feeding.join()
        said.seek(0)
        if process.returncode:
            raise Conflict(f"Nothing was restored. pg_restore says: {programs.complaint(said.read())}")


def _feed(pieces: Iterator[bytes], into: IO[bytes]) -> None:
    """Hand over the content. What stops here stops pg_restore too, which then says so."""
    with suppress(BrokenPipeError, Conflict):
        for piece in pieces:
            into.write(piece)
    with suppress(BrokenPipeError):
        into.close()


def _counted(manifest: Manifest) -> str:
    checks = "".join(
        f'IF (SELECT count(*) FROM public."{table}") <> {int(count)} THEN '  # noqa: S608
        f"RAISE EXCEPTION 'the rows of {table} are not as many as the manifest says'; END IF; "
        for table, count in manifest.counts.items()
    )
    return f"DO $$ BEGIN {checks} END $$;\n"


def _locked(ring: Keyring, reason: str, at: datetime) -> str:
    lock_id = new_id()
    sealed = ring.seal(reason, place(ReadLock.reason, lock_id)).hex()
    return (
        "INSERT INTO public.read_lock (id, locked_at, reason) "  # noqa: S608
        f"VALUES ('{lock_id}', '{at.isoformat()}', '\\x{sealed}');\n"
    )
