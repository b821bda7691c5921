"""Reads `access_matrix.txt`, the document of who may do and see what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.security.consent_states import STATES

FILE = Path(__file__).with_name("access_matrix.txt")
ACTORS = {
    "anonymous": "-",
    "patient": "M",
    "another": "N",
    "therapist": "T",
    "prescriber": "P",
    "covering": "C",
    "pending": "W",
    "upcoming": "U",
    "unlinked": "S",
    "former": "F",
    "unverified": "-",
    "disabled": "-",
    "admin": "A",
    "officer": "O",
}
"""The columns of WAYS, and the letter by which THINGS calls who stands there; those without one read nothing."""
ANSWERS = {"open", "sign-in", "absent", "refused"}


class BadTable(AssertionError):
    """The document does not say what it must; the message says what to write where."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of ROUTES."""

    method: str
    rule: str
    of: str
    way: str
    but: str
    shows: tuple[str, ...]
    may_tell: frozenset[str]

    @property
    def route(self) -> str:
        """What the row is about."""
        return f"{self.method} {self.rule}"

    @property
    def name(self) -> str:
        """The row in words."""
        return f"{self.route} ({self.of})" if self.of else self.route


class Matrix:
    """The document, to be asked."""

    def __init__(self, text: str) -> None:
        self.readers: dict[str, dict[str, frozenset[str]]] = {}
        self.kinds: dict[str, str] = {}
        self.ways: dict[str, dict[str, str]] = {}
        for cells in _table(text, "THINGS"):
            self._thing(*cells)
        for way, *answers in _table(text, "WAYS"):
            self.ways[way] = dict(zip(ACTORS, answers, strict=True))
        self.rows = [_row(cells) for cells in _table(text, "ROUTES")]
        for row in self.rows:
            self._check(row)

    def _thing(self, name: str, kind: str, always: str, *by_state: str) -> None:
        states = zip(STATES, by_state, strict=True)
        self.readers[name] = {state: frozenset((always + " " + more).split()) for state, more in states}
        self.kinds[name] = kind

    def _check(self, row: Row) -> None:
        if row.way not in self.ways:
            raise BadTable(f"{row.name}: there is no way of answering {row.way!r}; write a row for it under WAYS.")
        list(_exceptions(row.but))
        unknown = [t for t in self.things_of(row) if t is not None and t not in self.kinds]
        if unknown:
            raise BadTable(f"{row.name}: write a row for {unknown} under THINGS, and put it on the stage (stage.py).")

    def things_of(self, row: Row) -> list[str | None]:
        """Return the things that the row is about: one, all of a kind, or none."""
        if row.of.startswith("every "):
            return [t for t, kind in self.kinds.items() if kind == row.of.removeprefix("every ")]
        return [row.of or None]

    def reads(self, actor: str, thing: str, state: str) -> bool:
        """Say whether somebody may read a thing in this state."""
        return ACTORS[actor] in self.readers[thing][state]

    def answer(self, row: Row, actor: str, thing: str | None, state: str) -> str:
        """Return the answer that is due: open, absent, refused, sign-in, or a number."""
        due = self.ways[row.way][actor]
        for who, said in _exceptions(row.but):
            if who in {actor, "everybody", f"{state} {actor}"}:
                due = said
        if not due.endswith("?"):
            return due
        if thing is None:
            raise BadTable(f"{row.name}: {due!r} needs a thing in the column 'of'.")
        return due[:-1] if self.reads(actor, thing, state) else "absent"

    def moves(self, row: Row) -> bool:
        """Say whether anything about the row differs between the consent states."""
        by_state = [{t for t in self.readers if self.readers[t][s] != self.readers[t]["none"]} for s in STATES]
        moving = set().union(*by_state)
        conditional = "?" in row.but or any(answer.endswith("?") for answer in self.ways[row.way].values())
        spoken = any(who.split(" ")[0] in STATES for who, _ in _exceptions(row.but))
        shown = {self.kinds[t] for t in moving} & set(row.shows)
        return spoken or bool(shown) or (conditional and bool(moving & set(self.things_of(row))))


def _table(text: str, heading: str) -> Iterator[list[str]]:
    """Yield the lines of the table below a heading, in cells; the first line names the columns."""
    section = re.split(r"^(THINGS|WAYS|ROUTES)(?:  |$)", text, flags=re.M)
    lines = [line for line in section[section.index(heading) + 1].splitlines() if " | " in line]
    columns = lines[0].count("|")
    for line in lines[1:]:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != columns + 1:
            raise BadTable(f"{heading}: this line has {len(cells)} cells, not {columns + 1}: {line}")
        yield cells


def _row(cells: list[str]) -> Row:
    route, of, way, but, shows = cells
    method, _, rule = route.partition(" ")
    rule = rule[1:] if rule.startswith("//") else f"/api/v1{rule}"
    told = [word.strip() for word in shows.split(",") if word.strip()]
    showing = tuple(word for word in told if not word.startswith("+"))
    return Row(method, rule, of, way, but, showing, frozenset(w[1:] for w in told if w.startswith("+")))


def _exceptions(but: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, (p.strip() for p in but.split(","))):
        who, _, said = part.rpartition(" ")
        if said.rstrip("?") not in ANSWERS and not said.rstrip("?").isdecimal():
            raise BadTable(f"{part!r}: say who is answered how, such as 'patient refused'.")
        yield who, said


@cache
def matrix() -> Matrix:
    """Return the document."""
    return Matrix(FILE.read_text(encoding="utf-8"))
