"""Which resource a reference means, and that it means nothing outside its reach."""

import pytest

from careteam.fhir_reading import ReadMedication, read_bundle
from tests.fhir_reading.samples import (
    Resource,
    bundle,
    note,
    observation,
    patient,
    practitioner,
    raw,
    read,
    request,
)

LITHIUM = {"resourceType": "Medication", "id": "x", "code": {"text": "Lithium 300 MG"}}
NPI = "http://hl7.org/fhir/sid/us-npi|9999463757"
ENCODED_NPI = NPI.replace("|", "%7C")


def only(*resources: Resource) -> ReadMedication:
    (entry,) = read(*resources).medications
    return entry


def refers(reference: str, **change: object) -> Resource:
    return request(medicationCodeableConcept=None, medicationReference={"reference": reference}, **change)


def test_a_contained_medication_names_the_drug() -> None:
    assert only(patient(), refers("#x", contained=[LITHIUM])).name == "Lithium 300 MG"


@pytest.mark.parametrize("reference", ["Medication/x", "urn:uuid:1", "Medication/x/_history/3"])
def test_a_medication_of_the_bundle_names_the_drug(reference: str) -> None:
    reading = read(patient(), LITHIUM, refers(reference))
    assert reading.medications[0].name == "Lithium 300 MG"
    assert {part.resource_type: part.taken for part in reading.tally}["Medication"] == 1


def test_the_same_contained_id_in_two_entries_is_two_medications() -> None:
    first = refers("#x", contained=[LITHIUM])
    second = refers("#x", id="m2", contained=[LITHIUM | {"code": {"text": "Buspirone"}}])
    assert [m.name for m in read(patient(), first, second).medications] == ["Lithium 300 MG", "Buspirone"]


def test_a_changed_medication_changes_the_entry() -> None:
    before = only(patient(), LITHIUM, refers("Medication/x"))
    after = only(patient(), LITHIUM | {"code": {"text": "Lithium 450 MG"}}, refers("Medication/x"))
    assert before.source_key == after.source_key
    assert before.content_sha256 != after.content_sha256


@pytest.mark.parametrize(
    "reference",
    ["Practitioner/d1", "urn:uuid:1", f"Practitioner?identifier={NPI}", f"Practitioner?identifier={ENCODED_NPI}"],
)  # fmt: skip
def test_a_requester_is_known_by_each_kind_of_reference(reference: str) -> None:
    entry = only(patient(), practitioner(), request(requester={"reference": reference}))
    assert entry.requester is not None
    assert (entry.requester.name, entry.requester.source_key) == ("Dr. Emily Garcia", "Practitioner/d1")


def test_a_logical_reference_is_known_by_its_identifier() -> None:
    system, _, value = NPI.partition("|")
    wanted = {"type": "Practitioner", "identifier": {"system": system, "value": value}}
    entry = only(patient(), practitioner(), request(requester=wanted))
    assert entry.requester is not None
    assert entry.requester.name == "Dr. Emily Garcia"


def test_an_identifier_that_two_share_means_neither() -> None:
    entry = only(
        patient(),
        practitioner(),
        practitioner(id="d2"),
        request(requester={"reference": f"Practitioner?identifier={NPI}"}),
    )
    assert entry.requester is None


@pytest.mark.parametrize(
    "reference",
    ["Practitioner/none", "urn:uuid:none", "#none", "Practitioner?name=Garcia",
     "Practitioner?identifier=x&identifier=y",
     "Practitioner?" + "a=1&" * 400, "http://[", "?", "#", "/", "Practitioner/", "https://other.test/Practitioner/d1"],
)  # fmt: skip
def test_a_missing_requester_is_only_absent(reference: str) -> None:
    entry = only(patient(), practitioner(), request(requester={"reference": reference}))
    assert entry.requester is None


def test_a_role_leads_to_its_practitioner() -> None:
    role = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d1"}}
    entry = only(patient(), practitioner(), role, request(requester={"reference": "PractitionerRole/r"}))
    assert entry.requester is not None
    assert entry.requester.name == "Dr. Emily Garcia"


def test_a_role_that_refers_to_itself_ends() -> None:
    role = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "PractitionerRole/r"}}
    assert only(patient(), role, request(requester={"reference": "PractitionerRole/r"})).requester is None


@pytest.mark.parametrize(
    "subject", ["Patient/p1", "urn:uuid:0", "Patient?identifier=urn:clinic|17", "Patient/p1/_history/2"]
)
def test_the_subject_is_known_by_each_kind_of_reference(subject: str) -> None:
    assert only(patient(), request(subject={"reference": subject})).name


def test_a_contained_patient_is_the_subject_if_an_identifier_says_so() -> None:
    assert only(patient(), request(subject={"reference": "#p"}, contained=[patient(id="p")])).name


def test_a_relative_reference_stays_on_its_server() -> None:
    here, there = "https://a.test/fhir", "https://b.test/fhir"
    entries = [
        {"fullUrl": f"{here}/Patient/p1", "resource": patient()},
        {"fullUrl": f"{there}/Practitioner/d1", "resource": practitioner()},
        {
            "fullUrl": f"{here}/MedicationRequest/m1",
            "resource": request(requester={"reference": "Practitioner/d1"}),
        },
    ]
    reading = read_bundle(raw({"resourceType": "Bundle", "type": "searchset", "entry": entries}))
    assert reading.medications[0].requester is None


def test_of_two_patients_only_the_chosen_one_is_read() -> None:
    other = {"reference": "Patient/p2"}
    reading = read(
        patient(),
        patient(id="p2", name=[{"text": "Other"}]),
        request(),
        request(id="m2", subject=other),
        note(subject=other),
        observation(subject=other),
        subject="p2",
    )
    assert reading.patient is not None
    assert reading.patient.name == "Other"
    assert [m.source_key for m in reading.medications] == ["MedicationRequest/m2"]
    assert (len(reading.notes), len(reading.kept)) == (1, 1)
    assert {part.resource_type for part in reading.tally if part.skipped} == {"Patient", "MedicationRequest"}


def test_a_bundle_without_a_patient_needs_the_subject() -> None:
    reading = read_bundle(raw(bundle(request(), note())), subject="p1")
    assert (reading.subject, reading.patient, len(reading.medications)) == ("Patient/p1", None, 1)


def test_a_single_note_about_nobody_is_about_the_chosen_subject() -> None:
    assert len(read_bundle(raw(note(subject=None)), subject="p1").notes) == 1


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection", "searchset", "document"])
def test_kinds_of_bundle_and_missing_urls(kind: str) -> None:
    reading = read_bundle(raw(bundle(patient(), request(), kind=kind, urls=False)))
    assert (reading.bundle_type, len(reading.medications)) == (kind, 1)
