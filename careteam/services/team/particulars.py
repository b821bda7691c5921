"""A person's birth date and death date: what they can be."""

from datetime import date, datetime, timedelta

from careteam.errors import Invalid


def born(day: date, at: datetime) -> date:
    """Return a birth date. Raises Invalid when nobody alive can have it."""
    if not at.date() - timedelta(days=130 * 366) <= day <= latest_today(at):
        raise Invalid("This is no birth date.", {"birth_date": ["Choose the day on which you were born."]})
    return day


def died(day: date | None, birth_date: date | None, at: datetime) -> date | None:
    """Return a death date, or None for nobody's. Raises Invalid before the birth, and in the future."""
    if day is not None and not (birth_date or date.min) <= day <= latest_today(at):
        raise Invalid("This is no death date.", {"death_date": ["Choose a day after the birth that has come."]})
    return day


def latest_today(at: datetime) -> date:
    """Return the date in the time zone where it is latest; a day after it has come nowhere on earth."""
    return (at + timedelta(hours=14)).date()
