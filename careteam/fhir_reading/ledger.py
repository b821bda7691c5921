"""What became of each resource, counted while reading."""

from collections import Counter
from dataclasses import dataclass, field

from careteam.fhir_reading.resources import Resource
from careteam.fhir_reading.results import Skipped, TypeTally


@dataclass(slots=True)
class Ledger:
    """Every resource of a file is entered exactly once."""

    taken: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    skipped: dict[tuple[str, str], Skipped] = field(default_factory=dict)

    def skip(self, resource: Resource, reason: str) -> None:
        """Counts a resource that is left out."""
        key = (resource.kind, reason)
        before = self.skipped.get(key, Skipped(reason, 0, resource.node.path))
        self.skipped[key] = Skipped(reason, before.count + 1, before.first_path)

    def tally(self) -> tuple[TypeTally, ...]:
        """By type, in the order of the alphabet."""
        kinds = sorted({*self.taken, *self.kept, *(kind for kind, _ in self.skipped)})
        return tuple(TypeTally(kind, self.taken[kind], self.kept[kind], self._reasons(kind)) for kind in kinds)

    def _reasons(self, wanted: str) -> tuple[Skipped, ...]:
        return tuple(part for (kind, _), part in self.skipped.items() if kind == wanted)
