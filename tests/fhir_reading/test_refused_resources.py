"""Files whose resources are wrong: each row is one change to a good file, and where the refusal points."""

from typing import Any

import pytest

from careteam.fhir_reading import UnreadableBundle, read_bundle
from tests.fhir_reading.samples import (
    RXNORM,
    Resource,
    bundle,
    encoded,
    note,
    observation,
    patient,
    practitioner,
    raw,
    request,
    statement,
)

OTHER: dict[str, Any] = {"subject": {"reference": "Patient/p2"}}
GROUP = {"resourceType": "Group", "id": "g", "type": "person", "actual": True}
STRANGER = patient(identifier=None)
UNNAMED: dict[str, Any] = {"medicationCodeableConcept": None}


def dosed(**dosage: Any) -> Resource:
    return request(dosageInstruction=[dosage])


def dose(**quantity: Any) -> Resource:
    return dosed(doseAndRate=[{"doseQuantity": quantity}])


def attached(**attachment: Any) -> Resource:
    return note(content=[{"attachment": {"contentType": "text/plain", **attachment}}])


SECOND = {
    "status no code": (request(status="bogus"), "status"),
    "status missing": (request(status=None), "status"),
    "status a number": (request(status=1), "status"),
    "status null": (request() | {"status": None}, "status"),
    "intent no code": (request(intent="wish"), "intent"),
    "subject missing": (request(subject=None), "subject"),
    "subject empty": (request(subject={}), "subject"),
    "subject a list": (request(subject=[]), "subject"),
    "subject of another person": (request(**OTHER), "subject"),
    "statement of another person": (statement(**OTHER), "subject"),
    "note of another person": (note(**OTHER), "subject"),
    "kept of another person": (observation(**OTHER), "subject"),
    "subject a group": (request(subject={"reference": "#g"}, contained=[GROUP]), "subject"),
    "subject a contained stranger": (request(subject={"reference": "#p1"}, contained=[STRANGER]), "subject"),
    "note about nobody": (note(subject=None), "subject"),
    "medication missing": (request(**UNNAMED), "resource"),
    "medication reference missing": (
        request(**UNNAMED, medicationReference={"reference": "Medication/x", "display": "Aspirin"}),
        "medicationReference",
    ),
    "medication reference to another type": (
        request(**UNNAMED, medicationReference={"reference": "Patient/p1"}),
        "medicationReference",
    ),
    "contained reference to nothing": (
        request(**UNNAMED, medicationReference={"reference": "#x"}),
        "medicationReference",
    ),
    "medication in words only": (request(**UNNAMED, medicationReference={"display": "x"}), "medicationReference"),
    "two medications": (request(medicationReference={"reference": "#x"}), "resource"),
    "medication without a name": (request(medicationCodeableConcept={}), "medicationCodeableConcept"),
    "RxNorm code in words": (
        request(medicationCodeableConcept={"text": "x", "coding": [{"system": RXNORM, "code": "sertraline"}]}),
        "medicationCodeableConcept.coding[0].code",
    ),
    "RxNorm code a number": (
        request(medicationCodeableConcept={"text": "x", "coding": [{"system": RXNORM, "code": 312940}]}),
        "medicationCodeableConcept.coding[0].code",
    ),
    "authoredOn a number": (request(authoredOn=20240301), "authoredOn"),
    "authoredOn without offset": (request(authoredOn="2024-03-01T10:00:00"), "authoredOn"),
    "authoredOn no day": (request(authoredOn="2024-02-30"), "authoredOn"),
    "authoredOn out of range": (request(authoredOn="0001-01-01T00:00:00+14:00"), "authoredOn"),
    "authoredOn far away": (request(authoredOn="9999-12-31"), "authoredOn"),
    "reported in words": (request(reportedBoolean="true"), "reportedBoolean"),
    "reported a number": (request(reportedBoolean=1), "reportedBoolean"),
    "dosage no list": (request(dosageInstruction={"text": "x"}), "dosageInstruction"),
    "dosage null": (request(dosageInstruction=[None]), "dosageInstruction"),
    "dosage too long": (dosed(text="x" * 4001), "dosageInstruction[0].text"),
    "dose in words": (dose(value="25"), "dosageInstruction[0].doseAndRate[0].doseQuantity.value"),
    "dose negative": (dose(value=-1), "dosageInstruction[0].doseAndRate[0].doseQuantity.value"),
    "dose enormous": (dose(value=10**30), "dosageInstruction[0].doseAndRate[0].doseQuantity.value"),
    "dose true": (dose(value=True), "dosageInstruction[0].doseAndRate[0].doseQuantity.value"),
    "dose a comparison": (dose(value=5, comparator="<"), "doseAndRate[0].doseQuantity.comparator"),
    "frequency a fraction": (dosed(timing={"repeat": {"frequency": 1.5}}), "timing.repeat.frequency"),
    "frequency zero": (dosed(timing={"repeat": {"frequency": 0}}), "timing.repeat.frequency"),
    "period unit unknown": (dosed(timing={"repeat": {"periodUnit": "moon"}}), "timing.repeat.periodUnit"),
    "as needed in words": (dosed(asNeededBoolean="yes"), "dosageInstruction[0].asNeededBoolean"),
    "unknown element": (request(colour="red"), "colour"),
    "unknown element with a hostile name": (request(**{"<script>": 1}), "resource.?"),
    "R5 element": (request(**UNNAMED, medication={"concept": {"text": "x"}}), "medication"),
    "contained no object": (request(contained=["x"]), "contained[0]"),
    "contained of no type": (request(contained=[{"id": "x"}], **UNNAMED, medicationReference={"reference": "#x"}),
                             "contained[0].resourceType"),
    "contained of an unknown type": (request(contained=[{"resourceType": "Nope", "id": "x"}]), "resource"),
    "contained type a number": (request(contained=[{"resourceType": 5, "id": "x"}]), "resource"),
    "contained ids twice": (
        request(
            contained=[{"resourceType": "Medication", "id": "x"}] * 2,
            **UNNAMED,
            medicationReference={"reference": "#x"},
        ),
        "contained[1].id",
    ),
    "name of a note too long": (note(description="x" * 1001), "description"),
    "note status unknown": (note(status="draft"), "status"),
    "document status unknown": (note(docStatus="maybe"), "docStatus"),
    "attachment no base64": (attached(data="###"), "content[0].attachment.data"),
    "attachment half base64": (attached(data="abcde"), "content[0].attachment.data"),
    "attachment a number": (attached(data=5), "content[0].attachment.data"),
    "attachment not in its charset": (attached(data=encoded(b"\xff\xfe")), "content[0].attachment.data"),
    "attachment with a NUL": (attached(data=encoded("a\x00b")), "content[0].attachment.data"),
    "attachment too long": (attached(data=encoded("x" * 1_048_577)), "content[0].attachment.data"),
    "attachment missing": (note(content=[{}]), "content[0].attachment"),
    "note date no date": (note(date="yesterday"), "date"),
    "security no list": (note(meta={"security": "R"}), "meta.security"),
    "kept with a wrong type": (observation(valueQuantity=[]), "valueQuantity"),
    "kept with two values": (observation(valueString="7"), "resource"),
    "code of an observation no object": (observation(code="70274-6"), "code"),
    "practitioner name no list": (practitioner(name="Garcia"), "name"),
    "id a number": (request(id=5), "id"),
    "id with blanks": (request(id="a b"), "id"),
    "id too long": (request(id="a" * 65), "id"),
    "type missing": (request(resourceType=None), "resourceType"),
    "type a number": (request(resourceType=5), "resourceType"),
    "type hostile": (request(resourceType="<b>"), "resourceType"),
    "same type and id": (patient(), "id"),
    "second patient": (patient(id="p2"), "resource"),
}  # fmt: skip

