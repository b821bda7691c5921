"""Working days: Monday to Friday where a practice is. Holidays are not known here."""

from datetime import datetime, time, timedelta, tzinfo

SATURDAY = 5


def end_of(days: int, since: datetime, zone: tzinfo) -> datetime:
    """Return when so many working days after the day of `since` are over, where the practice is (exclusive).

    The day itself does not count: what begins on a Monday, at whatever hour, is due by the end of Thursday after 3.
    """
    day = since.astimezone(zone).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(since.tzinfo)
