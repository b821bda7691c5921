"""Codes and words by which a file says that no allergy is known, and what each covers."""

from typing import Any

from tests.fhir_reading.samples import SNOMED


def coded(system: str, code: str, **more: Any) -> dict[str, Any]:
    """A CodeableConcept with one code."""
    return {"coding": [{"system": system, "code": code}], **more}


NONE: tuple[tuple[dict[str, Any], str], ...] = (
    (coded(SNOMED, "716186003"), "everything"),
    (coded(SNOMED, "409137002"), "medication"),
    (coded(SNOMED, "429625007"), "food"),
    (coded(SNOMED, "716184000", text="No known latex allergy"), "other"),
    ({"text": "No known allergies"}, "everything"),
)
