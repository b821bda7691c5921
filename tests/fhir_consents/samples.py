"""FHIR R4 Consents of our own making, and whom their references mean."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from careteam.fhir_reading import Party, PartyKind, ReadConsent, read_consent

Rule = dict[str, Any]

REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
LEVEL = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
PART = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
ACTION = "http://terminology.hl7.org/CodeSystem/consentaction"
TYPES = "http://hl7.org/fhir/resource-types"

TESS, PAUL, ITEM = (UUID(int=number) for number in (1, 2, 3))
PARTIES = {
    "Patient/17": Party(PartyKind.PATIENT),
    "Organization/3": Party(PartyKind.RECORD),
    "Practitioner/tess": Party(PartyKind.MEMBER, TESS),
    "Practitioner/paul": Party(PartyKind.MEMBER, PAUL),
    "CareTeam/1": Party(PartyKind.TEAM),
    "Observation/5": Party(PartyKind.ITEM, ITEM),
}
END = datetime(2030, 1, 1, tzinfo=UTC)


def coding(system: str, code: str) -> dict[str, str]:
    """A Coding."""
    return {"system": system, "code": code}


def concept(system: str, code: str) -> dict[str, Any]:
    """A CodeableConcept with one coding."""
    return {"coding": [coding(system, code)]}


def reference(to: str) -> dict[str, str]:
    """A literal reference."""
    return {"reference": to}


def actor(to: str, part: str = "IRCP") -> dict[str, Any]:
    """Somebody in a rule, and their part in it."""
    return {"role": concept(PART, part), "reference": reference(to)}


def instance(to: str = "Observation/5", meaning: str = "instance") -> dict[str, Any]:
    """One thing that a rule lists."""
    return {"meaning": meaning, "reference": reference(to)}


def purposes(*codes: str) -> list[dict[str, str]]:
    """Purposes of use."""
    return [coding(REASON, code) for code in codes]


def permit(**elements: Any) -> dict[str, Any]:
    """A rule that permits."""
    return {"type": "permit", **elements}


def deny(**elements: Any) -> dict[str, Any]:
    """A rule that denies."""
    return {"type": "deny", **elements}


def consent(provision: dict[str, Any] | None, **elements: Any) -> dict[str, Any]:
    """An active privacy consent that the patient gave, with this rule; None takes an element out."""
    made = {
        "resourceType": "Consent",
        "id": "c1",
        "status": "active",
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [concept("http://loinc.org", "59284-0")],
        "patient": reference("Patient/17"),
        "dateTime": "2026-01-01",
        "performer": [reference("Patient/17")],
        "organization": [reference("Organization/3")],
        "policy": [{"uri": "http://example.org/policy"}],
        "provision": provision,
        **elements,
    }
    return deepcopy({key: value for key, value in made.items() if value is not None})


LESS_SUBSTANCE_USE = permit(provision=[deny(securityLabel=[coding(ACT_CODE, "ETH")])])
"""A permit of everything less what is under 42 CFR Part 2; it names no end."""


def named(resource: dict[str, Any]) -> dict[str, Party]:
    """The parties whose references stand in the resource."""
    text = json.dumps(resource)
    return {reference: party for reference, party in PARTIES.items() if f'"{reference}"' in text}


def read(resource: dict[str, Any], **options: Any) -> ReadConsent:
    """Read the resource; the end is named for permits that name none."""
    words = {"ends": None if _has_end(resource) else END, **options}
    return read_consent(json.dumps(resource).encode(), words.pop("parties", named(resource)), **words)


def _has_end(resource: dict[str, Any]) -> bool:
    text = json.dumps(resource.get("provision"))
    return '"end"' in text.partition('"provision"')[0].partition('"dataPeriod"')[0] or '"type": "deny"' in text[:20]
