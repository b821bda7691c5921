"""Holds the logs against their links, and the links against the heads outside the database.

Found are: a change of any column, an event or a row under it that was deleted or inserted, reordering, back-dating, a
chain that was cut or built anew, exchanged heads. What is not sealed yet is told as what it is: a window.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careteam.sealing import Keyring
from careteam.services.chain import heads
from careteam.services.chain.events import LINKS, LOGS, NOBODY, Event, Log, unlinked
from careteam.services.chain.journal import NAME as JOURNAL
from careteam.services.chain.ledger import Ledger, Reading
from careteam.services.chain.links import Head, link_hash
from careteam.services.chain.stored_links import Link, each

_AT_ONCE = 1000
LATE = timedelta(hours=1)
"""How long after its time an event may be committed: the longest import takes minutes."""
STALE = timedelta(minutes=5)
"""How much older than the newest link the newest head may be before it is called old."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed. `chain` is the patient's id, or the practice's."""

    what: str
    kind: str = ""
    chain: UUID | None = None
    position: int | None = None
    event_id: UUID | None = None

    def __str__(self) -> str:
        """The sentence that names where."""
        whose = {"access": "patient", "administration": "practice"}.get(self.kind, "")
        where = [f"{whose} {self.chain}" if self.chain != NOBODY else "events of no patient"] if self.kind else []
        where += [f"position {self.position}"] if self.position is not None else []
        where += [f"event {self.event_id}"] if self.event_id else []
        return ": ".join([*([", ".join(where)] if where else []), self.what])


