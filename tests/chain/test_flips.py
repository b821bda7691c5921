"""Any byte of a sealed log that is flipped is found: `--tamper 10000` for as many."""

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.chain.conftest import Chained
from tests.chain.plain_sql import Plain

TABLES = ("access_event", "access_event_item", "log_link")


class Flip:
    """One byte of one value of one row, turned into another, and back."""

    def __init__(self, plain: Plain, chance: random.Random) -> None:
        self._plain, self._chance = plain, chance
        self.what = ""

    def __call__(self) -> Callable[[], None] | None:
        """Flip one; return what puts it back, or None where the database does not take it or it means the same."""
        table = self._chance.choice(TABLES)
        key = "rowid" if self._plain.sqlite else "ctid"
        row, column, old, kind = self._value(table, key)
        new = bytearray(old)
        place = self._chance.randrange(len(new))
        new[place] = (new[place] + self._chance.randrange(1, 256)) % 256
        self.what = f"{table}.{column} byte {place}: {old!r} -> {bytes(new)!r}"
        try:
            moved = self._write(table, key, row, column, bytes(new), kind)
        except (psycopg.DataError, psycopg.IntegrityError, sqlite3.IntegrityError, UnicodeDecodeError):
            return None
        if self._read(table, key, moved, column) == (old, kind):
            return None
        return lambda: self._put_back(table, key, moved, column, old, kind)

    def _value(self, table: str, key: str) -> tuple[Any, str, bytes, str]:
        rows = [row for (row,) in self._plain.run(f"SELECT {key} FROM {table} ORDER BY {key}")]
        while True:
            row, column = self._chance.choice(rows), self._chance.choice(self._columns(table))
            old, kind = self._read(table, key, row, column)
            if old:
                return row, column, old, kind

    def _columns(self, table: str) -> list[str]:
        if self._plain.sqlite:
            return [name for (_, name, *_) in self._plain.run(f"PRAGMA table_info({table})")]
        names = "SELECT column_name FROM information_schema.columns WHERE table_name = ? ORDER BY 1"
        return [name for (name,) in self._plain.run(names, table)]

    def _read(self, table: str, key: str, row: Any, column: str) -> tuple[bytes, str]:
        form = (
            f"CAST({column} AS BLOB), typeof({column})"
            if self._plain.sqlite
            else f"{column}::text, pg_typeof({column})::text"
        )
        ((value, kind),) = self._plain.run(f"SELECT {form.format(column)} FROM {table} WHERE {key} = ?", row)
        return (value.encode() if isinstance(value, str) else value or b""), str(kind)

    def _write(self, table: str, key: str, row: Any, column: str, value: bytes, kind: str) -> Any:
        if not self._plain.sqlite:
            update = f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE {key} = ? RETURNING ctid"
            return self._plain.run(update, value.decode(), row)[0][0]
        form = "?" if kind == "blob" else "CAST(? AS TEXT)"
        self._plain.run(f"UPDATE {table} SET {column} = {form} WHERE {key} = ?", value, row)
        return row

    def _put_back(self, table: str, key: str, row: Any, column: str, value: bytes, kind: str) -> None:
        self._write(table, key, row, column, value, kind)


@pytest.fixture
def tamper(pytestconfig: pytest.Config) -> int:
    """How many bytes are flipped."""
    return int(pytestconfig.getoption("tamper"))


def test_every_flipped_byte_of_the_database_is_found(filled: Chained, tamper: int) -> None:
    seed = random.SystemRandom().randrange(2**32)
    done, missed = 0, []
    with filled.plain() as plain:
        flip = Flip(plain, random.Random(seed))
        while done < tamper:
            put_back = flip()
            if put_back is None:
                continue
            done += 1
            missed += [] if filled.found() else [flip.what]
            put_back()
    print(f"{done} flips, seed {seed}, {len(missed)} missed")
    assert missed == []
    assert filled.found() == []


@pytest.mark.parametrize("name", ["heads.jsonl", "heads.newest", "noes.jsonl", "noes.newest"])
def test_every_flipped_byte_of_the_files_is_found(filled: Chained, tamper: int, name: str) -> None:
    world, file = filled.world, filled.folder / name
    patient = world.patient("Nina No")
    world.restriction(patient, holder="patient")
    world.client(patient).get(f"{patient.record}/medications")
    filled.seal()
    chance = random.Random(random.SystemRandom().randrange(2**32))
    missed = [flipped for flipped in (flip_in(file, chance, filled) for _ in range(tamper)) if flipped]
    assert missed == []
    assert filled.found() == []


def flip_in(file: Path, chance: random.Random, chained: Chained) -> str:
    """Flip a byte of a file and put it back; say which where that was not found."""
    old = file.read_bytes()
    new = bytearray(old)
    place = chance.randrange(len(new))
    new[place] = (new[place] + chance.randrange(1, 256)) % 256
    file.write_bytes(bytes(new))
    found = chained.found()
    file.write_bytes(old)
    return "" if found else f"byte {place}: {old[place]} -> {new[place]}"
