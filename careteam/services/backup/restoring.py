"""Restores a backup, whole or not at all, and does again what people said no to after it was made.

Where the journal of that is missing, cut or altered, the database starts locked: nobody but patients in their own
record reads what is shared, until somebody has reviewed it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from careteam.errors import Conflict
from careteam.models import ReadLock
from careteam.sealing import Keyring, Unsealable
from careteam.services.backup import redoing
from careteam.services.backup.loading import Target
from careteam.services.backup.manifest import Manifest, checked
from careteam.services.chain import heads, journal, locking
from careteam.services.chain.databases import writing
from careteam.services.chain.ledger import Ledger, Reading, held
from careteam.services.log import access_log

UNDER_WAY = "A backup is being restored."
ASKED = "Whoever restored the backup asked for a review."
NOT_ALL = "Some of what was said no to after the backup could not be done again."


@dataclass(frozen=True, slots=True)
class Migrations:
    """The migrations that this version knows, oldest first, and how to bring a database to the newest."""

    known: Sequence[str]
    upgrade: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it. `locked` is why reads are locked, or empty; `lost` how many log events the backup lacks."""

    manifest: Manifest
    migrated: bool
    redone: Counter[str] = field(default_factory=Counter)
    locked: str = ""
    lost: int = 0
    journal_until: str = ""


def restore(
    target: Target,
    file: Path,
    ring: Keyring,
    folder: Path,
    migrations: Migrations,
    *,
    replace: bool = False,
    lock: bool = False,
    at: datetime,
) -> Restored:
    """Restore a backup. `replace`: although people are in the database; `lock`: start locked in any case.

    The file is read whole, and checked, before anything is touched. Raises Conflict, saying what to do; then the
    database is as it was.
    """
    manifest = checked(file, ring)
    _check(target, manifest, migrations)
    target.check(replace=replace)
    with held(folder), target.loaded(file, ring, manifest, reason=UNDER_WAY, at=at) as (url, engine):
        migrated = manifest.revision != migrations.known[-1]
        if migrated:
            migrations.upgrade(url)
        return _redone(engine, ring, folder, manifest, migrated=migrated, lock=lock, at=at)


def _check(target: Target, manifest: Manifest, migrations: Migrations) -> None:
    if manifest.database != target.kind:
        raise Conflict(f"This is a backup of a {manifest.database} database, and this one is {target.kind}.")
    if manifest.revision not in migrations.known:
        raise Conflict(
            f"This backup is at migration {manifest.revision}, which this version does not know: it was made by a "
            "newer one. Install that version, then restore."
        )


def _redone(
    engine: Engine, ring: Keyring, folder: Path, manifest: Manifest, *, migrated: bool, lock: bool, at: datetime
) -> Restored:
    kept, book = Ledger(folder, heads.NAME, ring), Ledger(folder, journal.NAME, ring)
    newest, found = kept.last()[0], book.whole()
    with writing(engine, ring) as session:
        session.execute(delete(ReadLock).where(ReadLock.locked_at == at))
        unsure = _fault(kept, found, manifest)
        why, redone = (unsure, redoing.Redone()) if unsure else _redo(session, ring, found, manifest)
        why = why or (ASKED if lock else "")
        access_log.changed(session, None, None, "restore-backup", at=at)
        if why:
            locking.lock(session, why, at=at)
        else:
            locking.tell_patients(session, at=at)
        ends = heads.changed(session, ring, 0)
        lost = _covered(kept) - sum(head.position for head in ends.values() if head)
        gap = {redoing.UNSURE: True} if unsure else {}
        book.append([{"at": at.isoformat(), redoing.RESTORED: manifest.made_at.isoformat(), **gap}])
        made = f"the backup of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"
        kept.append([heads.body(session, ends, newest, journal=book, whole=True, at=at, restored=made)])
    until = str(found.lines[-1].body["at"]) if found.lines else ""
    return Restored(manifest, migrated, redone.done, why, max(lost, 0), until)


def _fault(kept: Ledger, found: Reading, manifest: Manifest) -> str:
    """Say why the journal cannot be relied on from this backup on, or nothing."""
    newest = kept.last()[0]
    if newest is None:
        return "The head that says how long the journal is, is missing."
    n, mac = newest.body["noes"]
    return redoing.fault(found, since=manifest.noes, told=(n, mac))


def _redo(session: Session, ring: Keyring, found: Reading, manifest: Manifest) -> tuple[str, redoing.Redone]:
    """Do again what the journal says; return why that was not all of it, or nothing, and what was done."""
    try:
        redone = redoing.redo(session, ring, found, after=manifest.noes[0])
    except (Unsealable, KeyError, ValueError):
        return "The journal holds what this version, or these keys, cannot read.", redoing.Redone()
    return (NOT_ALL if redone.not_done else ""), redone


def _covered(kept: Ledger) -> int:
    """Return how many events the heads know of."""
    return sum(max(ends) for ends in heads.known(kept.read().lines).values())
