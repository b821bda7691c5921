"""Small FHIR resources for tests, each valid as it stands, and where the real files are."""

import base64
import copy
import json
from pathlib import Path
from typing import Any

from careteam.fhir_reading import Reading, read_bundle

DATA = Path(__file__).parents[3] / "shared" / "data"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
GAD_7_TOTAL = {"coding": [{"system": "http://loinc.org", "code": "70274-6"}]}
SERTRALINE = {"coding": [{"system": RXNORM, "code": "312940", "display": "Sertraline 25 MG Oral Tablet"}]}

Resource = dict[str, Any]


def patient(**change: Any) -> Resource:
    return made(
        {
            "resourceType": "Patient",
            "id": "p1",
            "identifier": [{"system": "urn:clinic", "value": "17"}],
            "name": [{"use": "official", "family": "Okafor", "given": ["Ada"]}],
            "birthDate": "1990-02-28",
        },
        change,
    )


def practitioner(**change: Any) -> Resource:
    return made(
        {
            "resourceType": "Practitioner",
            "id": "d1",
            "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "9999463757"}],
            "name": [{"family": "Garcia", "given": ["Emily"], "prefix": ["Dr."]}],
        },
        change,
    )


def request(**change: Any) -> Resource:
    return made(
        {
            "resourceType": "MedicationRequest",
            "id": "m1",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": SERTRALINE,
            "subject": {"reference": "Patient/p1"},
            "authoredOn": "2024-03-01",
        },
        change,
    )


def statement(**change: Any) -> Resource:
    return made(
        {
            "resourceType": "MedicationStatement",
            "id": "s1",
            "status": "active",
            "medicationCodeableConcept": {"text": "St John's wort"},
            "subject": {"reference": "Patient/p1"},
        },
        change,
    )


def note(text: str | bytes = "Slept better.", **change: Any) -> Resource:
    return made(
        {
            "resourceType": "DocumentReference",
            "id": "n1",
            "status": "current",
            "subject": {"reference": "Patient/p1"},
            "date": "2024-03-02T10:00:00+01:00",
            "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": encoded(text)}}],
        },
        change,
    )


def observation(**change: Any) -> Resource:
    return made(
        {
            "resourceType": "Observation",
            "id": "o1",
            "status": "final",
            "code": GAD_7_TOTAL,
            "subject": {"reference": "Patient/p1"},
            "valueQuantity": {"value": 7},
        },
        change,
    )


def allergy(**change: Any) -> Resource:
    return made(
        {
            "resourceType": "AllergyIntolerance",
            "id": "a1",
            "code": {"coding": [{"system": RXNORM, "code": "7984", "display": "Penicillin V"}]},
            "patient": {"reference": "Patient/p1"},
            "recordedDate": "2024-03-03",
        },
        change,
    )


def condition(**change: Any) -> Resource:
    return made(
        {
            "resourceType": "Condition",
            "id": "c1",
            "code": {"coding": [{"system": SNOMED, "code": "21897009", "display": "Generalized anxiety disorder"}]},
            "subject": {"reference": "Patient/p1"},
            "recordedDate": "2024-03-04",
        },
        change,
    )


def made(base: Resource, change: Resource) -> Resource:
    """`base` with the changes; a change to None leaves the element out."""
    return copy.deepcopy({key: value for key, value in {**base, **change}.items() if value is not None})


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def bundle(*resources: Resource, kind: str = "transaction", urls: bool = True) -> Resource:
    entries: list[Resource] = [{"resource": resource} for resource in resources]
    if urls:
        entries = [{"fullUrl": f"urn:uuid:{n}", **entry} for n, entry in enumerate(entries)]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def raw(content: Any) -> bytes:
    return json.dumps(content).encode()


def read(*resources: Resource, subject: str | None = None) -> Reading:
    return read_bundle(raw(bundle(*resources)), subject=subject)