FIRST = {
    "birth date only a year": (patient(birthDate="1990"), "birthDate"),
    "birth date only a month": (patient(birthDate="1990-02"), "birthDate"),
    "birth date no day": (patient(birthDate="1990-02-30"), "birthDate"),
    "birth date with a time": (patient(birthDate="1990-02-28T10:00:00Z"), "birthDate"),
    "birth date a number": (patient(birthDate=19900228), "birthDate"),
    "birth date long ago": (patient(birthDate="1066-10-14"), "birthDate"),
    "birth date in other digits": (patient(birthDate="１９９０-02-28"), "birthDate"),
    "no name": (patient(name=None), "name"),
    "name without words": (patient(name=[{"use": "official"}]), "name"),
    "name a text": (patient(name="Ada"), "name"),
    "given names a text": (patient(name=[{"given": "Ada"}]), "name[0].given"),
    "name too long": (patient(name=[{"family": "x" * 1001}]), "name[0].family"),
    "deceased twice": (patient(deceasedBoolean=True, deceasedDateTime="2024"), "resource"),
    "deceased in words": (patient(deceasedBoolean="no"), "deceasedBoolean"),
    "identifier no list": (patient(identifier={"value": "x"}), "identifier"),
    "modified": (patient(modifierExtension=[{"url": "urn:x", "valueBoolean": True}]), "resource"),
}


