"""Makes a backup: one encrypted file, there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO

from sqlalchemy import Engine

from careteam.errors import Conflict
from careteam.sealing import Keyring
from careteam.services.backup import envelope
from careteam.services.backup.dumping import Dump, dumped
from careteam.services.backup.manifest import Manifest
from careteam.services.chain import heads, journal
from careteam.services.chain.ledger import Ledger


def make(engine: Engine, ring: Keyring, folder: Path, file: Path, *, at: datetime) -> Manifest:
    """Write a backup of the database to a new file (mode 0600), while others work. Seal the log just before.

    `folder` is that of the heads and of the journal; how far they go is read first, so that a restore repeats rather
    too much than too little. Raises Conflict and OSError; then there is no file.
    """
    if file.exists():
        raise Conflict(f"{file} exists: name a new file.")
    head, noes = (_end(Ledger(folder, name, ring)) for name in (heads.NAME, journal.NAME))
    beside = file.with_name(f".{file.name}.part")
    try:
        with dumped(engine, file) as dump, _private(beside) as opened:
            made = Manifest(at, engine.dialect.name, dump.revision, dump.counts, "", head, noes)
            manifest = _written(opened, ring, dump, made)
        beside.rename(file)
    finally:
        beside.unlink(missing_ok=True)
    return manifest


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """Give a new file that only this account reads, and that is on the disk when the block ends."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _written(file: IO[bytes], ring: Keyring, dump: Dump, made: Manifest) -> Manifest:
    """Write everything, and return the manifest with the digest of what was written."""
    digest, last = sha256(), [made]

    def content() -> Iterator[bytes]:
        for piece in dump.content:
            digest.update(piece)
            yield piece

    def manifest() -> Iterator[bytes]:
        last[0] = replace(made, sha256=digest.hexdigest())
        yield last[0].written()

    envelope.write(file, ring, content(), manifest())
    return last[0]


def _end(ledger: Ledger) -> tuple[int, str]:
    end = ledger.last()[1]
    return end.n, end.mac
