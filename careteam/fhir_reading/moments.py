"""FHIR dates and times: as precise as the source wrote them, and the instant from which they count."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

FIRST_YEAR, LAST_YEAR = 1850, 2199
_YEAR, _MONTH, _DAY = r"[0-9]{4}", r"-[0-9]{2}", r"-[0-9]{2}"
_TIME = r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
_DATE_TIME = re.compile(rf"{_YEAR}({_MONTH}({_DAY}({_TIME})?)?)?")


class Precision(StrEnum):
    """How exactly the source knew the date."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class When:
    """A FHIR `dateTime`. `earliest` is in UTC; without a time it is the first midnight (UTC) it can mean."""

    text: str
    precision: Precision
    earliest: datetime


def read_moment(text: str) -> When:
    """Raises `ValueError`, whose words are for the reader, if this is no FHIR `dateTime` in range."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError("not a FHIR date (YYYY, YYYY-MM, YYYY-MM-DD, or with a time and its offset)")
    precision = list(Precision)[sum(group is not None for group in match.groups())]
    return When(text, precision, _earliest(text))


def read_day(text: str) -> date:
    """A whole date. Raises `ValueError` as `read_moment` does, also where only year or month are given."""
    moment = read_moment(text)
    if moment.precision is not Precision.DAY:
        raise ValueError("not a whole date; give year, month and day (YYYY-MM-DD)")
    return moment.earliest.date()


def _earliest(text: str) -> datetime:
    if not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        raise ValueError(f"a date outside the years {FIRST_YEAR} to {LAST_YEAR}")
    try:
        moment = datetime.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    except ValueError:
        raise ValueError("a date or time that does not exist") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
