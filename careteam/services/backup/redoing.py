"""Does again, in a restored database, what people said no to after the backup: from the journal, and only that."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from careteam.models import Patient
from careteam.sealing import Keyring
from careteam.services.chain import journal
from careteam.services.chain.ledger import Line, Reading
from careteam.services.chain.noes import BY_WORD, No

RESTORED = "restored"
UNSURE = "unsure"
"""Stands in the line of a restored backup after which nobody knows what the journal lacks: no later line mends that."""
_AT_ONCE = 500
_MOOT_WITHOUT = frozenset({"patient_id", "consent_id", "item_id", "against_user_id", "against_representation_id"})
"""A no about something that is not in the backup has nothing to stop."""
Row = Mapping[str, Any]


@dataclass(slots=True)
class Redone:
    """How many acts of each kind were done again, and how many could not be."""

    done: Counter[str] = field(default_factory=Counter)
    not_done: int = 0


def fault(found: Reading, *, since: tuple[int, str], told: tuple[int, str]) -> str:
    """Say why a journal cannot be relied on from a backup (`since`) to its end (`told` by the newest head); else ''."""
    places = {(0, "0" * 64), *((line.n, line.mac) for line in found.lines)}
    if found.faults:
        return f"The journal does not verify: {found.faults[0]}."
    if since not in places:
        return "The journal does not hold what it held when the backup was made."
    if told not in places:
        return "The journal is shorter than the newest head says."
    if any(line.n > since[0] and line.body.get(UNSURE) for line in found.lines):
        return "The journal was not whole when a backup was restored before, so that it may lack what was said no to."
    return ""


def redo(session: Session, ring: Keyring, found: Reading, *, after: int) -> Redone:
    """Do again what the lines after a number say. Only narrows; doing it twice changes nothing more.

    Raises Unsealable, KeyError and ValueError where a line cannot be read.
    """
    redone, by_word = Redone(), defaultdict[str, dict[UUID, Row]](dict)
    for (word, row_id), body in standing(found.lines, after=after).items():
        by_word[word][UUID(row_id)] = journal.opened(ring, body)
    for no in BY_WORD.values():
        rows = by_word.get(no.word, {})
        for ids in _chunks(list(rows)):
            _redo(session, no, {row_id: rows[row_id] for row_id in ids}, redone)
    session.expire_all()
    return redone


def standing(lines: Iterable[Line], *, after: int) -> Mapping[tuple[str, str], Row]:
    """Return the newest line of each no that stands at the end; what only a restored backup lacked, stands."""
    found: dict[tuple[str, str], Row] = {}
    pinned: set[tuple[str, str]] = set()
    for line in lines:
        if line.n <= after:
            continue
        body = line.body
        if RESTORED in body:
            pinned |= found.keys()
            continue
        key = (str(body["no"]), str(body["id"]))
        if not body.get("over"):
            found[key] = body
        elif key not in pinned:
            found.pop(key, None)
    return found


def _redo(session: Session, no: No, said: Mapping[UUID, Row], redone: Redone) -> None:
    query = select(no.table).where(no.table.c.id.in_(said))
    there: dict[UUID, Row] = {row["id"]: dict(row) for row in session.execute(query).mappings()}
    changes: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row_id, row in there.items():
        change = {} if no.whole else no.redo(row, _existing(session, no.table, said[row_id])[0])
        if change:
            change |= {"version": row["version"] + 1} if "version" in row else {}
            changes[tuple(sorted(change))].append({"row_id": row_id, **{f"new_{k}": v for k, v in change.items()}})
            redone.done[no.word] += 1
    for names, rows in changes.items():
        setting = {name: bindparam(f"new_{name}", type_=no.table.c[name].type) for name in names}
        session.execute(update(no.table).where(no.table.c.id == bindparam("row_id")).values(setting), rows)
    if no.whole:
        _make_again(session, no, [values for row_id, values in said.items() if row_id not in there], redone)


def _make_again(session: Session, no: No, rows: Sequence[Row], redone: Redone) -> None:
    for values in rows:
        kept, missing = _existing(session, no.table, values)
        if missing & _MOOT_WITHOUT:
            continue
        needed = {name for name in missing if not no.table.c[name].nullable}
        if needed:
            owner = session.scalar(select(Patient.user_id).where(Patient.id == values["patient_id"]))
            if owner is None:
                redone.not_done += 1
                continue
            kept |= dict.fromkeys(needed, owner)
        session.execute(insert(no.table).values(kept))
        redone.done[no.word] += 1


def _existing(session: Session, table: Table, values: Row) -> tuple[dict[str, Any], set[str]]:
    """Return the values without references to what is not there, and the names of those."""
    missing = set()
    for name, value in values.items():
        for key in table.c[name].foreign_keys:
            target = key.column
            if value is not None and session.scalar(select(target).where(target == value)) is None:
                missing.add(name)
    return {name: None if name in missing else value for name, value in values.items()}, missing


def _chunks(ids: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
