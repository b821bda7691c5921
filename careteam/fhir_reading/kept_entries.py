"""An allergy or condition by itself: as it stands in a file, or as it was kept whole before its class was read."""

from careteam.fhir_reading import allergies, conditions
from careteam.fhir_reading.faults import UnreadableBundle
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.person import SUBJECT_ELEMENT, Person
from careteam.fhir_reading.references import Directory, directory_of, written
from careteam.fhir_reading.resources import Resource, as_resource
from careteam.fhir_reading.results import ReadAllergy, ReadCondition
from careteam.fhir_reading.shapes import check_shape
from careteam.fhir_reading.strict_json import Limits, parse

KINDS = frozenset({"AllergyIntolerance", "Condition"})


def entry_of(resource: Resource, person: Person, directory: Directory) -> ReadAllergy | ReadCondition | None:
    """Return what an AllergyIntolerance or Condition says; None where it has to stay sealed."""
    if resource.kind == "AllergyIntolerance":
        unreadable = allergies.is_unreadable(resource)
        return None if unreadable else allergies.read_allergy(resource, person, directory)
    return None if conditions.is_unreadable(resource) else conditions.read_condition(resource, person, directory)


def read_kept(document: str) -> ReadAllergy | ReadCondition | None:
    """Return what a kept document says, whose person was checked when it was imported; None where it stays sealed.

    Other resources of its file are gone, so that an author is known only by a name that stands in it. Raises
    UnreadableBundle where it is no allergy or condition that FHIR R4 allows.
    """
    top = parse(document.encode(), Limits())
    resource = as_resource(Node(top, str(top.get("resourceType"))))
    if resource.kind not in KINDS:
        raise UnreadableBundle("neither an AllergyIntolerance nor a Condition", "$.resourceType")
    check_shape(resource)
    reference = resource.node.obj(SUBJECT_ELEMENT.get(resource.kind, "subject"))
    subject = written(reference) if reference else None
    return entry_of(resource, Person(None, subject, chosen=True, alone=True), directory_of([resource]))
