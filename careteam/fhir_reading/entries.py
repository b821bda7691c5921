"""What AllergyIntolerance and Condition have in common: status, dates, codes, who wrote it, and what is left over."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from careteam.fhir_reading.concepts import in_words
from careteam.fhir_reading.moments import When
from careteam.fhir_reading.node import WORDS, Node
from careteam.fhir_reading.people import author_of
from careteam.fhir_reading.person import Person
from careteam.fhir_reading.references import Directory
from careteam.fhir_reading.resources import Resource
from careteam.fhir_reading.results import OutsideAuthor
from careteam.policy.vocabulary import Severity

IN_ERROR = "entered-in-error"
NOT_NAMED = "Not named in the imported file"
LONGEST_NOTE = 20_000
SNOMED = "http://snomed.info/sct"
SEVERITY = {"255604002": Severity.MILD, "6736007": Severity.MODERATE, "24484000": Severity.SEVERE}
"""SNOMED CT codes of the FHIR R4 value set condition-severity."""

Status = TypeVar("Status", bound=StrEnum)


def status(node: Node, key: str, system: str, words: Mapping[str, Status | None]) -> tuple[Status | None, str | None]:
    """Return a status, and the source's own words where it gives no code of the system; both None: nothing said.

    Raises on a code that the system does not have.
    """
    concept = node.obj(key)
    if concept is None:
        return None, None
    for coding in concept.objs("coding"):
        if coding.words("system") == system:
            return words[coding.code("code", words)], None
    return None, in_words(concept)


def all_codes(concept: Node | None) -> tuple[tuple[str, str], ...]:
    """Return every code of a named system, in the order of the source."""
    found = () if concept is None else concept.objs("coding")
    pairs = ((coding.words("system"), coding.words("code")) for coding in found)
    return tuple(dict.fromkeys((system, code) for system, code in pairs if system and code))


def name_of(concept: Node | None) -> str | None:
    """Return the words for it; a code alone is named by its system."""
    words = in_words(concept)
    coded = next(iter(all_codes(concept)), None)
    return words or (f"code {coded[1]} of {coded[0]}" if coded else None)


def when(node: Node, name: str) -> tuple[When | None, str | None]:
    """Return `onset[x]` or `abatement[x]`: a date as the source knows it, or what it says instead of one."""
    at = node.moment(f"{name}DateTime")
    period = node.obj(f"{name}Period")
    if at is not None or period is None:
        return at, None if at else _in_other_words(node, name)
    first, last = period.moment("start"), period.moment("end")
    chosen = first if name == "onset" else last
    told = f"from {first.text if first else 'a day not stated'} to {last.text if last else 'a day not stated'}"
    return chosen, f"The source gives the {name} as {told}."


def _in_other_words(node: Node, name: str) -> str | None:
    age, span, text = node.obj(f"{name}Age"), node.obj(f"{name}Range"), node.words(f"{name}String", 4 * WORDS)
    ends = [_amount(span.obj(end)) for end in ("low", "high")] if span else []
    told = _amount(age) or "-".join(end for end in ends if end) or text
    if not told:
        return None
    return f"The source gives the {name} as {told}{' of age' if not text else ''}."


def _amount(quantity: Node | None) -> str | None:
    if quantity is None:
        return None
    value = quantity.number("value")
    parts = (quantity.words("comparator"), str(value) if value is not None else None)
    return " ".join(filter(None, (*parts, quantity.words("unit") or quantity.words("code")))) or None


def severity_of(concept: Node | None) -> tuple[Severity | None, str | None]:
    """Return the severity, or a remark with the source's words where they are none of ours."""
    if concept is None:
        return None, None
    for system, code in all_codes(concept):
        if system == SNOMED and code in SEVERITY:
            return SEVERITY[code], None
    said = name_of(concept) or ""
    known = {word.value: word for word in Severity}.get(said.casefold())
    return known, None if known or not said else f"Severity: {said}."


def notes(node: Node) -> Iterator[str]:
    """The texts of the annotations, in order."""
    yield from (text for note in node.objs("note") if (text := note.words("text", LONGEST_NOTE)))


def concepts(node: Node, key: str, called: str) -> str | None:
    """One sentence for a list of concepts that no field holds."""
    said = ", ".join(words for item in node.objs(key) if (words := name_of(item)))
    return f"{called}: {said}." if said else None


@dataclass(frozen=True, slots=True)
class Writing:
    """Whether the patient or somebody close told it; who is named for it, the recorder first; and a remark."""

    reported: bool
    authors: tuple[OutsideAuthor, ...]
    remark: str | None = None


def written_by(resource: Resource, person: Person, directory: Directory) -> Writing:
    """Return who wrote it. Of what was told, the teller is the author; whoever took it down is named in the remark."""
    named = [reference for key in ("recorder", "asserter") if (reference := resource.node.obj(key))]
    close = [reference for reference in named if _is_close(reference, resource, person, directory)]
    tellers = _names(close, resource, person, directory)
    others = _names([reference for reference in named if reference not in close], resource, person, directory)
    if not close:
        return Writing(False, others)
    return Writing(True, tellers, f"Taken down by {others[0].name}." if others else None)


def _names(
    references: Iterable[Node], resource: Resource, person: Person, directory: Directory
) -> tuple[OutsideAuthor, ...]:
    others = (reference for reference in references if not person.is_meant(reference, resource, directory))
    found = (author_of(reference, resource, directory) for reference in others)
    return tuple(dict.fromkeys(author for author in found if author is not None))


def _is_close(reference: Node, resource: Resource, person: Person, directory: Directory) -> bool:
    found = directory.resolve(reference, resource)
    text = found.kind if found else reference.words("reference") or reference.words("type") or ""
    return person.is_meant(reference, resource, directory) or text.startswith(("Patient", "RelatedPerson"))
