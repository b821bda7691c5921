"""The periods of a Consent: until when it holds, and of which days its data may be.

FHIR R4, Period: the end "includes any matching date/time", so that what ends on a day ends when that day is over.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from careteam.fhir_reading.consents_strict import only
from careteam.fhir_reading.moments import Precision, When
from careteam.fhir_reading.node import Node

ONE_DAY = timedelta(days=1)
NOT_A_DAY = "not a whole day, as the dates of items here are; give year, month and day (YYYY-MM-DD)"


@dataclass(frozen=True, slots=True)
class Days:
    """Days from the first to the last, both included; None is open."""

    first: date | None = None
    last: date | None = None

    def minus(self, hole: "Days") -> "tuple[Days, ...]":
        """Return what is left when the days of the hole are taken out: none, one or two spans."""
        before = Days(self.first, _earlier(self.last, hole.first - ONE_DAY)) if hole.first else None
        after = Days(_later(self.first, hole.last + ONE_DAY), self.last) if hole.last else None
        return tuple(part for part in (before, after) if part is not None and not part.empty)

    @property
    def empty(self) -> bool:
        """True when the last day comes before the first."""
        return self.first is not None and self.last is not None and self.last < self.first


def validity(node: Node, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """From when (inclusive) and until when (exclusive) a rule holds. Days are those where the patient lives."""
    period = node.obj("period")
    if period is None:
        return None, None
    only(period, {"start", "end"})
    start, end = period.moment("start"), period.moment("end")
    for key, moment in (("start", start), ("end", end)):
        if moment and moment.precision is Precision.TIME and len(_fraction(moment)) > 6:
            raise period.fault("finer than a microsecond", key)
    begins = _first(start, zone) if start else None
    ends = _after(end, zone) if end else None
    if begins and ends and ends <= begins:
        raise period.fault("comes before the start of the period; correct one of them", "end")
    return begins, ends


def data_period(node: Node) -> Days | None:
    """The days on which the data of a rule may be dated."""
    period = node.obj("dataPeriod")
    if period is None:
        return None
    only(period, {"start", "end"})
    for key in ("start", "end"):
        moment = period.moment(key)
        if moment and moment.precision is not Precision.DAY:
            raise period.fault(NOT_A_DAY, key)
    days = Days(period.day("start"), period.day("end"))
    if days.empty:
        raise period.fault("comes before the start of the period; correct one of them", "end")
    return days


def _first(when: When, zone: tzinfo) -> datetime:
    """The first instant that the words can mean, in UTC."""
    if when.precision is Precision.TIME:
        return when.earliest
    return when.earliest.replace(tzinfo=zone).astimezone(UTC)


def _after(when: When, zone: tzinfo) -> datetime:
    """The first instant after all that the words can mean, in UTC."""
    match when.precision:
        case Precision.TIME:
            digits = len(_fraction(when))
            return when.earliest + timedelta(microseconds=10 ** (6 - digits))
        case Precision.DAY:
            following = when.earliest + ONE_DAY
        case Precision.MONTH:
            following = (when.earliest + timedelta(days=31)).replace(day=1)
        case _:
            following = when.earliest.replace(year=when.earliest.year + 1)
    return following.replace(tzinfo=zone).astimezone(UTC)


def _fraction(when: When) -> str:
    """The digits behind the second, as the source wrote them."""
    behind = when.text[19:]
    return behind[1:].rstrip("Z").partition("+")[0].partition("-")[0] if behind.startswith(".") else ""


def _earlier(one: date | None, other: date) -> date:
    return min(one, other) if one else other


def _later(one: date | None, other: date) -> date:
    return max(one, other) if one else other
