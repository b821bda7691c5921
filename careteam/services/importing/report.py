"""What became of a file: counts, reasons and places in the file, and nothing of what it says."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from careteam.fhir_reading import KeptResource, Reading, ReadNote, Skipped, Sourced, TypeTally
from careteam.policy.vocabulary import ItemClass
from careteam.services.importing.notes import is_special
from careteam.services.importing.sources import Sifted, type_of

SPECIAL = "tagged as a psychotherapy note: only its author could read it here, so it is kept sealed and unread"
UNREADABLE = "may mean the opposite of what it seems to say, or nothing, so it is kept sealed and unread"
SEALED: Mapping[ItemClass, str] = {
    ItemClass.ALLERGY: UNREADABLE,
    ItemClass.CONDITION: UNREADABLE,
    ItemClass.MEASURE: "no whole score of a known questionnaire with its day, so it is kept sealed and unread",
}
"""Why a resource of a class is kept instead of read."""
CHANGED = "changed at the source since it was imported; the record keeps what it has"


@dataclass(frozen=True, slots=True)
class TypeReport:
    """What became of the resources of one type; the counts add up to all of them in the file.

    `taken` are in the record now, `kept` are sealed and unread, `changed` differ from what was imported before
    and were not taken: their places in the file. What the record held before, hidden from whoever imports, is
    counted as if it were new.
    """

    resource_type: str
    taken: int
    kept: int
    unchanged: int
    changed: tuple[str, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file. `made_record` says that the record did not exist before."""

    file_sha256: str
    patient_id: UUID
    made_record: bool
    resources: tuple[TypeReport, ...]
    warnings: tuple[str, ...]

    @property
    def changed_anything(self) -> bool:
        """False when everything in the file was there already."""
        return any(part.taken or part.kept for part in self.resources)


def is_kept(item: Sourced) -> bool:
    """Say whether a resource is kept sealed and unread, instead of becoming an item."""
    return isinstance(item, KeptResource) or (isinstance(item, ReadNote) and is_special(item))


def by_type(reading: Reading, sifted: Sifted) -> tuple[TypeReport, ...]:
    """Return the report for each type in the file."""
    kept = Counter(type_of(item) for item in sifted.taken if is_kept(item))
    taken = Counter(type_of(item) for item in sifted.taken if not is_kept(item))
    unchanged = Counter(type_of(item) for item in sifted.unchanged)
    stored = {type_of(item) for item in _all(sifted)}
    made = []
    for part in reading.tally:
        kind = part.resource_type
        if kind in stored:
            changed = tuple(item.path for item in sifted.changed if type_of(item) == kind)
            made.append(TypeReport(kind, taken[kind], kept[kind], unchanged[kind], changed, part.skipped))
        else:
            made.append(_of_names(part, anything_new=bool(sifted.taken)))
    return tuple(made)


def special_notes(sifted: Sifted) -> list[str]:
    """Return a sentence for each note that is kept instead of taken, with its place in the file."""
    return [f"{item.path}: {SPECIAL}" for item in sifted.taken if isinstance(item, ReadNote) and is_special(item)]


def _of_names(part: TypeTally, *, anything_new: bool) -> TypeReport:
    """A practitioner, care team or medication resource is taken with the items that name it, or not anew."""
    taken = part.taken if anything_new else 0
    return TypeReport(part.resource_type, taken, 0, part.taken - taken, (), part.skipped)


def _all(sifted: Sifted) -> Iterable[Sourced]:
    return (*sifted.taken, *sifted.unchanged, *sifted.changed)
