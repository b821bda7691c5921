"""Sorts resources into what is taken, what is kept unread, and what is left out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from careteam.fhir_reading import medications, notes
from careteam.fhir_reading.bundle import Opened
from careteam.fhir_reading.faults import UnreadableBundle
from careteam.fhir_reading.kept import UNREADABLE, keep, kept_class
from careteam.fhir_reading.kept_entries import Entry, entry_of
from careteam.fhir_reading.ledger import Ledger
from careteam.fhir_reading.measures import repeats
from careteam.fhir_reading.modifiers import MODIFIED, is_modified
from careteam.fhir_reading.people import author, read_patient, team_authors
from careteam.fhir_reading.person import Person
from careteam.fhir_reading.references import Directory
from careteam.fhir_reading.resources import Resource
from careteam.fhir_reading.results import (
    KeptResource,
    OutsideAuthor,
    ReadAllergy,
    ReadCondition,
    Reading,
    ReadMeasure,
    ReadMedication,
    ReadNote,
    ReadPatient,
    Sourced,
)
from careteam.fhir_reading.shapes import MODELLED, check_shape
from careteam.policy.vocabulary import ItemClass

NOT_SHARED = "not part of the shared record"
REPEATED = "the total of a questionnaire response in this file, which is taken with its answers"
OTHER_PERSON = "about another person than the chosen subject"
WHY_SKIPPED = {
    "Consent": "a consent waits for the patient's signature: import it by itself, into the patient's consents",
    "MedicationAdministration": "a single administration, not an entry of the medication list",
    "MedicationDispense": "a supply by a pharmacy, not an entry of the medication list",
    "Observation": "not a PHQ-9 or GAD-7 result",
    "Organization": "read for its name only",
    "PractitionerRole": "read for its name only",
    "RelatedPerson": "read for its name only",
}


@dataclass(slots=True)
class Reader:
    """Sorts the resources of one file, one call of `read` each; `reading` then closes the books."""

    directory: Directory
    person: Person
    ledger: Ledger = field(default_factory=Ledger)
    patient: ReadPatient | None = None
    medications: list[ReadMedication] = field(default_factory=list)
    notes: list[ReadNote] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    kept: list[KeptResource] = field(default_factory=list)
    authors: dict[str, OutsideAuthor] = field(default_factory=dict)
    products: set[str] = field(default_factory=set)
    """The paths of the Medication resources that some entry refers to."""

    def read(self, resource: Resource) -> None:
        """Takes, keeps or skips one resource, and counts it."""
        item_class = kept_class(resource)
        if resource.kind not in MODELLED or (resource.kind == "Observation" and item_class is None):
            self.ledger.skip(resource, WHY_SKIPPED.get(resource.kind, NOT_SHARED))
            return
        check_shape(resource)
        if item_class is not None:
            self._take_measure(resource, item_class)
            return
        self._take(resource)

    def _take(self, resource: Resource) -> None:
        match resource.kind:
            case "Patient":
                self._take_patient(resource)
            case "MedicationRequest" | "MedicationStatement":
                self._take_medication(resource)
            case "DocumentReference":
                self._take_note(resource)
            case "AllergyIntolerance" | "Condition":
                self._take_entry(resource)
            case "CareTeam":
                self._take_team(resource)
            case "Practitioner":
                found = author(resource, self.directory)
                self._take_authors(resource, [found] if found else [], "has no name")
            case _:  # a Medication: counted at the end, when it is known whether an entry refers to it
                pass

    def _take_patient(self, resource: Resource) -> None:
        if resource is not self.person.patient:
            self.ledger.skip(resource, OTHER_PERSON)
            return
        if is_modified(resource.node):
            raise resource.node.fault(f"{MODIFIED}; send the patient without them")
        self.patient = read_patient(resource)
        self.ledger.taken["Patient"] += 1

    def _take_medication(self, resource: Resource) -> None:
        if self._is_open(resource, medications.why_not_taken):
            found = medications.read_medication(resource, self.person, self.directory)
            self.medications.append(found)
            self._know(found.requester, found.informant)
            self.ledger.taken[resource.kind] += 1
            product = medications.product_of(resource, self.directory)
            self.products.add(product.node.path if product else "")

    def _take_note(self, resource: Resource) -> None:
        if self._is_open(resource, notes.why_not_taken):
            found = notes.read_note(resource, self.person, self.directory)
            self.notes.append(found)
            self._know(*found.authors)
            self.ledger.taken[resource.kind] += 1

    def _take_entry(self, resource: Resource) -> None:
        if self._concerns(resource):
            self._take_or_keep(resource, UNREADABLE[resource.kind])

    def _take_measure(self, resource: Resource, item_class: ItemClass) -> None:
        if not self._concerns(resource):
            return
        if repeats(resource, self.person, self.directory):
            self.ledger.skip(resource, REPEATED)
            return
        self._take_or_keep(resource, item_class)

    def _take_or_keep(self, resource: Resource, item_class: ItemClass) -> None:
        found = entry_of(resource, self.person, self.directory)
        if found is None:
            self.kept.append(keep(resource, item_class))
            self.ledger.kept[resource.kind] += 1
            return
        self.entries.append(found)
        self._know(*found.authors)
        self.ledger.taken[resource.kind] += 1

    def _take_team(self, resource: Resource) -> None:
        if resource.node.has("subject") and not self._concerns(resource):
            return
        found = list(team_authors(resource, self.person, self.directory))
        self._take_authors(resource, found, "names no clinician")

    def _take_authors(self, resource: Resource, found: list[OutsideAuthor], otherwise: str) -> None:
        if not found or is_modified(resource.node):
            self.ledger.skip(resource, otherwise if not found else MODIFIED)
            return
        self._know(*found)
        self.ledger.taken[resource.kind] += 1

    def _is_open(self, resource: Resource, why_not: Callable[[Resource, Directory], str | None]) -> bool:
        if not self._concerns(resource):
            return False
        reason = why_not(resource, self.directory)
        if reason is not None:
            self.ledger.skip(resource, reason)
        return reason is None

    def _concerns(self, resource: Resource) -> bool:
        if self.person.concerns(resource, self.directory):
            return True
        self.ledger.skip(resource, OTHER_PERSON)
        return False

    def _know(self, *authors: OutsideAuthor | None) -> None:
        for found in authors:
            known = self.authors.get(found.source_key) if found else None
            if found and (known is None or (known.role is None and found.role)):
                self.authors[found.source_key] = found

    def _count_products(self, resources: Iterable[Resource]) -> None:
        for resource in resources:
            if resource.kind != "Medication":
                continue
            if resource.node.path in self.products:
                self.ledger.taken["Medication"] += 1
            else:
                self.ledger.skip(resource, "no entry that was taken refers to it")

    def reading(self, opened: Opened, file_sha256: str) -> Reading:
        """What was read. Raises if two of its items would be the same one."""
        self._count_products(opened.resources)
        _refuse_twins([*self.medications, *self.notes, *self.entries, *self.kept])
        return Reading(
            file_sha256=file_sha256,
            bundle_type=opened.bundle_type,
            subject=self.person.reference,
            patient=self.patient,
            medications=tuple(self.medications),
            notes=tuple(self.notes),
            allergies=tuple(entry for entry in self.entries if isinstance(entry, ReadAllergy)),
            conditions=tuple(entry for entry in self.entries if isinstance(entry, ReadCondition)),
            measures=tuple(entry for entry in self.entries if isinstance(entry, ReadMeasure)),
            kept=tuple(self.kept),
            outside_authors=tuple(self.authors.values()),
            tally=self.ledger.tally(),
        )


def _refuse_twins(items: Iterable[Sourced]) -> None:
    seen: set[str] = set()
    for item in items:
        if item.source_key in seen:
            raise UnreadableBundle("the same item as an earlier one; an import needs each once", item.path)
        seen.add(item.source_key)
