"""The patient, and the names of those outside who wrote or ordered something."""

from collections.abc import Iterator

from careteam.fhir_reading.canonical import content_sha256
from careteam.fhir_reading.concepts import codes, in_words
from careteam.fhir_reading.labels import sensitivity
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.person import Person
from careteam.fhir_reading.references import Directory, written
from careteam.fhir_reading.resources import Resource
from careteam.fhir_reading.results import OutsideAuthor, ReadPatient, SourceIdentifier

IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203"
LEFT_BEHIND = frozenset({"SS", "DL", "PPN", "NI"})
"""HL7 table 0203: social security, driving licence, passport, national number. No rule here needs them."""

NAMES_FIRST = ("official", "usual", None)
NAMES_NEVER = frozenset({"old", "maiden", "temp", "anonymous"})


def read_patient(resource: Resource) -> ReadPatient:
    """Refuses a Patient without a name, and a birth date that is not a whole date."""
    node = resource.node
    name = _name(node)
    if name is None:
        raise node.fault("missing; a patient without a name cannot be taken", "name")
    deceased_at = node.moment("deceasedDateTime")
    return ReadPatient(
        source_key=resource.source_key,
        content_sha256=content_sha256(node.value),
        path=node.path,
        sensitivity=sensitivity(node),
        name=name,
        birth_date=node.day("birthDate"),
        deceased=bool(node.flag("deceasedBoolean")) or deceased_at is not None,
        deceased_at=deceased_at,
        identifiers=tuple(_identifiers(node)),
    )


def author_of(reference: Node, holder: Resource, directory: Directory) -> OutsideAuthor | None:
    """Who is meant, by the name that the file gives; None where it gives none."""
    found = directory.resolve(reference, holder)
    display = reference.words("display")
    if found is not None:
        return author(found, directory) or (
            OutsideAuthor(source_key=found.source_key, name=display) if display else None
        )
    if display is None:
        return None
    return OutsideAuthor(source_key=written(reference) or f"display:{display}", name=display)


def author(resource: Resource, directory: Directory) -> OutsideAuthor | None:
    """The name of a practitioner, a role's practitioner, an organization or a related person."""
    node = resource.node
    if resource.kind == "PractitionerRole":
        inner = node.obj("practitioner")
        held = directory.resolve(inner, resource) if inner else None
        if held is not None:
            return author(held, directory) if held.kind == "Practitioner" else None
        return author_of(inner, resource, directory) if inner else None
    if resource.kind in {"Practitioner", "RelatedPerson"}:
        name = _name(node, titles=True)
    else:
        name = node.words("name") if resource.kind == "Organization" else None
    return OutsideAuthor(source_key=resource.source_key, name=name) if name else None


def team_authors(team: Resource, person: Person, directory: Directory) -> Iterator[OutsideAuthor]:
    """The members of a CareTeam who are clinicians, with the role that the team gives them."""
    for participant in team.node.objs("participant"):
        member = participant.obj("member")
        if member is None or person.is_meant(member, team, directory):
            continue
        kind = _kind(member, team, directory)
        found = author_of(member, team, directory)
        if found is not None and kind in {"Practitioner", "PractitionerRole", None}:
            role = next((words for item in participant.objs("role") if (words := in_words(item))), None)
            yield OutsideAuthor(source_key=found.source_key, name=found.name, role=role)


def _kind(reference: Node, holder: Resource, directory: Directory) -> str | None:
    found = directory.resolve(reference, holder)
    if found is not None:
        return found.kind
    address, asked, _ = (written(reference) or "").partition("?")
    parts = ["", *address.split("/")]
    return reference.words("type") or parts[-1 if asked else -2] or None


def _name(node: Node, *, titles: bool = False) -> str | None:
    names = [name for name in node.objs("name") if name.words("use") not in NAMES_NEVER] or node.objs("name")
    spelled = (_spelled(name, titles=titles) for name in sorted(names, key=_rank))
    return next((words for words in spelled if words), None)


def _rank(name: Node) -> int:
    use = name.words("use")
    return NAMES_FIRST.index(use) if use in NAMES_FIRST else len(NAMES_FIRST)


def _spelled(name: Node, *, titles: bool) -> str | None:
    before, after = (name.all_words("prefix"), name.all_words("suffix")) if titles else ((), ())
    parts = (*before, *name.all_words("given"), name.words("family"), *after)
    return name.words("text") or " ".join(part for part in parts if part) or None


def _identifiers(node: Node) -> Iterator[SourceIdentifier]:
    for identifier in node.objs("identifier"):
        system, value = identifier.words("system"), identifier.words("value")
        national = LEFT_BEHIND.intersection(codes(identifier.obj("type"), IDENTIFIER_TYPE))
        if system and value and not national and not system.endswith("/us-ssn"):
            yield SourceIdentifier(system, value)
