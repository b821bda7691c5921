"""A JSON object with its path: every access is typed, and a wrong type is refused where it stands."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from careteam.fhir_reading.faults import UnreadableBundle, step
from careteam.fhir_reading.moments import When, read_day, read_moment
from careteam.fhir_reading.strict_json import Json, JsonObject

T = TypeVar("T")

WORDS = 1_000
"""The longest name, display or other short text that is taken, in characters."""


@dataclass(frozen=True, slots=True)
class Node:
    """Reads one object. Absent and `null` are `None` or empty; anything else of a wrong type raises."""

    value: JsonObject
    path: str

    def fault(self, reason: str, key: str = "") -> UnreadableBundle:
        """What to raise about this object, or about one of its elements."""
        return UnreadableBundle(reason, step(self.path, key) if key else self.path)

    def has(self, key: str) -> bool:
        """Whether the element is present at all."""
        return self.value.get(key) is not None

    def obj(self, key: str) -> "Node | None":
        """The object at `key`."""
        found = self.value.get(key)
        return None if found is None else self._node(found, step(self.path, key))

    def objs(self, key: str) -> tuple["Node", ...]:
        """The objects of the list at `key`."""
        path = step(self.path, key)
        return tuple(self._node(item, step(path, n)) for n, item in enumerate(self._list(key)))

    def words(self, key: str, limit: int = WORDS) -> str | None:
        """Text without surrounding blanks; blank text counts as absent. Markup stays text."""
        return self._words(self.value.get(key), key, limit)

    def needed(self, key: str, limit: int = WORDS) -> str:
        """Text that has to be there."""
        found = self.words(key, limit)
        if found is None:
            raise self.fault("missing; the resource cannot be taken without it", key)
        return found

    def all_words(self, key: str, limit: int = WORDS) -> tuple[str, ...]:
        """The texts of the list at `key`; entries that are `null` (they carry only extensions) are left out."""
        found = (self._words(item, key, limit) for item in self._list(key))
        return tuple(words for words in found if words is not None)

    def code(self, key: str, allowed: Collection[str]) -> str:
        """One of the codes that FHIR R4 allows here; it has to be there."""
        found = self.needed(key)
        if found not in allowed:
            raise self.fault(f"not a code that FHIR R4 has here; use one of {', '.join(sorted(allowed))}", key)
        return found

    def flag(self, key: str) -> bool | None:
        """A JSON true or false."""
        found = self.value.get(key)
        if found is None or isinstance(found, bool):
            return found
        raise self.fault("not true or false", key)

    def number(self, key: str, *, least: int = 0, most: int = 1_000_000) -> Decimal | None:
        """A JSON number within bounds."""
        found = self.value.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            raise self.fault("not a number", key)
        if not least <= found <= most:
            raise self.fault(f"a number outside {least} to {most}", key)
        return Decimal(found)

    def whole(self, key: str, *, least: int = 0, most: int = 1_000_000) -> int | None:
        """A JSON number within bounds and without a fraction."""
        found = self.number(key, least=least, most=most)
        if found is not None and found != int(found):
            raise self.fault("not a whole number", key)
        return None if found is None else int(found)

    def moment(self, key: str) -> When | None:
        """A FHIR `dateTime`, as precise as it was written."""
        return self._dated(key, read_moment)

    def day(self, key: str) -> date | None:
        """A FHIR `date` with year, month and day."""
        return self._dated(key, read_day)

    def _dated(self, key: str, read: Callable[[str], T]) -> T | None:
        text = self.words(key)
        if text is None:
            return None
        try:
            return read(text)
        except ValueError as error:
            raise self.fault(str(error), key) from None

    def _words(self, found: Json, key: str, limit: int) -> str | None:
        if found is None:
            return None
        if not isinstance(found, str):
            raise self.fault("not text", key)
        if len(found) > limit:
            raise self.fault(f"longer than {limit} characters", key)
        return found.strip() or None

    def _list(self, key: str) -> list[Json]:
        found = self.value.get(key)
        if found is None:
            return []
        if not isinstance(found, list):
            raise self.fault("not a list", key)
        return found

    @staticmethod
    def _node(found: Json, path: str) -> "Node":
        if not isinstance(found, dict):
            raise UnreadableBundle("not a JSON object", path)
        return Node(found, path)
