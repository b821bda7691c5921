"""The resources of a file, each with its type, its id and the key under which it is known again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from careteam.fhir_reading.canonical import content_sha256
from careteam.fhir_reading.node import Node

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
KIND = re.compile(r"[A-Z][A-Za-z]{1,63}")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. `container` is set on a contained one: its references resolve there."""

    node: Node
    kind: str
    id: str | None
    full_url: str | None = None
    container: "Resource | None" = None

    @property
    def source_key(self) -> str:
        """Stable between two readings: type and id, else the first identifier, else fullUrl, else content."""
        if self.id:
            return f"{self.kind}/{self.id}"
        for system, value in identifiers(self.node):
            return f"{self.kind}?identifier={system}|{value}"
        return self.full_url or f"{self.kind}#{content_sha256(self.node.value)}"

    @property
    def base(self) -> str | None:
        """The server that a RESTful fullUrl names, with its slash at the end; otherwise None."""
        tail = f"/{self.kind}/{self.id}"
        url = self.full_url or ""
        return url.removesuffix(tail) + "/" if self.id and url.endswith(tail) else None


def as_resource(node: Node, full_url: str | None = None, container: Resource | None = None) -> Resource:
    """Checks type and id, which every later step relies on."""
    kind = node.words("resourceType")
    if kind is None or KIND.fullmatch(kind) is None:
        raise node.fault("names no FHIR resource type", "resourceType")
    named = node.words("id")
    if named is not None and ID.fullmatch(named) is None:
        raise node.fault("not a FHIR id (1 to 64 letters, digits, hyphens or dots)", "id")
    return Resource(node, kind, named, full_url, container)


def contained(resource: Resource) -> tuple[Resource, ...]:
    """The resources inside one; an id that two of them share is refused."""
    found = tuple(as_resource(node, container=resource) for node in resource.node.objs("contained"))
    seen: set[str | None] = set()
    for inner in found:
        if inner.id is None or inner.id in seen:
            raise inner.node.fault("a contained resource needs an id that is its own", "id")
        seen.add(inner.id)
    return found


def identifiers(node: Node) -> Iterator[tuple[str, str]]:
    """System (empty if none is given) and value of each business identifier."""
    for identifier in node.objs("identifier"):
        if value := identifier.words("value"):
            yield identifier.words("system") or "", value
