"""A file outside the database to which lines are only added, each bound to the one before by a keyed MAC.

Beside it lies the number of the newest line, so that a cut end is seen too. What is written is on the disk (`fsync`)
before anything rests on it; readable by the service's own account alone (mode 0600).
"""

import fcntl
import hmac
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from careteam.sealing import Keyring

START = "0" * 64
"""What the first line follows."""

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `checked` is false where the key that it was made with is no longer in the keyring."""

    n: int
    mac: str
    key: str
    body: Body
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Position:
    """How far a ledger was read: the byte, and the line before it."""

    offset: int = 0
    n: int = 0
    mac: str = START


@dataclass(frozen=True, slots=True)
class Reading:
    """The lines after a position, and what is wrong with them; `torn` where the last one was never finished."""

    lines: tuple[Line, ...] = ()
    faults: tuple[str, ...] = ()
    end: Position = field(default_factory=Position)
    torn: bool = False


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep other processes of this machine from writing in the folder for as long as the block takes."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


class Ledger:
    """The lines of one name in a folder. Hold the folder (`held`) to append."""

    def __init__(self, folder: Path, name: str, keyring: Keyring) -> None:
        self.path, self.newest_path = folder / f"{name}.jsonl", folder / f"{name}.newest"
        self._keys = keyring.derived(f"careteam ledger {name}")
        self._current = keyring.current

    @property
    def exists(self) -> bool:
        """Whether there is any line."""
        return self.path.exists() and self.path.stat().st_size > 0

    def newest(self) -> Position | None:
        """Return the number and MAC of the newest line that was ever written; None where that is not known."""
        try:
            kept = orjson.loads(self.newest_path.read_bytes())
            said = kept.pop("mac")
            if not self._fits(kept, said):
                return None
            return Position(0, kept["n"], kept["line"])
        except (OSError, orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
            return None

    def last(self) -> tuple[Line | None, Position]:
        """Return the last line that was finished, and where it ends, without reading the others."""
        raw, end = _last_raw(self.path)
        body = _body(raw)
        if body is None:
            found = self.read()
            return (found.lines[-1] if found.lines else None), found.end
        mac, key = str(body.pop("mac", "")), str(body.get("key", ""))
        line = Line(int(body["n"]), mac, key, body, checked=self._fits(body, mac))
        return line, Position(end, line.n, mac)

    def read(self, after: Position | None = None) -> Reading:
        """Return the lines after a position, each held against its MAC and the line before."""
        at = after or Position()
        lines: list[Line] = []
        faults: list[str] = []
        for raw in self._raw(at.offset):
            if not raw.endswith(b"\n"):
                return Reading(tuple(lines), tuple(faults), at, torn=True)
            line, fault = self._line(raw[:-1], at)
            if fault:
                faults.append(f"line {at.n + 1}: {fault}")
            if line:
                lines.append(line)
            n, mac = (line.n, line.mac) if line else (at.n + 1, "?")
            at = Position(at.offset + len(raw), n, mac)
        return Reading(tuple(lines), tuple(faults), at)

    def whole(self) -> Reading:
        """Return every line, with the faults of the file as a whole: an end that was cut, a lost number."""
        found, newest, faults = self.read(), self.newest(), []
        if not self.exists:
            return Reading(faults=("the file is missing",))
        if newest is None:
            faults.append("the number of the newest line is missing or altered")
        elif found.end.n < newest.n:
            faults.append(f"the end was cut: {newest.n - found.end.n} of {newest.n} lines are missing")
        elif newest not in {Position(0, line.n, line.mac) for line in found.lines}:
            faults.append("the newest line is not the one that was written")
        faults += _unvouched(found.lines)
        return Reading(found.lines, (*found.faults, *faults), found.end, found.torn)

    def append(self, bodies: Iterable[Body]) -> Position:
        """Add lines and return where the newest one stands. Raises OSError where they cannot be written.

        Where lines were cut off, the numbers go on after the newest that ever was, so that the gap stays visible.
        """
        end, newest = self.last()[1], self.newest()
        if newest and newest.n > end.n:
            end = Position(end.offset, newest.n, newest.mac)
        n, mac, made = end.n, end.mac, []
        for body in bodies:
            n += 1
            raw, mac = self._signed({**body, "key": self._current, "n": n, "prev": mac})
            made.append(raw)
        if made:
            _add(self.path, end.offset, b"".join(raw + b"\n" for raw in made))
            _replace(self.newest_path, self._signed({"key": self._current, "line": mac, "n": n})[0])
        return Position(self.path.stat().st_size if made else end.offset, n, mac)

    def _raw(self, offset: int) -> Iterator[bytes]:
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            file.seek(offset)
            yield from file

    def _line(self, raw: bytes, at: Position) -> tuple[Line | None, str]:
        try:
            body = orjson.loads(raw)
            mac, n, key, prev = body.pop("mac"), body["n"], body["key"], body["prev"]
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
            return None, "it cannot be read"
        line = Line(n, mac, key, body, checked=key in self._keys)
        if _written({**body, "mac": mac}) != raw or (line.checked and not self._fits(body, mac)):
            return None, "it was altered"
        follows = n == at.n + 1 and prev == at.mac
        return line, "" if follows else f"it is line {n} and does not follow the one before it"

    def _signed(self, body: Body) -> tuple[bytes, str]:
        mac = self._mac(self._current, body)
        return _written({**body, "mac": mac}), mac

    def _fits(self, body: Body, mac: object) -> bool:
        known = body.get("key") in self._keys and isinstance(mac, str)
        return known and hmac.compare_digest(self._mac(body["key"], body), str(mac))

    def _mac(self, key: str, body: Body) -> str:
        return hmac.digest(self._keys[key], _written(body), "sha256").hex()


def _last_raw(path: Path, *, at_once: int = 1 << 16) -> tuple[bytes, int]:
    """Return the last whole line without its end, and the byte after it."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        start, tail = file.seek(0, os.SEEK_END), b""
        while start and tail.count(b"\n") < 2:
            step = min(at_once, start)
            start -= step
            file.seek(start)
            tail = file.read(step) + tail
        whole = tail[: tail.rfind(b"\n") + 1]
        return whole[:-1].rpartition(b"\n")[2], start + len(whole)
    return b"", 0


def _body(raw: bytes) -> dict[str, Any] | None:
    with suppress(orjson.JSONDecodeError):
        found = orjson.loads(raw)
        if isinstance(found, dict) and isinstance(found.get("n"), int):
            return found
    return None


def _unvouched(lines: Sequence[Line]) -> list[str]:
    """Lines of a key that was dropped are held by the first whole line after them, if there is one."""
    whole = max((n for n, line in enumerate(lines) if line.body.get("whole") and line.checked), default=0)
    lost = [line.n for line in lines[whole:] if not line.checked]
    return [f"lines {lost[0]} to {lost[-1]} were made with a key that is not in the keyring"] if lost else []


def _written(body: Body) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def _add(path: Path, end: int, data: bytes) -> None:
    """Write after the last whole line; one that a crash left unfinished is dropped."""
    new = not path.exists()
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.ftruncate(file, end)
        os.lseek(file, end, os.SEEK_SET)
        _write_all(file, data)
        os.fsync(file)
    finally:
        os.close(file)
    if new:
        _sync_folder(path.parent)


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f"{path.name}.new")
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        _write_all(file, data)
        os.fsync(file)
    finally:
        os.close(file)
    beside.replace(path)
    _sync_folder(path.parent)


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
