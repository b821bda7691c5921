"""Applying is the preview: who reads what before and after an act is what the preview of the act said."""

from datetime import datetime
from typing import Any

from tests.machine.facts import Record
from tests.machine.scene import Scene

Read = dict[tuple[str, datetime], set[str]]
NAMED = 25


class Promise:
    """What a preview said, and what everybody could read before the act, now and at each instant that it names."""

    def __init__(self, s: Scene, record: Record, said: dict[str, Any]) -> None:
        self.s, self.record, self.said = s, record, said
        changes = [(r["user_id"], c) for r in said["readers"] if _reads(r) for c in r["changes"]]
        self.instants = {s.at} | {_instant(c, s.at) for _, c in changes}
        self.readers = {r["user_id"] for r in said["readers"] if _reads(r)}
        self.before = self._read()

    def check(self) -> None:
        """Hold it against what everybody can read after the act."""
        s, after = self.s, self._read()
        s.promises += 1
        for reader in self.said["readers"]:
            if _reads(reader):
                at_once = [c for c in reader["changes"] if c["from"] is None]
                who = reader["user_id"]
                told = {key: _ids(at_once, key) for key in ("gained", "lost")}
                before, now = self.before[who, s.at], after[who, s.at]
                self._same(who, "gained", told["gained"], now - before)
                self._same(who, "lost", told["lost"], before - now)
                self._later(who, reader["changes"], after)

    def _later(self, who: str, changes: list[dict[str, Any]], after: Read) -> None:
        for change in changes:
            if change["from"] is not None:
                at = _instant(change, self.s.at)
                more, less = after[who, at] - self.before[who, at], self.before[who, at] - after[who, at]
                if not (_ids([change], "gained") <= more and _ids([change], "lost") <= less):
                    raise AssertionError(f"{self.said['act']}: {self.s.name(who)} from {at}: {change}, {more}, {less}")

    def _same(self, who: str, word: str, told: set[str], found: set[str]) -> None:
        if told != found:
            names = [sorted(map(self.s.name, part)) for part in (told, found)]
            raise AssertionError(f"{self.said['act']}: {self.s.name(who)} {word} {names[1]}, but was told {names[0]}")

    def _read(self) -> Read:
        """Return what the readers can read of what the patient can read: a preview counts nothing else."""
        patient = self.s.model.readable(self.record.patient, self.record, self.s.at)
        return {
            (who, at): self.s.model.readable(who, self.record, at) & patient
            for who in self.readers
            for at in self.instants
        }


def ask(s: Scene, record: Record, path: str, body: Any = None) -> Promise | None:
    """Ask for a preview as the patient, where the application has one."""
    if not s.has_previews:
        return None
    said = s.act(record.patient, "POST", path, body)
    named = {i["id"] for r in said["readers"] for part in _parts(r) for i in part["items"]}
    if named:
        s.saw(record.patient, record, named)
    return Promise(s, record, said)


def keep(promise: Promise | None) -> None:
    """Hold a promise against what has become of it, where there is one."""
    if promise is not None:
        promise.check()


def _reads(reader: dict[str, Any]) -> bool:
    """Only who is in the team, or joins by the act, reads by it at once."""
    return reader["standing"] in {"current", "joining"} and reader["user_id"] is not None and not reader["waits_for"]


def _parts(reader: dict[str, Any]) -> list[dict[str, Any]]:
    return [reader["kept_back"], *(c[key] for c in reader["changes"] for key in ("gained", "lost"))]


def _ids(changes: list[dict[str, Any]], key: str) -> set[str]:
    for change in changes:
        assert change[key]["count"] == len(change[key]["items"]) + change[key]["more"], change
    return {i["id"] for c in changes for i in c[key]["items"]}


def _instant(change: dict[str, Any], now: datetime) -> datetime:
    return datetime.fromisoformat(change["from"]) if change["from"] else now