@pytest.mark.parametrize(("second", "path"), SECOND.values(), ids=SECOND.keys())
def test_a_wrong_resource_refuses_the_file(second: Resource, path: str) -> None:
    refused(bundle(patient(), second), path)


@pytest.mark.parametrize(("first", "path"), FIRST.values(), ids=FIRST.keys())
def test_a_wrong_patient_refuses_the_file(first: Resource, path: str) -> None:
    refused(bundle(first, request()), path)


def with_entry(**entry: Any) -> Resource:
    return bundle(patient()) | {"entry": [{"resource": patient()}, entry]}


ENVELOPES = {
    "type missing": ({"resourceType": "Bundle"}, "Bundle.type"),
    "type unknown": (bundle(patient(), kind="heap"), "Bundle.type"),
    "history": (bundle(patient(), kind="history"), "Bundle.type"),
    "message": (bundle(patient(), kind="message"), "Bundle.type"),
    "answers only": (bundle(patient(), kind="transaction-response"), "Bundle.type"),
    "entry no list": (bundle() | {"entry": {}}, "Bundle.entry"),
    "entry null": (bundle() | {"entry": [None]}, "Bundle.entry[0]"),
    "entry without a resource": (with_entry(fullUrl="urn:uuid:9"), "Bundle.entry[1].resource"),
    "resource a text": (with_entry(resource="Patient"), "Bundle.entry[1].resource"),
    "fullUrl a number": (with_entry(resource=request(), fullUrl=5), "Bundle.entry[1].fullUrl"),
    "delete": (with_entry(resource=request(), request={"method": "DELETE", "url": "x"}), "entry[1].request.method"),
    "same fullUrl": (
        {"resourceType": "Bundle", "type": "batch",
         "entry": [{"fullUrl": "urn:x", "resource": patient()}, {"fullUrl": "urn:x", "resource": request()}]},
        "Bundle.entry[1].resource",
    ),
    "no patient": (bundle(request()), "Bundle"),
    "two patients": (bundle(patient(), patient(id="p2")), "Bundle.entry[1].resource"),
    "the same item twice": (
        bundle(patient(), request(id=None, identifier=[{"system": "s", "value": "1"}]),
               request(id=None, identifier=[{"system": "s", "value": "1"}])),
        "Bundle.entry[2].resource",
    ),
    "single of a type that is not read": ({"resourceType": "Claim"}, "$.resourceType"),
    "single about a group": (request(subject={"reference": "Group/1"}), "MedicationRequest.subject.reference"),
    "single about nobody": (note(subject=None), "DocumentReference.subject"),
    "no resource type": ({"type": "transaction"}, "$.resourceType"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "path"), ENVELOPES.values(), ids=ENVELOPES.keys())
def test_a_wrong_envelope_is_refused(content: Resource, path: str) -> None:
    refused(content, path)


def test_a_contained_resource_of_another_one_is_out_of_reach() -> None:
    holder = request(contained=[{"resourceType": "Medication", "id": "x", "code": {"text": "Lithium"}}])
    refers = request(id="m2", **UNNAMED, medicationReference={"reference": "#x"})
    refused(bundle(patient(), holder, refers), "Bundle.entry[2].resource.medicationReference")


@pytest.mark.parametrize("subject", ["p9", "Patient/p9", "urn:uuid:9", "'; DROP TABLE"])
def test_a_chosen_subject_has_to_be_there(subject: str) -> None:
    with pytest.raises(UnreadableBundle, match="chosen subject"):
        read_bundle(raw(bundle(patient())), subject=subject)


def refused(content: Resource, path: str) -> None:
    with pytest.raises(UnreadableBundle) as refusal:
        read_bundle(raw(content))
    assert refusal.value.path.endswith(path)
    assert refusal.value.reason
