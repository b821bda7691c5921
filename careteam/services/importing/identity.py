"""Whether two files, or a file and a record, are about one person. A name alone never says so."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from careteam.fhir_reading import ReadPatient
from careteam.services.names import name_key


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a source knows a person. Kept sealed, to recognise the person when the file comes again."""

    name: str
    birth_date: date | None
    identifiers: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, read: ReadPatient) -> "Identity":
        """Return the identity that a file gives."""
        return cls(read.name, read.birth_date, frozenset((i.system, i.value) for i in read.identifiers))

    @classmethod
    def from_json(cls, text: str) -> "Identity":
        """Read what `to_json` wrote."""
        told = json.loads(text)
        born = told["birth_date"]
        pairs = frozenset((system, value) for system, value in told["identifiers"])
        return cls(told["name"], date.fromisoformat(born) if born else None, pairs)

    def to_json(self) -> str:
        """Return the identity as JSON."""
        born = self.birth_date.isoformat() if self.birth_date else None
        return json.dumps({"name": self.name, "birth_date": born, "identifiers": sorted(self.identifiers)})

    @property
    def recognisable(self) -> bool:
        """True when the person can be told from others of the same name."""
        return bool(self.identifiers) or self.birth_date is not None


class Likeness(Enum):
    """What two identities, given under one key by their sources, say together."""

    SAME = auto()
    OTHER = auto()
    UNCLEAR = auto()


def compare(now: Identity, before: Identity) -> Likeness:
    """Compare two identities that came under the same key.

    A shared identifier makes them one person, unless the birth dates differ. Where one of them has no identifier,
    the birth date and the name have to be equal.
    """
    if now.identifiers & before.identifiers:
        known = {now.birth_date, before.birth_date} - {None}
        return Likeness.UNCLEAR if len(known) > 1 else Likeness.SAME
    if now.identifiers and before.identifiers:
        return Likeness.OTHER
    if now.birth_date is None or now.birth_date != before.birth_date:
        return Likeness.OTHER
    return Likeness.SAME if name_key(now.name) == name_key(before.name) else Likeness.OTHER


def contradict(one: Identity, other: Identity) -> bool:
    """Say whether one system numbers the two differently, which it does for two people."""
    numbers = _by_system(other)
    return any(numbers[system].isdisjoint(values) for system, values in _by_system(one).items() if system in numbers)


def _by_system(identity: Identity) -> dict[str, set[str]]:
    grouped: dict[str, set[str]] = defaultdict(set)
    for system, value in identity.identifiers:
        grouped[system].add(value)
    return grouped
