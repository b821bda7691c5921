"""Text notes, what is kept unread, the patient, and what the source says about sensitivity."""

import json
from typing import Any

import pytest

from careteam.fhir_reading import Reading
from careteam.policy.vocabulary import ItemClass, Label
from tests.fhir_reading.samples import (
    ACT_CODE,
    Resource,
    encoded,
    note,
    observation,
    patient,
    practitioner,
    read,
    request,
)


def attached(kind: str | None, text: str | bytes | None = "Fine.") -> Resource:
    attachment = {"contentType": kind, "data": None if text is None else encoded(text)}
    return note(content=[{"attachment": {k: v for k, v in attachment.items() if v is not None} or {"title": "x"}}])


READABLE = {
    "utf-8": ("text/plain; charset=utf-8", "Zoë – 好"),
    "no charset": ("text/plain", "Zoë"),
    "latin-1": ('TEXT/PLAIN;charset="ISO-8859-1"', "Zoë".encode("latin-1")),
    "markup": ("text/plain", "<script>alert('Zoë')</script>"),
}

SKIPPED = {
    "html": (attached("text/html"), "not plain text (text/html)"),
    "hostile type": (attached("<script>"), "not plain text (no media type)"),
    "no type": (attached(None), "not plain text (no media type)"),
    "unread charset": (attached("text/plain; charset=utf-7"), "character set"),
    "dangerous charset": (attached("text/plain; charset=zlib"), "character set"),
    "link only": (
        note(content=[{"attachment": {"contentType": "text/plain", "url": "https://x.test/1"}}]),
        "not in the file",
    ),
    "blank": (attached("text/plain", " \n"), "holds no words"),
    "superseded": (note(status="superseded"), "replaced"),
    "preliminary": (note(docStatus="preliminary"), "not signed"),
    "modified": (note(modifierExtension=[{"url": "urn:x", "valueBoolean": True}]), "modifier"),
}  # fmt: skip


def skipped(reading: Reading) -> list[str]:
    return [part.reason for tally in reading.tally for part in tally.skipped]


@pytest.mark.parametrize(("kind", "text"), READABLE.values(), ids=READABLE.keys())
def test_plain_text_is_decoded_and_stays_text(kind: str, text: str | bytes) -> None:
    (found,) = read(patient(), attached(kind, text)).notes
    assert "Zoë" in found.text


@pytest.mark.parametrize(("document", "reason"), SKIPPED.values(), ids=SKIPPED.keys())
def test_other_documents_are_skipped_with_the_reason(document: Resource, reason: str) -> None:
    reading = read(patient(), document)
    assert reading.notes == ()
    assert [reason in found for found in skipped(reading)] == [True]


def test_a_note_has_title_date_and_outside_authors() -> None:
    document = note(
        type={"coding": [{"system": "http://loinc.org", "code": "11506-3", "display": "Progress note"}]},
        author=[{"reference": "Practitioner/d1"}, {"reference": "Patient/p1"}, {"display": "Dr. Away"}],
    )
    (found,) = read(patient(), practitioner(), document).notes
    assert (found.title, found.type_code, found.item_class) == ("Progress note", "11506-3", ItemClass.PROGRESS_NOTE)
    assert found.written is not None
    assert found.written.earliest.isoformat() == "2024-03-02T09:00:00+00:00"
    assert [author.name for author in found.authors] == ["Dr. Emily Garcia", "Dr. Away"]


def test_a_retracted_note_says_so() -> None:
    documents = (note(status="entered-in-error"), note(docStatus="entered-in-error"), note())
    assert [read(patient(), d).notes[0].entered_in_error for d in documents] == [True, True, False]


def test_a_tagged_psychotherapy_note_stays_one() -> None:
    assert read(patient(), note(meta=tagged("PSYTHPN"))).notes[0].item_class is ItemClass.PSYCHOTHERAPY_NOTE


def tagged(*codes: str, system: str = ACT_CODE) -> dict[str, Any]:
    return {"security": [{"system": system, "code": code} for code in codes]}


