"""Seals the logs outside of requests: links for what has none yet, then the journal of every no, then the head.

Links are written in transactions of their own, into a table that no request touches, so that no request ever waits for
it or fails because of it. One process seals at a time; who finds another at it, leaves it to them. A crash at any point
loses nothing: what has no link is found by the next run, and so is what has no head.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careteam.sealing import Keyring
from careteam.services.chain import heads, links, locking
from careteam.services.chain.databases import looking, writing
from careteam.services.chain.events import LINKS, LOGS, Event, Log, unlinked
from careteam.services.chain.journal import NAME as JOURNAL
from careteam.services.chain.journal import Journal
from careteam.services.chain.ledger import Ledger, held

BATCH = 500
"""Events that are linked in one transaction. SQLite's requests wait that long: a few hundredths of a second."""
LOOKED_BACK = timedelta(hours=1)
"""How far back a usual run looks for events that were committed late; a whole one, at the start and every hour, looks
through all."""
WHOLE_EVERY = timedelta(hours=1)
EARLIER = "an earlier time, by other means than `restore`"
_CLAIM = text("SELECT pg_try_advisory_xact_lock(4711260104)")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one run did: events linked, lines added to the journal, and the number of the newest head.

    `left` are events that cannot be linked, because they or the end of their chain were altered. `behind` where the
    database has lost what the newest head covers, `foreign` where the head is another database's.
    """

    linked: int = 0
    noes: int = 0
    head: int = 0
    left: int = 0
    behind: bool = False
    foreign: bool = False


class Sealer:
    """Seals one database into one folder. Not for several threads at once.

    `begins_anew`: where the folder holds the heads of another database, they are put aside. Never in production, where
    that would let whoever deletes the links begin anew.
    """

    def __init__(self, engine: Engine, ring: Keyring, folder: Path, *, begins_anew: bool = False) -> None:
        self._engine, self._ring, self._folder, self._begins_anew = engine, ring, folder, begins_anew
        self._heads, self._journal = Ledger(folder, heads.NAME, ring), Journal(folder, ring)
        self._whole_at: datetime | None = None

    def run(self, *, at: datetime, whole: bool = False) -> Sealed:
        """Seal what is committed. Raises OSError where the head cannot be written, and SQLAlchemyError."""
        whole = whole or self._whole_at is None or at - self._whole_at >= WHOLE_EVERY
        counts = [self._link_all(log, None if whole else at - LOOKED_BACK, at) for log in LOGS]
        done = self._keep(at, whole=whole, linked=sum(c[0] for c in counts), left=sum(c[1] for c in counts))
        self._whole_at = at if whole else self._whole_at
        if done.behind:
            self._lock(at)
        return done

    def _link_all(self, log: Log, since: datetime | None, at: datetime) -> tuple[int, int]:
        """Link what has no link: how many events were linked, and how many could not be."""
        after, linked, left = None if since is None else first_id(since), 0, 0
        while events := self._link(log, after, at):
            found, done = events
            linked, left = linked + done, left + len(found) - done
            after = found[-1].id
            if len(found) < BATCH or after is None:
                break
        return linked, left

    def _link(self, log: Log, after: UUID | None, at: datetime) -> tuple[Sequence[Event], int] | None:
        """Link one batch; None where there is nothing to do, or somebody else is doing it."""
        try:
            with writing(self._engine, self._ring) as session:
                if not _claimed(session):
                    return None
                events = unlinked(session, log, after=after, limit=BATCH)
                rows = self._rows(session, log, events, at) if events else []
                if rows:
                    session.execute(insert(LINKS), rows)
                return (events, len(rows)) if events else None
        except IntegrityError:
            return None  # another process linked the same events in the meantime

    def _rows(self, session: Session, log: Log, events: Sequence[Event], at: datetime) -> list[dict[str, object]]:
        ends = dict(links.heads(session, self._ring, ((log.kind, event.chain) for event in events)))
        return links.made(self._ring, log, events, ends, seal=heads.newest_seal(session) + 1, at=at)

    def _keep(self, at: datetime, *, whole: bool, linked: int, left: int) -> Sealed:
        """Write what is new into the files; the journal first, so that a head tells how long it was."""
        with held(self._folder), looking(self._engine, self._ring) as session:
            last, end = self._heads.last()
            standing = heads.standing(session, last)
            if standing is heads.Standing.FOREIGN and self._begins_anew:
                self._put_aside(at)
                (last, end), standing = self._heads.last(), heads.Standing.FITS
            if standing is not heads.Standing.FITS:
                behind = standing is heads.Standing.BEHIND
                return Sealed(linked, head=end.n, left=left, behind=behind, foreign=not behind)
            everything = last is None or last.key != self._ring.current
            changed = heads.changed(session, self._ring, 0 if everything or last is None else int(last.body["seal"]))
            noes = self._journal.catch_up(session, None if whole else heads.patients(changed), at=at)
            if changed or noes:
                body = heads.body(session, changed, last, journal=self._journal.ledger, whole=everything, at=at)
                end = self._heads.append([body])
            return Sealed(linked, noes, end.n, left)

    def accept(self, *, at: datetime) -> bool:
        """After a review: take the database as it is, where it had lost what the newest head covers. The heads keep
        that it was so, and `verify-log` tells it.
        """
        with held(self._folder), looking(self._engine, self._ring) as session:
            last = self._heads.last()[0]
            if heads.standing(session, last) is not heads.Standing.BEHIND:
                return False
            ends, book = heads.changed(session, self._ring, 0), self._journal.ledger
            self._heads.append([heads.body(session, ends, last, journal=book, whole=True, at=at, restored=EARLIER)])
            return True

    def _put_aside(self, at: datetime) -> None:
        aside = self._folder / f"before-{at:%Y%m%dT%H%M%S%f}"
        aside.mkdir(mode=0o700)
        for name in (heads.NAME, JOURNAL):
            for file in self._folder.glob(f"{name}.*"):
                file.rename(aside / file.name)
        self._journal = Journal(self._folder, self._ring)

    def _lock(self, at: datetime) -> None:
        with writing(self._engine, self._ring) as session:
            if locking.BEHIND not in locking.standing(session):
                locking.lock(session, locking.BEHIND, at=at)


def first_id(at: datetime) -> UUID:
    """Return the lowest UUIDv7 of an instant (RFC 9562)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def _claimed(session: Session) -> bool:
    """Say whether nobody else seals. On SQLite the transaction itself keeps others out."""
    return session.get_bind().dialect.name == "sqlite" or bool(session.scalar(_CLAIM))


def described(done: Sealed) -> dict[str, Any]:
    """Return what a run did, as it is logged."""
    return {"count": done.linked, "reason": f"head {done.head}, {done.noes} lines of the journal"}
