"""Doses are exact or words; days are the source's or said to be ours."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from careteam.fhir_reading import Dosage
from careteam.fhir_reading.moments import read_moment
from careteam.services.importing.dates import dated
from careteam.services.importing.doses import Dose, dose_of

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
PLAIN = Dosage(
    text=None, dose=None, dose_high=None, dose_unit=None, route=None, timing_text=None, frequency=None,
    frequency_max=None, period=None, period_unit=None, times=(), as_needed=None, as_needed_for=None, instructions=(),
)  # fmt: skip
MG = replace(PLAIN, dose=Decimal(25), dose_unit="mg")
DAILY: Any = {"frequency": 1, "period": Decimal(1), "period_unit": "d"}

DOSES: list[tuple[list[Dosage], Dose]] = [
    ([], Dose()),
    ([PLAIN], Dose()),
    ([MG], Dose(Decimal(25), "mg", "25 mg")),
    (
        [replace(MG, text="one at night", as_needed=True, as_needed_for="panic", instructions=("With food",))],
        Dose(Decimal(25), "mg", "one at night; as needed for panic; With food", as_needed=True),
    ),
    ([replace(MG, **DAILY)], Dose(Decimal(25), "mg", "25 mg, 1 time every day", "1 time every day")),
    ([replace(MG, dose_high=Decimal(50))], Dose(text="25-50 mg")),
    ([replace(MG, dose_unit=None)], Dose(text="25 per dose")),
    ([replace(MG, dose=Decimal("0.12345"))], Dose(text="0.12345 mg")),
    ([replace(MG, dose=Decimal("0.1250"))], Dose(Decimal("0.125"), "mg", "0.1250 mg")),
    ([replace(MG, dose_unit="u" * 41)], Dose(text=f"25 {'u' * 41}")),
    ([replace(MG, dose_high=Decimal(50), text="some")], Dose(text="some; in numbers: 25-50 mg")),
    ([MG, replace(MG, text="then two", dose=Decimal(50))], Dose(text="25 mg; then two; in numbers: 50 mg")),
    ([replace(MG, as_needed=False), replace(MG, as_needed=False)], Dose(text="25 mg; 25 mg", as_needed=False)),
    ([replace(MG, as_needed=False), replace(MG, as_needed=True)], Dose(text="25 mg; 25 mg, as needed")),
]


@pytest.mark.parametrize(("dosages", "dose"), DOSES)
def test_a_dose_is_exact_or_words(dosages: list[Dosage], dose: Dose) -> None:
    assert dose_of(dosages) == dose


OURS = "this is the day of the import."
DAYS: list[tuple[str | None, date, str | None]] = [
    (None, AT.date(), f"The source gives no date: {OURS}"),
    ("2024", date(2024, 1, 1), "The source gives the date only as 2024."),
    ("2024-02", date(2024, 2, 1), "The source gives the date only as 2024-02."),
    ("2024-02-29", date(2024, 2, 29), None),
    ("2024-03-02T00:30:00+01:00", date(2024, 3, 2), None),
    ("2024-03-02T23:30:00-10:00", date(2024, 3, 2), None),
    ("2026-03-11", date(2026, 3, 11), None),
    ("2026-03-12", AT.date(), f"The source gives the date as 2026-03-12, which has not come: {OURS}"),
    ("2027", AT.date(), f"The source gives the date as 2027, which has not come: {OURS}"),
]


@pytest.mark.parametrize(("text", "day", "remark"), DAYS)
def test_a_day_is_the_sources_or_said_to_be_ours(text: str | None, day: date, remark: str | None) -> None:
    found = dated(read_moment(text) if text else None, at=AT)
    assert (found.day, found.remark) == (day, remark)