@pytest.mark.parametrize(
    ("codes", "labels", "part2"),
    [
        ((), set(), False),
        (("ETH",), {Label.SUBSTANCE_USE}, True),
        (("42CFRPart2",), {Label.SUBSTANCE_USE}, True),
        (("HIV", "SDV"), {Label.HIV, Label.VIOLENCE}, False),
        (("SEX",), {Label.SEXUAL_HEALTH, Label.GENDER_AND_REPRODUCTIVE}, False),
        (("PSY", "GDIS"), set(), False),
    ],
)
def test_security_tags_suggest_labels(codes: tuple[str, ...], labels: set[Label], part2: bool) -> None:
    meta = tagged(*codes)
    reading = read(patient(), request(meta=meta), note(meta=meta), observation(meta=meta))
    for item in (*reading.medications, *reading.notes, *reading.kept):
        assert item.suggested_labels == labels
        assert (item.sensitivity.part2, item.sensitivity.codes) == (part2, codes)


def test_a_code_of_another_system_suggests_nothing() -> None:
    assert read(patient(), request(meta=tagged("HIV", system="urn:own"))).medications[0].suggested_labels == set()


def test_kept_resources_are_whole_and_recognised_again() -> None:
    first = read(patient(), observation(valueQuantity={"value": 7.10})).kept[0]
    again = read(patient(), observation(valueQuantity={"value": 7.10}, meta={"versionId": "2"})).kept[0]
    other = read(patient(), observation(valueQuantity={"value": 8})).kept[0]
    assert json.loads(first.document) == observation(valueQuantity={"value": 7.10})
    assert first.item_class is ItemClass.MEASURE
    assert first.content_sha256 == again.content_sha256 != other.content_sha256


def test_other_observations_are_skipped() -> None:
    weight = {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}
    assert skipped(read(patient(), observation(code=weight))) == ["not a PHQ-9 or GAD-7 result"]


def test_a_source_key_falls_back_from_id_to_identifier_to_url() -> None:
    with_identifier = request(id=None, identifier=[{"system": "urn:rx", "value": "9"}])
    keys = [read(patient(), r).medications[0].source_key for r in (request(), with_identifier, request(id=None))]
    assert keys == ["MedicationRequest/m1", "MedicationRequest?identifier=urn:rx|9", "urn:uuid:1"]


def test_the_patient_comes_without_national_numbers() -> None:
    kind = "http://terminology.hl7.org/CodeSystem/v2-0203"
    numbers = [
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-12-3456"},
        {"system": "urn:dl", "value": "S1", "type": {"coding": [{"system": kind, "code": "DL"}]}},
        {"system": "urn:clinic", "value": "17"},
    ]
    names = [{"use": "old", "text": "Ada Before"}, {"given": ["Ada", "B."], "family": "Okafor"}]
    found = read(patient(identifier=numbers, name=names, deceasedDateTime="2024")).patient
    assert found is not None
    assert (found.name, found.deceased) == ("Ada B. Okafor", True)
    assert [(i.system, i.value) for i in found.identifiers] == [("urn:clinic", "17")]


def test_the_care_team_names_clinicians_with_their_roles() -> None:
    members = [
        {"member": {"reference": "Practitioner/d1"}, "role": [{"text": "Psychiatrist"}]},
        {"member": {"reference": "Practitioner/away", "display": "Dr. Away"}},
        {"member": {"reference": "Patient/p1", "display": "Ada Okafor"}},
        {"member": {"reference": "RelatedPerson/r", "display": "A niece"}},
    ]
    team = {"resourceType": "CareTeam", "id": "t", "subject": {"reference": "Patient/p1"}, "participant": members}
    found = read(patient(), practitioner(), team).outside_authors
    assert [(author.name, author.role) for author in found] == [
        ("Dr. Emily Garcia", "Psychiatrist"),
        ("Dr. Away", None),
    ]
