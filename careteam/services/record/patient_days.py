"""What day it is for a patient: medications, check-ins and reminders are dated by days where the patient lives."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from careteam.errors import Invalid
from careteam.services.record.records import Record

PLANNED_AHEAD = timedelta(days=365)
"""How far ahead a change may be planned."""


@dataclass(frozen=True, slots=True)
class PatientDay:
    """Today in the patient's time zone, and the ends of their life as far as they are known."""

    today: date
    born: date | None = None
    died: bool = False

    def fitting(self, day: date, field: str, *, plans: bool) -> date:
        """Return the day. Raises Invalid before birth, or in the future (with `plans`: more than a year ahead)."""
        if self.born and day < self.born:
            raise Invalid("The patient was not born then.", {field: [f"Choose {self.born} or a later day."]})
        last = self.today + PLANNED_AHEAD if plans else self.today
        if day > last:
            raise Invalid(
                f"It is {self.today} where the patient lives; only a prescriber plans ahead, for up to a year.",
                {field: [f"Choose {last} or an earlier day."]},
            )
        return day


def patient_day(record: Record) -> PatientDay:
    """Return the patient's day at the time of this request."""
    person = record.facts.person
    today = record.at.astimezone(ZoneInfo(person.time_zone)).date()
    return PatientDay(today, person.birth_date, person.death_date is not None)
