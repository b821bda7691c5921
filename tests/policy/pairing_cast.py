"""Builds entries of the two lists in one line each, with the drugs that careteam knows."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from careteam.policy.drug_names import identity
from careteam.policy.medication import Change
from careteam.policy.pairing import Entry, Recorded, View
from careteam.policy.vocabulary import MedicationChange, MedicationSide
from careteam.services.medications.drug_lookups import known_drugs

TODAY = date(2026, 11, 23)
LAST_YEAR = TODAY - timedelta(days=365)
EVERYTHING = View(TODAY, frozenset(MedicationSide))
SERTRALINE = "36437"
"""RxNorm ingredient code, from `careteam/data/drugs.tsv`."""


def dose(value: object = None, unit: str | None = None, text: str | None = None) -> dict[str, object]:
    """A dose as events hold it."""
    return {"value": None if value is None else Decimal(str(value)), "unit": unit, "text": text}


def noon(day: date) -> datetime:
    """An instant on this day."""
    return datetime.combine(day, time(12), UTC)


def entry(
    side: MedicationSide,
    name: str,
    taken: dict[str, object] | None = None,
    *then: tuple[MedicationChange, date],
    number: int = 1,
    code: str | None = None,
    started: date = LAST_YEAR,
    written: date | None = None,
    in_error: bool = False,
    **how: Any,
) -> Entry:
    """An entry with its start and what happened then; every event is written on its own day."""
    changes = [Change(1, MedicationChange.START, started, dose=taken, **how)]
    changes += [Change(n, kind, day) for n, (kind, day) in enumerate(then, 2)]
    return Entry(
        id=UUID(int=number if side is MedicationSide.PRESCRIBED else 1000 + number),
        side=side,
        identity=identity(name, code, known_drugs()),
        started_on=started,
        created_at=noon(written or min(started, TODAY)),
        events=tuple(Recorded(c, noon(min(max(c.effective_on, written or started), TODAY))) for c in changes),
        in_error=in_error,
    )


def rx(name: str, taken: dict[str, object] | None = None, *then: Any, **values: Any) -> Entry:
    """What a prescriber orders."""
    return entry(MedicationSide.PRESCRIBED, name, taken, *then, **values)


def pt(name: str, taken: dict[str, object] | None = None, *then: Any, **values: Any) -> Entry:
    """What the patient takes."""
    return entry(MedicationSide.TAKEN, name, taken, *then, **values)
