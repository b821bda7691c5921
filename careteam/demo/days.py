"""When something happened in the story: counted back from the day on which it is told."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
"""Where everybody in the story lives."""

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


@dataclass(frozen=True, slots=True)
class On:
    """A weekday and time of the clock (`15:05`), so many weeks before the present week; negative: after it."""

    weeks: int
    weekday: int
    clock: str

    def instant(self, now: datetime) -> datetime:
        """Return the instant, in UTC."""
        today = now.astimezone(ZONE).date()
        day = today - timedelta(days=today.weekday() + 7 * self.weeks - self.weekday)
        return datetime.combine(day, time.fromisoformat(self.clock), ZONE).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Ago:
    """So many hours before the story is told."""

    hours: float

    def instant(self, now: datetime) -> datetime:
        """Return the instant, in UTC."""
        return now.astimezone(UTC) - timedelta(hours=self.hours)


When = On | Ago
