"""Which resource a Reference means. A reference that means nothing here is None, never a guess."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from careteam.fhir_reading.node import WORDS, Node
from careteam.fhir_reading.resources import ID, KIND, Resource, contained, identifiers

FOUND_BY_IDENTIFIER = frozenset(
    {"Patient", "Practitioner", "PractitionerRole", "Organization", "RelatedPerson", "Medication"}
)


@dataclass(frozen=True, slots=True)
class Directory:
    """The resources of one file by fullUrl, by type and id, and by business identifier."""

    by_url: dict[str, Resource] = field(default_factory=dict)
    by_id: dict[tuple[str, str], Resource] = field(default_factory=dict)
    by_identifier: dict[tuple[str, str, str], list[Resource]] = field(default_factory=lambda: defaultdict(list))

    def resolve(self, reference: Node, holder: Resource) -> Resource | None:
        """`holder` is the resource in which the reference stands; `#` means inside it and nowhere else."""
        text = written(reference)
        if text is None:
            return self._logical(reference)
        if text.startswith("#"):
            return _inside(holder.container or holder, text[1:])
        if "?" in text:
            return self._conditional(text)
        return self.by_url.get(text) or self._relative(text, holder.container or holder)

    def _relative(self, text: str, holder: Resource) -> Resource | None:
        kind, _, named = text.partition("/")
        if KIND.fullmatch(kind) is None or ID.fullmatch(named) is None:
            return None
        found = self.by_id.get((kind, named))
        if found and holder.base and found.base and holder.base != found.base:
            return None
        return found

    def _conditional(self, text: str) -> Resource | None:
        kind, _, query = text.partition("?")
        asked = parse_qs(query, max_num_fields=2) if query.count("&") < 2 else {}
        if set(asked) != {"identifier"} or len(asked["identifier"]) != 1:
            return None
        system, bar, value = asked["identifier"][0].partition("|")
        return self._sole(kind, system if bar else "", value if bar else system)

    def _logical(self, reference: Node) -> Resource | None:
        identifier, kind = reference.obj("identifier"), reference.words("type")
        if identifier is None or kind is None:
            return None
        return self._sole(kind, identifier.words("system") or "", identifier.words("value") or "")

    def _sole(self, kind: str, system: str, value: str) -> Resource | None:
        found = self.by_identifier.get((kind, system, value), [])
        return found[0] if len(found) == 1 else None


def written(reference: Node) -> str | None:
    """The literal reference, without the version that it may name."""
    text = reference.words("reference", 2 * WORDS)
    return text.partition("/_history/")[0] if text else None


def directory_of(resources: Iterable[Resource]) -> Directory:
    """Refuses a second resource with the same type and id, or with the same fullUrl."""
    made = Directory()
    for resource in resources:
        _add(made, resource)
    return made


def _add(made: Directory, resource: Resource) -> None:
    again = "stands twice in this bundle; an import needs each resource once"
    if resource.id and made.by_id.setdefault((resource.kind, resource.id), resource) is not resource:
        raise resource.node.fault(f"a resource type and id that {again}", "id")
    if resource.full_url and made.by_url.setdefault(resource.full_url, resource) is not resource:
        raise resource.node.fault(f"a fullUrl that {again}")
    if resource.kind in FOUND_BY_IDENTIFIER:
        for system, value in dict.fromkeys(identifiers(resource.node)):
            made.by_identifier[resource.kind, system, value].append(resource)


def _inside(holder: Resource, named: str) -> Resource | None:
    if not named:
        return holder
    return next((inner for inner in contained(holder) if inner.id == named), None)