@dataclass(slots=True)
class Report:
    """What `verify-log` found. `unsealed` and `uncovered` are how many events have no link, and no head, yet."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    events: int = 0
    chains: int = 0
    unsealed: int = 0
    unsealed_from: datetime | None = None
    unsealed_until: datetime | None = None
    uncovered: int = 0
    head: int = 0
    head_at: datetime | None = None

    @property
    def sound(self) -> bool:
        """Whether everything that was sealed is as it was."""
        return not self.findings

    def say(self, what: str, link: Link | None = None) -> None:
        """Add a finding; with a link, one about it."""
        where = (link.kind, link.chain, link.position, link.event_id) if link else ("", None, None, None)
        self.findings.append(Finding(what, *where))


def verify(session: Session, ring: Keyring, folder: Path) -> Report:
    """Look at everything that was sealed, in one snapshot; two statements for each two thousand events."""
    report, ledger = Report(), Ledger(folder, heads.NAME, ring)
    found = ledger.whole()
    expected, walk = heads.known(found.lines), _Walk(report, _covered(found))
    for log in LOGS:
        for (kind, chain), of_chain in groupby(each(session, ring, log), key=lambda link: (link.kind, link.chain)):
            walk.chain(of_chain, expected.pop((kind, chain), {}))
    for (kind, chain), ends in expected.items():
        what = f"the whole chain is missing: {max(ends)} events"
        report.findings.append(Finding(what, kind, chain))
    _strangers(session, report)
    _heads(session, report, found, walk)
    _journal(report, Ledger(folder, JOURNAL, ring), ledger)
    walk.late()
    _window(session, report, walk)
    return report


class _Walk:
    """Goes along the chains, and keeps what is needed to judge the log as a whole."""

    def __init__(self, report: Report, covered: int) -> None:
        self._report, self._covered = report, covered
        self.seals: dict[tuple[str, int], _Seal] = {}
        self.newest = 0

    def chain(self, found: Iterator[Link], ends: dict[int, str]) -> None:
        """Go along one chain, and see that it holds what every head has of it."""
        report, before, last = self._report, Head(), max(ends, default=0)
        for link in found:
            self._link(link, before)
            if ends.get(link.position, link.hash) != link.hash:
                report.say("it is not the event that the head file has here: the chain was built anew", link)
            before = Head(link.position, link.hash or "")
        report.chains += 1
        if before.position < last:
            report.say(f"the end was cut: {last - before.position} of {last} events are missing", link)

    def _link(self, link: Link, before: Head) -> None:
        report = self._report
        report.events += 1
        self.newest = max(self.newest, link.seal)
        report.uncovered += link.seal > self._covered
        missing = link.position - before.position - 1
        if missing:
            report.say(f"{missing} events before it are missing" if missing > 0 else "it stands there twice", link)
        if link.hash is None:
            report.say("its link was altered, or not written by this service", link)
        elif link.event is None:
            report.say("it was deleted", link)
        elif not missing and before.hash and link_hash(before.hash, link.where, link.event.content) != link.hash:
            report.say("it was changed, or moved here, after it was sealed", link)
        else:
            self.seals.setdefault((link.kind, link.seal), _Seal()).add(link)

    def late(self) -> None:
        """Find events that were sealed long after younger ones of the same log: nobody commits that late.

        Logs are sealed one after another, so that an old event of one may follow a young one of another.
        """
        newest: dict[str, datetime] = {}
        for kind, seal in ((key[0], self.seals[key]) for key in sorted(self.seals)):
            oldest, before = seal.oldest, newest.get(kind)
            if oldest and is_late(oldest.at, before):
                self._report.say(f"it says {oldest.at}, and was written after {before}: it is back-dated", oldest)
            if seal.reached and (before is None or seal.reached > before):
                newest[kind] = seal.reached

    def reached(self, kind: str) -> datetime | None:
        """Return up to when events of this log had been sealed."""
        return max((s.reached for key, s in self.seals.items() if key[0] == kind and s.reached), default=None)


@dataclass(slots=True)
class _Seal:
    """The oldest event of a seal, and up to when it reached: its youngest event, or its own time if that is earlier."""

    oldest: Link | None = None
    youngest_at: datetime | None = None
    sealed_at: datetime | None = None

    @property
    def reached(self) -> datetime | None:
        return min(filter(None, (self.youngest_at, self.sealed_at)), default=None)

    def add(self, link: Link) -> None:
        self.sealed_at = link.sealed_at
        if link.at is None:
            return
        if self.oldest is None or self.oldest.at is None or link.at < self.oldest.at:
            self.oldest = link
        if self.youngest_at is None or link.at > self.youngest_at:
            self.youngest_at = link.at


def is_late(at: datetime | None, reached: datetime | None) -> bool:
    """Say whether something of this time came long after what had been sealed."""
    return at is not None and reached is not None and reached - at > LATE


def _covered(found: Reading) -> int:
    return int(found.lines[-1].body["seal"]) if found.lines else 0


def _strangers(session: Session, report: Report) -> None:
    """A link of a log that there is not."""
    known = LINKS.c.kind.in_([log.kind for log in LOGS])
    strangers = session.scalar(select(func.count()).select_from(LINKS).where(~known)) or 0
    if strangers:
        report.say(f"{strangers} links name a log that does not exist")


def _heads(session: Session, report: Report, found: Reading, walk: _Walk) -> None:
    """Say what is wrong with the head file, and what it tells."""
    if not walk.newest and not found.lines:
        return
    report.findings += [Finding(f"head file: {fault}") for fault in found.faults]
    if not found.lines:
        return
    last = found.lines[-1]
    report.head, report.head_at = last.n, datetime.fromisoformat(str(last.body["at"]))
    if heads.is_foreign(session, last):
        report.say("head file: it is that of another database, or the first link was deleted")
    elif walk.newest < int(last.body["seal"]):
        report.say(
            f"the database is older than the newest head, of {last.body['at']}: what was sealed since is missing"
        )
    _age(report, found, walk)
    for line in found.lines:
        if line.body.get("restored"):
            report.notes.append(f"On {line.body['at']} the database went back to {line.body['restored']}.")


def _age(report: Report, found: Reading, walk: _Walk) -> None:
    times = [seal.sealed_at for seal in walk.seals.values() if seal.sealed_at]
    if not times or not report.head_at:
        return
    first = datetime.fromisoformat(str(found.lines[0].body["at"]))
    if max(times) - report.head_at > STALE:
        report.say(f"head file: it is old. Its newest head is of {report.head_at}, the log was sealed at {max(times)}")
    if first - min(times) > STALE:
        report.notes.append(f"The head file begins at {first}, and the log was sealed from {min(times)} on.")


def _journal(report: Report, journal: Ledger, ledger: Ledger) -> None:
    """The journal must be as long as the newest head says, and be the same there."""
    last = ledger.last()[0]
    n, mac = last.body.get("noes", (0, "")) if last else (0, "")
    if not n:
        return
    found = journal.whole()
    report.findings += [Finding(f"journal: {fault}") for fault in found.faults]
    if not any((line.n, line.mac) == (n, mac) for line in found.lines):
        report.say(f"journal: it does not hold line {n} as the newest head has it")


def _unsealed(session: Session, log: Log) -> Iterator[Event]:
    """Yield what has no link. One whose id is none any more ends the walk: there is no place after it."""
    after: UUID | None = None
    while events := unlinked(session, log, after=after, limit=_AT_ONCE):
        yield from events
        after = events[-1].id
        if after is None or len(events) < _AT_ONCE:
            return


def _window(session: Session, report: Report, walk: _Walk) -> None:
    """Tell what is not sealed yet. What is far older than what is sealed was not written when it says."""
    times: list[datetime] = []
    for log in LOGS:
        reached = walk.reached(log.kind)
        for event in _unsealed(session, log):
            report.unsealed += 1
            times += [event.at] if event.at else []
            if event.at is None or is_late(event.at, reached):
                what = f"it says {event.at}, and is not sealed although the log is up to {reached}: it is back-dated"
                report.findings.append(Finding(what, log.kind, event.chain, None, event.id))
    report.unsealed_from, report.unsealed_until = min(times, default=None), max(times, default=None)
