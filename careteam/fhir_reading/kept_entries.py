"""An allergy, condition or measure by itself: as it stands in a file, or as it was kept whole before."""

from careteam.fhir_reading import allergies, conditions, measures
from careteam.fhir_reading.faults import UnreadableBundle
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.person import SUBJECT_ELEMENT, Person
from careteam.fhir_reading.references import Directory, directory_of, written
from careteam.fhir_reading.resources import Resource, as_resource
from careteam.fhir_reading.results import ReadAllergy, ReadCondition, ReadMeasure
from careteam.fhir_reading.shapes import check_shape
from careteam.fhir_reading.strict_json import Limits, parse

KINDS = frozenset({"AllergyIntolerance", "Condition"}) | measures.KINDS
Entry = ReadAllergy | ReadCondition | ReadMeasure


def entry_of(resource: Resource, person: Person, directory: Directory) -> Entry | None:
    """Return what an AllergyIntolerance, Condition or measure says; None where it has to stay sealed."""
    if resource.kind in measures.KINDS:
        return measures.read_measure(resource, person, directory)
    if resource.kind == "AllergyIntolerance":
        unreadable = allergies.is_unreadable(resource)
        return None if unreadable else allergies.read_allergy(resource, person, directory)
    return None if conditions.is_unreadable(resource) else conditions.read_condition(resource, person, directory)


def read_kept(document: str) -> Entry | None:
    """Return what a kept document says, whose person was checked when it was imported; None where it stays sealed.

    Other resources of its file are gone, so that an author is known only by a name that stands in it. Raises
    UnreadableBundle where it is none of these as FHIR R4 allows them, or contradicts itself.
    """
    top = parse(document.encode(), Limits())
    resource = as_resource(Node(top, str(top.get("resourceType"))))
    if resource.kind not in KINDS:
        raise UnreadableBundle("not a resource that is read by itself", "$.resourceType")
    check_shape(resource)
    reference = resource.node.obj(SUBJECT_ELEMENT.get(resource.kind, "subject"))
    subject = written(reference) if reference else None
    return entry_of(resource, Person(None, subject, chosen=True, alone=True), directory_of([resource]))
