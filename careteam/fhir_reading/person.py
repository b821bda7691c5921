"""Whom a file is about, and whether a resource is about that person."""

from dataclasses import dataclass

from careteam.fhir_reading.bundle import Opened
from careteam.fhir_reading.faults import UnreadableBundle
from careteam.fhir_reading.node import Node
from careteam.fhir_reading.references import Directory, written
from careteam.fhir_reading.resources import ID, Resource, identifiers

SUBJECT_ELEMENT = {"AllergyIntolerance": "patient"}
"""The element that names the person, where it is not `subject`."""


@dataclass(frozen=True, slots=True)
class Person:
    """The one person of a reading: a Patient of the file, or only a reference to one.

    `chosen` means that the caller named the person, so that others in the same file are left out, not refused.
    """

    patient: Resource | None
    reference: str | None
    chosen: bool
    alone: bool

    def concerns(self, resource: Resource, directory: Directory) -> bool:
        """Whether the resource is about this person. False: about another Patient of the file, when this one
        was chosen. Raises where it names nobody, no Patient, or somebody who is not in the file."""
        key = SUBJECT_ELEMENT.get(resource.kind, "subject")
        reference = resource.node.obj(key)
        if reference is None:
            if self.alone and self.chosen:
                return True
            raise resource.node.fault("missing; nothing says whom this resource is about", key)
        return self.is_meant(reference, resource, directory) or self._is_left_out(reference, resource, directory)

    def is_meant(self, reference: Node, holder: Resource, directory: Directory) -> bool:
        """Whether the reference means this person."""
        found = directory.resolve(reference, holder)
        if found is None:
            return self.patient is None and self.reference is not None and written(reference) == self.reference
        if self.patient is None or found.kind != "Patient":
            return False
        return found is self.patient or (found.container is not None and self._shares_identifier(found))

    def _shares_identifier(self, other: Resource) -> bool:
        own = set(identifiers(self.patient.node)) if self.patient else set()
        return any(system and (system, value) in own for system, value in identifiers(other.node))

    def _is_left_out(self, reference: Node, holder: Resource, directory: Directory) -> bool:
        found = directory.resolve(reference, holder)
        if found is not None and found.kind != "Patient":
            raise reference.fault("about something that is not a Patient")
        if self.chosen and found is not None and found.container is None:
            return False
        raise reference.fault("about a person who is not the Patient of this file; import each person separately")


def choose_person(opened: Opened, subject: str | None) -> Person:
    """Raises where the file leaves open who is meant and the caller did not say so."""
    wanted = f"Patient/{subject}" if subject and ID.fullmatch(subject) else subject
    patients = [resource for resource in opened.resources if resource.kind == "Patient"]
    alone = opened.bundle_type is None
    patient = _only(patients) if wanted is None else _named(patients, wanted)
    if patient is not None:
        return Person(patient, wanted or patient.source_key, wanted is not None, alone)
    return Person(None, wanted or _own_reference(opened, alone=alone), wanted is not None, alone)


def _only(patients: list[Resource]) -> Resource | None:
    if len(patients) > 1:
        raise UnreadableBundle(
            f"holds {len(patients)} Patient resources; say which one is meant (its id as the subject)",
            patients[1].node.path,
        )
    return patients[0] if patients else None


def _named(patients: list[Resource], wanted: str) -> Resource | None:
    for patient in patients:
        if wanted in {patient.source_key, patient.full_url}:
            return patient
    if patients:
        raise UnreadableBundle("none of its Patient resources is the chosen subject", patients[0].node.path)
    return None


def _own_reference(opened: Opened, *, alone: bool) -> str | None:
    if not alone:
        raise UnreadableBundle("holds no Patient; say whom it is about (the subject that it refers to)", "Bundle")
    single = opened.resources[0]
    reference = single.node.obj(SUBJECT_ELEMENT.get(single.kind, "subject"))
    text = written(reference) if reference else None
    if reference and text and not text.startswith(("urn:", "Patient/", "Patient?")) and "/Patient/" not in text:
        raise reference.fault("does not refer to a Patient", "reference")
    return text
