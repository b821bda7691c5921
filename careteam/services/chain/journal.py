"""The journal, outside the database, of every act that says no: ids, times, and what it takes to do it again, sealed.

It is written within moments of the act (see `careteam.services.chain.thread`) from what the database holds, so that one
that a crash kept out is found by the next run.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.sealing import Keyring, Place
from careteam.services.chain import values
from careteam.services.chain.ledger import Ledger, Line, Position
from careteam.services.chain.noes import BY_WORD, NOES, No

NAME = "noes"
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """One no as the database holds it now."""

    no: No
    row: UUID
    patient: UUID | None
    text: str

    @property
    def digest(self) -> str:
        """What tells it from another no of the same row."""
        return sha256(self.text.encode()).hexdigest()


class Journal:
    """The lines of one folder, and what they already hold."""

    def __init__(self, folder: Path, ring: Keyring) -> None:
        self.ledger, self._ring = Ledger(folder, NAME, ring), ring
        self._end, self._key = Position(), ""
        self._known: dict[str | None, dict[Key, str]] = defaultdict(dict)

    def catch_up(self, session: Session, patients: Iterable[UUID] | None, *, at: datetime) -> int:
        """Add what these patients, and all accounts, say no to and what no longer stands; return how many lines.

        None looks through all patients. Under a new key everything is written again, so that the old one may be
        dropped. Hold the folder. Raises OSError.
        """
        self._learn()
        anew = self._key not in {"", self._ring.current}
        if anew:
            self._known.clear()
        scope = None if patients is None or anew else list(patients)
        now: dict[str | None, dict[Key, Said]] = defaultdict(dict)
        for said in found(session, scope, at=at):
            now[said.patient.hex if said.patient else None][said.no.word, said.row.hex] = said
        places = {*now, *(self._known if scope is None else {None, *(patient.hex for patient in scope)})}
        lines = [line for place in sorted(places, key=str) for line in self._new(place, now[place], at)]
        if lines:
            self.ledger.append([{**lines[0], "whole": True}, *lines[1:]] if anew else lines)
            self._learn()
        return len(lines)

    def _new(self, place: str | None, now: Mapping[Key, Said], at: datetime) -> list[dict[str, Any]]:
        known = self._known[place]
        made = [self._line(said, at) for key, said in now.items() if known.get(key) != said.digest]
        over = [key for key in known if key not in now and not BY_WORD[key[0]].fleeting]
        return made + [_over(key, place, at) for key in over]

    def _line(self, said: Said, at: datetime) -> dict[str, Any]:
        kept = self._ring.seal(said.text, _place(said.no.word, said.row))
        return {
            "at": at.isoformat(),
            "no": said.no.word,
            "id": said.row.hex,
            "patient": said.patient.hex if said.patient else None,
            "digest": said.digest,
            "sealed": kept.hex(),
        }

    def _learn(self) -> None:
        """Read what was added since, by whichever process."""
        if self.ledger.path.exists() and self.ledger.path.stat().st_size < self._end.offset:
            self._end = Position()
            self._known.clear()
        read = self.ledger.read(self._end)
        for line in read.lines:
            self._remember(line)
            self._key = line.key
        self._end = read.end

    def _remember(self, line: Line) -> None:
        body = line.body
        if body.get("no") not in BY_WORD:
            return
        key, place = (str(body["no"]), str(body["id"])), body.get("patient")
        if body.get("over"):
            self._known[place].pop(key, None)
        else:
            self._known[place][key] = str(body["digest"])


def found(session: Session, patients: list[UUID] | None, *, at: datetime) -> Iterable[Said]:
    """Yield every no that the database holds, of these patients (None: of all) and of all accounts."""
    for no in NOES:
        if no.of_patient and patients is not None and not patients:
            continue
        yield from _found(session, no, patients, at)


def opened(ring: Keyring, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a line seals. Raises Unsealable, ValueError, KeyError."""
    word, row = str(body["no"]), UUID(str(body["id"]))
    return values.read(BY_WORD[word].table, ring.unseal(bytes.fromhex(body["sealed"]), _place(word, row)))


def _found(session: Session, no: No, patients: list[UUID] | None, at: datetime) -> Iterable[Said]:
    columns = [no.table.c[name].label(f"v_{name}") for name in no.columns]
    patient = no.patient
    query = select(no.table.c.id, *([patient.label("patient")] if patient is not None else []), *columns)
    query = query.where(no.said(at)).order_by(no.table.c.id)
    if patient is not None and patient.table is not no.table:
        query = query.join(patient.table, patient.table.c.id == no.table.c.item_id)
    if patient is not None and patients is not None:
        query = query.where(patient.in_(patients))
    for row in session.execute(query):
        text = values.written({name: row._mapping[f"v_{name}"] for name in no.columns})
        yield Said(no, row.id, row._mapping.get("patient"), text)


def _over(key: Key, place: str | None, at: datetime) -> dict[str, Any]:
    return {"at": at.isoformat(), "no": key[0], "id": key[1], "patient": place, "over": True}


def _place(word: str, row: UUID) -> Place:
    return Place(NAME, row, word)
