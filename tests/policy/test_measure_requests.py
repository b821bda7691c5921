"""When a requested questionnaire is due, to the day: once, again, leap days, and what each viewer is told."""

from datetime import date

import pytest

from careteam.policy.measure_requests import RequestState, Schedule, standing


def day(text: str) -> date:
    return date.fromisoformat(text)


ONCE = Schedule(day("2028-02-20"), day("2028-02-29"))
WEEKLY = Schedule(day("2028-02-20"), day("2028-02-22"), 7)
UNTIL = Schedule(day("2028-02-20"), day("2028-02-22"), 7, day("2028-03-07"))
YEARLY = Schedule(day("2028-02-29"), day("2028-02-29"), 366)
ENDED = Schedule(day("2028-02-20"), day("2028-02-22"), 7, ended=True)

STANDS = [
    (ONCE, [], "2028-02-28", "upcoming", "2028-02-29"),
    (ONCE, [], "2028-02-29", "due", "2028-02-29"),
    (ONCE, [], "2028-03-01", "overdue", "2028-02-29"),
    (ONCE, ["2028-02-20"], "2028-02-28", "answered", None),
    (ONCE, ["2028-02-19"], "2028-02-29", "due", "2028-02-29"),
    (ONCE, ["2028-05-01"], "2028-05-01", "answered", None),
    (WEEKLY, [], "2028-02-21", "upcoming", "2028-02-22"),
    (WEEKLY, [], "2028-02-22", "due", "2028-02-22"),
    (WEEKLY, [], "2028-02-28", "overdue", "2028-02-22"),
    (WEEKLY, [], "2028-02-29", "due", "2028-02-29"),
    (WEEKLY, ["2028-02-21"], "2028-02-22", "upcoming", "2028-02-29"),
    (WEEKLY, ["2028-02-28"], "2028-02-28", "upcoming", "2028-02-29"),
    (WEEKLY, ["2028-02-28"], "2028-02-29", "due", "2028-02-29"),
    (WEEKLY, ["2028-02-29"], "2028-03-06", "upcoming", "2028-03-07"),
    (WEEKLY, ["2028-02-29"], "2028-03-07", "due", "2028-03-07"),
    (UNTIL, ["2028-02-29"], "2028-03-07", "due", "2028-03-07"),
    (UNTIL, ["2028-03-07"], "2028-03-07", "answered", None),
    (UNTIL, ["2028-03-20"], "2028-03-20", "answered", None),
    (UNTIL, [], "2028-04-20", "overdue", "2028-03-07"),
    (YEARLY, ["2028-02-29"], "2029-02-28", "upcoming", "2029-03-01"),
    (YEARLY, ["2028-02-29"], "2029-03-01", "due", "2029-03-01"),
    (ENDED, [], "2028-02-28", "ended", None),
]


@pytest.mark.parametrize(("asked", "answered", "today", "state", "due_on"), STANDS)
def test_the_patient_is_told_to_the_day(
    asked: Schedule, answered: list[str], today: str, state: str, due_on: str | None
) -> None:
    found = standing(asked, map(day, answered), day(today), knows_all=True)
    assert (found.state, found.due_on) == (state, due_on and day(due_on))


@pytest.mark.parametrize(("asked", "answered", "today", "state", "due_on"), STANDS)
def test_nobody_else_is_told_that_there_is_no_answer(
    asked: Schedule, answered: list[str], today: str, state: str, due_on: str | None
) -> None:
    found = standing(asked, map(day, answered), day(today), knows_all=False)
    expected = RequestState.NO_ANSWER_SEEN if state in {"due", "overdue"} else state
    assert (found.state, found.due_on) == (expected, due_on and day(due_on))
