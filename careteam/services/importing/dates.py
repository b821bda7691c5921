"""The day of an imported thing, and what to say where the source leaves it open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from careteam.fhir_reading import Precision, When

_AHEAD = timedelta(hours=14)
"""How far the day may be ahead of UTC somewhere on earth."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A day, and a sentence where it is not exactly what the source says."""

    day: date
    remark: str | None = None


def dated(when: When | None, *, at: datetime) -> Dated:
    """Return the day as the source wrote it, in its own time zone.

    Where it gives no day, or one that has not come, the day of the import stands in, and the remark says so.
    """
    if when is None:
        return Dated(at.date(), "The source gives no date: this is the day of the import.")
    day = _written(when)
    if day > (at + _AHEAD).date():
        return Dated(
            at.date(), f"The source gives the date as {when.text}, which has not come: this is the day of the import."
        )
    exact = when.precision in {Precision.DAY, Precision.TIME}
    return Dated(day, None if exact else f"The source gives the date only as {when.text}.")


def _written(when: When) -> date:
    if when.precision in {Precision.DAY, Precision.TIME}:
        return date.fromisoformat(when.text[:10])
    return when.earliest.date()
