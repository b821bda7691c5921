"""From the top-level object to the list of its resources."""

from collections.abc import Iterator
from dataclasses import dataclass

from careteam.fhir_reading.faults import UnreadableBundle
from careteam.fhir_reading.node import WORDS, Node
from careteam.fhir_reading.resources import Resource, as_resource
from careteam.fhir_reading.strict_json import JsonObject

READ = frozenset({"transaction", "batch", "collection", "searchset", "document"})
"""Bundles that hold one state of each resource."""

NOT_READ = frozenset({"history", "message", "transaction-response", "batch-response"})
"""Several versions, a message to act on, or answers without resources: none of them is a record."""

SINGLES = frozenset(
    {
        "Patient", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "Medication",
        "DocumentReference", "CareTeam", "Practitioner", "Observation", "Questionnaire",
        "QuestionnaireResponse", "Condition", "AllergyIntolerance",
    }
)  # fmt: skip
"""Types that may come alone in a file."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file taken apart. `bundle_type` is None for a single resource."""

    resources: tuple[Resource, ...]
    bundle_type: str | None


def open_file(top: JsonObject) -> Opened:
    """The resources of a bundle in order, or the one resource of the file."""
    kind = top.get("resourceType")
    if kind == "Bundle":
        return _open_bundle(Node(top, "Bundle"))
    if isinstance(kind, str) and kind in SINGLES:
        return Opened((as_resource(Node(top, kind)),), None)
    raise UnreadableBundle("neither a Bundle nor a resource that is read alone", "$.resourceType")


def _open_bundle(bundle: Node) -> Opened:
    kind = bundle.code("type", READ | NOT_READ)
    if kind in NOT_READ:
        raise bundle.fault(f"a {kind} bundle is not a record; send one of {', '.join(sorted(READ))}", "type")
    return Opened(tuple(_entries(bundle)), kind)


def _entries(bundle: Node) -> Iterator[Resource]:
    for entry in bundle.objs("entry"):
        request, node = entry.obj("request"), entry.obj("resource")
        if request is not None and request.words("method") in {"DELETE", "PATCH"}:
            raise request.fault("an import adds and updates whole resources; it neither deletes nor patches", "method")
        if node is None:
            raise entry.fault("missing; an entry without a resource says nothing", "resource")
        yield as_resource(node, entry.words("fullUrl", 2 * WORDS))
