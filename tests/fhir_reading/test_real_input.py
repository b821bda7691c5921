"""Files that other systems wrote, read as they are; the expected counts are made from the JSON itself."""

import json
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from careteam.fhir_reading import Reading, read_bundle
from careteam.fhir_reading.kept import GAD_7, PHQ_9
from tests.fhir_reading.samples import DATA

BUNDLES = sorted(DATA.glob("synthea/*.json"))
SINGLES = sorted(DATA.glob("us-core/*.json"))

pytestmark = pytest.mark.skipif(not BUNDLES, reason="needs the example data beside the project (../shared/data)")


@cache
def resources_in(path: Path) -> Sequence[dict[str, Any]]:
    return tuple(entry["resource"] for entry in json.loads(path.read_bytes())["entry"])


@cache
def reading_of(path: Path) -> Reading:
    """Read each large file once for all tests; a Reading is frozen."""
    return read_bundle(path.read_bytes())


@pytest.fixture(params=BUNDLES, ids=lambda path: path.name.partition("_")[0])
def person(request: pytest.FixtureRequest) -> tuple[Sequence[dict[str, Any]], Reading]:
    return resources_in(request.param), reading_of(request.param)


def test_there_are_ten_people_and_nine_singles() -> None:
    assert (len(BUNDLES), len(SINGLES)) == (10, 9)


def test_every_medication_request_becomes_one_entry(person: tuple[Sequence[dict[str, Any]], Reading]) -> None:
    resources, reading = person
    requests = [r for r in resources if r["resourceType"] == "MedicationRequest"]
    expected = [(r["id"], r["status"], r["medicationCodeableConcept"]["coding"][0]["code"]) for r in requests]
    read = [(m.source_key.partition("/")[2], m.source_status, m.rxnorm) for m in reading.medications]
    assert read == expected


def test_every_plain_text_document_becomes_one_note(person: tuple[Sequence[dict[str, Any]], Reading]) -> None:
    resources, reading = person
    documents = [r for r in resources if r["resourceType"] == "DocumentReference"]
    assert [note.source_key.partition("/")[2] for note in reading.notes] == [r["id"] for r in documents]
    assert all(note.authors and note.text.strip() and note.written for note in reading.notes)


def test_every_condition_and_allergy_becomes_one_entry(person: tuple[Sequence[dict[str, Any]], Reading]) -> None:
    resources, reading = person
    for kind, entries in (("Condition", reading.conditions), ("AllergyIntolerance", reading.allergies)):
        expected = [
            (r["id"], r["onsetDateTime"], {(c["system"], c["code"]) for c in r["code"]["coding"]})
            for r in resources
            if r["resourceType"] == kind
        ]
        read = [(e.source_key.partition("/")[2], e.onset and e.onset.text, set(e.codes)) for e in entries]
        assert read == expected


TOTALS = {"44261-6": "phq-9", "89204-2": "phq-9-teens", "70274-6": "gad-7"}


def test_every_total_that_is_a_whole_number_becomes_one_score(person: tuple[Sequence[dict[str, Any]], Reading]) -> None:
    """Scores are sums of whole numbers: one total that says 16.32 stays sealed."""
    resources, reading = person
    totals = [
        (r["id"], TOTALS[coding["code"]], r["valueQuantity"]["value"], r["effectiveDateTime"])
        for r in resources
        if r["resourceType"] == "Observation"
        for coding in r["code"]["coding"]
        if coding["code"] in PHQ_9 | GAD_7
    ]
    read = [
        (m.source_key.partition("/")[2], m.questionnaire, m.score, m.recorded and m.recorded.text)
        for m in reading.measures
    ]
    assert read == [total for total in totals if total[2] == int(total[2])]
    assert [json.loads(k.document)["id"] for k in reading.kept] == [t[0] for t in totals if t[2] != int(t[2])]


def test_the_tally_accounts_for_every_resource(person: tuple[Sequence[dict[str, Any]], Reading]) -> None:
    resources, reading = person
    assert {part.resource_type: part.total for part in reading.tally} == Counter(r["resourceType"] for r in resources)


def test_every_practitioner_is_an_outside_author(person: tuple[Sequence[dict[str, Any]], Reading]) -> None:
    resources, reading = person
    expected = {f"Practitioner/{r['id']}" for r in resources if r["resourceType"] == "Practitioner"}
    assert {author.source_key for author in reading.outside_authors} == expected


def test_the_patient_is_read(person: tuple[Sequence[dict[str, Any]], Reading]) -> None:
    resources, reading = person
    source = next(r for r in resources if r["resourceType"] == "Patient")
    assert reading.patient is not None
    assert str(reading.patient.birth_date) == source["birthDate"]
    assert reading.patient.deceased is ("deceasedDateTime" in source)
    assert "us-ssn" not in str(reading.patient.identifiers)


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name.partition("_")[0])
def test_reading_twice_gives_the_same(path: Path) -> None:
    assert read_bundle(path.read_bytes()) == reading_of(path)


@pytest.mark.parametrize("path", SINGLES, ids=lambda path: path.stem)
def test_a_single_resource_tells_whom_it_is_about(path: Path) -> None:
    reading = read_bundle(path.read_bytes(), subject="Patient/example")
    assert reading.subject == "Patient/example"
    assert [part.total for part in reading.tally] == [1]


def test_the_self_reported_medication_is_the_patients() -> None:
    reading = read_bundle((DATA / "us-core/medicationrequest-self-tylenol.json").read_bytes())
    (entry,) = reading.medications
    assert (entry.reported, entry.informant, entry.requester, entry.intent) == (True, None, None, "plan")
    assert entry.dosages[0].in_words == "Takes 1-2 tablets once daily at bedtime as needed for restless legs"


def test_the_prescribed_medication_has_dose_and_outside_author() -> None:
    reading = read_bundle((DATA / "us-core/medicationrequest-coded-oral-axid.json").read_bytes())
    (entry,) = reading.medications
    dosage = entry.dosages[0]
    assert (dosage.dose, dosage.dose_unit, dosage.frequency, dosage.period_unit) == (Decimal(10), "ml", 2, "d")
    assert entry.requester is not None
    assert entry.requester.name == "Ronald Bone, MD"


def test_a_document_that_is_not_plain_text_is_skipped_with_the_reason() -> None:
    reading = read_bundle((DATA / "us-core/documentreference-episode-summary.json").read_bytes())
    assert reading.notes == ()
    assert [part.reason for part in reading.tally[0].skipped] == ["not plain text (application/xml)"]
