"""Dosage lines of a source as the dose of a change event: its words whole, its numbers only where they are exact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from careteam.fhir_reading import Dosage

LONGEST_UNIT = 40
PLACES = 4
"""Decimal places that a stored dose has."""


@dataclass(frozen=True, slots=True)
class Dose:
    """What a start event says of the dose. `value` and `unit` are both there, or neither."""

    value: Decimal | None = None
    unit: str | None = None
    text: str | None = None
    timing: str | None = None
    as_needed: bool | None = None


def dose_of(dosages: Sequence[Dosage], *, before: Sequence[str] = ()) -> Dose:
    """Return the dose; `before` are words that have to stand in front of the text.

    Several lines (a rising dose, morning and evening) and ranges have no one number: they stay words.
    """
    lines = [_line(dosage, alone=len(dosages) == 1) for dosage in dosages]
    text = "; ".join([*before, *(line for line in lines if line)]) or None
    if len(dosages) != 1:
        needed = {dosage.as_needed for dosage in dosages}
        return Dose(text=text, as_needed=needed.pop() if len(needed) == 1 else None)
    (only,) = dosages
    exact = is_exact(only)
    return Dose(
        value=only.dose if exact else None,
        unit=only.dose_unit if exact else None,
        text=text,
        timing=_timing(only),
        as_needed=only.as_needed,
    )


def is_exact(dosage: Dosage) -> bool:
    """Say whether the dose is one amount in a unit that can be stored without rounding."""
    if dosage.dose is None or dosage.dose_high is not None or not dosage.dose_unit:
        return False
    rounded = round(dosage.dose, PLACES)
    return rounded == dosage.dose and len(dosage.dose_unit) <= LONGEST_UNIT


def _line(dosage: Dosage, *, alone: bool) -> str:
    numbers = replace(dosage, text=None).in_words
    parts = [dosage.text or numbers]
    if dosage.text and dosage.dose is not None and not (alone and is_exact(dosage)):
        parts.append(f"in numbers: {numbers}")
    if dosage.text and dosage.as_needed_for and dosage.as_needed_for.casefold() not in dosage.text.casefold():
        parts.append(f"as needed for {dosage.as_needed_for}")
    return "; ".join(part for part in (*parts, *dosage.instructions) if part)


def _timing(dosage: Dosage) -> str | None:
    return replace(dosage, text=None, dose=None, as_needed=None, route=None).in_words or None
