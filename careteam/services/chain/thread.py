"""Seals the log in the background of a running server: every few seconds, at once after a no, and on shutdown.

Several workers and hosts may each do so. A server that cannot write the head says so in its log at every try, and goes
on: care must not stop because a disk is full, and what is not sealed is sealed later.
"""

import atexit
import os
import threading
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import event, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, UOWTransaction

from careteam.services.chain.noes import NOES
from careteam.services.chain.sealer import Sealed, Sealer, described

log = structlog.get_logger()
STOP_SECONDS = 10
"""How long a shutdown waits for the last seal."""
SAID_NO = "said-no"
_TABLES = frozenset(no.table.name for no in NOES)


class Background:
    """One thread of one process. `make` builds the sealer there; `clock` gives the time."""

    def __init__(self, make: Callable[[], Sealer], *, seconds: float, clock: Callable[[], datetime]) -> None:
        self._make, self._seconds, self._clock = make, seconds, clock
        self._lock = threading.Lock()
        self._pid = 0

    def start(self) -> None:
        """Begin, unless this process has begun already. After a fork each process begins for itself."""
        with self._lock:
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
            self._wake, self._stopping = threading.Event(), False
            self._thread = threading.Thread(target=self._work, name="log-sealer", daemon=True)
            self._thread.start()
            atexit.register(self.stop)
            if self not in _running:
                _running.append(self)

    def nudge(self) -> None:
        """Seal now: somebody said no."""
        if self._pid == os.getpid():
            self._wake.set()

    def stop(self) -> None:
        """Seal once more and end."""
        if self._pid == os.getpid() and not self._stopping:
            self._stopping = True
            self._wake.set()
            self._thread.join(STOP_SECONDS)

    def _work(self) -> None:
        sealer: Sealer | None = None
        while True:
            self._wake.wait(self._seconds)
            self._wake.clear()
            last = self._stopping
            sealer = sealer or self._make()
            seal_loudly(sealer, at=self._clock())
            if last:
                return


_running: list[Background] = []


def seal_loudly(sealer: Sealer, *, at: datetime) -> Sealed | None:
    """Seal once, and say in the structured log what came of it; None where it failed."""
    try:
        done = sealer.run(at=at)
    except OSError as error:
        log.error("log-head-not-written", kind=type(error).__name__, reason=error.strerror or "")
    except SQLAlchemyError as error:
        log.error("log-not-sealed", kind=type(error).__name__)
    except Exception as error:  # a thread that ends would seal nothing ever after
        log.error("log-not-sealed", kind=type(error).__name__)
    else:
        _say(done)
        return done
    return None


def _say(done: Sealed) -> None:
    if done.linked or done.noes:
        log.info("log-sealed", **described(done))
    if done.left:
        log.error("log-was-altered", count=done.left, reason="events cannot be sealed: run verify-log")
    if done.behind:
        log.error("log-head-newer-than-database", reason="reads are locked: run verify-log")
    if done.foreign:
        log.error("log-head-of-another-database", reason="no head is written: see CARETEAM_LOG_HEAD")


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: UOWTransaction) -> None:
    """Notice rows that may say no."""
    if _running and any(_says_no(row) for row in (*session.dirty, *session.new)):
        session.info[SAID_NO] = True


@event.listens_for(Session, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    """Notice statements that change several rows at once."""
    if _running and state.is_update and state.bind_mapper and _TABLES.intersection(_tables(state.bind_mapper.class_)):
        state.session.info[SAID_NO] = True


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    """Have it written down at once; what fails here is found by the next run."""
    if _running and session.info.pop(SAID_NO, False):
        for background in _running:
            background.nudge()


@event.listens_for(Session, "after_rollback")
def _undone(session: Session) -> None:
    session.info.pop(SAID_NO, None)


def _says_no(row: object) -> bool:
    return not _TABLES.isdisjoint(_tables(type(row)))


def _tables(kind: type) -> tuple[str, ...]:
    mapper: object = inspect(kind, raiseerr=False)
    return tuple(str(table) for table in mapper.tables) if isinstance(mapper, Mapper) else ()
