"""When a requested questionnaire is due, and how it stands for one viewer. Days are those where the patient lives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class RequestState(StrEnum):
    """How a request stands for one viewer.

    `no_answer_seen`: it is due, and there is no answer that this viewer can see; only the patient is told that it
    is due or overdue, because only they know of every answer.
    """

    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    NO_ANSWER_SEEN = "no_answer_seen"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Asked on a day: due once, or again every so many days from the first due day through `until`."""

    asked_on: date
    first_due_on: date
    every_days: int | None = None
    until: date | None = None
    ended: bool = False

    def due_on(self, number: int) -> date:
        """Return the due day of this occurrence; the first has number 0."""
        return self.first_due_on + timedelta(days=number * (self.every_days or 0))

    @property
    def last(self) -> int | None:
        """The number of the last occurrence; None where there is no last one."""
        if self.every_days is None:
            return 0
        return None if self.until is None else (self.until - self.first_due_on).days // self.every_days

    def occurrence(self, today: date) -> int:
        """Return the number of the occurrence that counts today: the latest that has begun, at least the first."""
        if self.every_days is None or today < self.first_due_on:
            return 0
        begun = (today - self.first_due_on).days // self.every_days
        return begun if self.last is None else min(begun, self.last)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands, and the day on which an answer is due next; None where none is."""

    state: RequestState
    due_on: date | None


def standing(asked: Schedule, answered_on: Iterable[date], today: date, *, knows_all: bool) -> Standing:
    """Return how a request stands by the answers that the viewer may read.

    An answer counts for the occurrence in whose days it falls: from its due day until the next one; for the first,
    from the day on which it was asked. `knows_all`: the viewer is the patient.
    """
    if asked.ended:
        return Standing(RequestState.ENDED, None)
    number = asked.occurrence(today)
    due = asked.due_on(number)
    if _is_answered(asked, number, answered_on):
        if number == asked.last:
            return Standing(RequestState.ANSWERED, None)
        return Standing(RequestState.UPCOMING, asked.due_on(number + 1))
    if today < due:
        return Standing(RequestState.UPCOMING, due)
    if not knows_all:
        return Standing(RequestState.NO_ANSWER_SEEN, due)
    return Standing(RequestState.DUE if today == due else RequestState.OVERDUE, due)


def _is_answered(asked: Schedule, number: int, answered_on: Iterable[date]) -> bool:
    begins = asked.due_on(number) if number else min(asked.asked_on, asked.first_due_on)
    ends = None if number == asked.last else asked.due_on(number + 1)
    return any(begins <= day and (ends is None or day < ends) for day in answered_on)
