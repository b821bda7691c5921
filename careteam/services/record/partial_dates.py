"""Days of which only the month or the year is known, as FHIR writes them: `2019`, `2019-04`, `2019-04-30`."""

from datetime import date

from careteam.errors import Invalid
from careteam.services.record.patient_days import PatientDay


def fitting(text: str | None, field: str, day: PatientDay) -> str | None:
    """Return the date as it was given. Raises Invalid when all of it is before birth, or in the future."""
    if text is None:
        return None
    if earliest(text) > day.today:
        raise Invalid(f"It is {day.today} where the patient lives.", {field: ["Choose a date that has come."]})
    if day.born and _before(text, day.born.isoformat()):
        raise Invalid("The patient was not born then.", {field: [f"Choose {day.born} or later."]})
    return text


def in_order(first: str | None, then: str | None) -> bool:
    """Say whether the second may lie on or after the first, as exactly as both are known."""
    return first is None or then is None or not _before(then, first)


def earliest(text: str) -> date:
    """Return the first day that it can mean. Raises ValueError when there is no such day."""
    return date.fromisoformat(f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10])


def _before(one: str, other: str) -> bool:
    known = min(len(one), len(other))
    return one[:known] < other[:known]
