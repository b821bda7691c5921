"""When fills run out, to the day: overlaps, gaps, leap days, and laws over random fills."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careteam.policy.supplies import LEAD_DAYS, Fill, latest, next_due, run_out, urgency
from careteam.policy.treatment_words import Urgency
from careteam.policy.working_days import end_of

MARCH = date(2026, 3, 1)


def fills(*said: tuple[int, int]) -> list[Fill]:
    """Read `(day of March, days)`, in the order of recording."""
    return [Fill(UUID(int=n), MARCH + timedelta(days=on - 1), days) for n, (on, days) in enumerate(said, start=1)]


RUNS = [
    ("one fill", [(1, 30)], ["2026-03-31"]),
    ("one day", [(1, 1)], ["2026-03-02"]),
    ("the next on the day on which nothing is left", [(1, 30), (31, 30)], ["2026-03-31", "2026-04-30"]),
    ("the next a day early is taken after it", [(1, 30), (30, 30)], ["2026-03-31", "2026-04-30"]),
    ("the next a day late begins on its day", [(1, 30), (32, 30)], ["2026-03-31", "2026-05-01"]),
    ("two on one day", [(1, 30), (1, 30)], ["2026-03-31", "2026-04-30"]),
    ("a short one within a long one", [(1, 90), (10, 5)], ["2026-05-30", "2026-06-04"]),
    ("three early ones add up", [(1, 30), (20, 30), (25, 30)], ["2026-03-31", "2026-04-30", "2026-05-30"]),
    ("recorded in another order", [(31, 30), (1, 30)], ["2026-04-30", "2026-03-31"]),
    ("a gap does not add up", [(1, 10), (20, 10), (25, 10)], ["2026-03-11", "2026-03-30", "2026-04-09"]),
]


@pytest.mark.parametrize(("said", "ends"), [row[1:] for row in RUNS], ids=[row[0] for row in RUNS])
def test_when_each_fill_runs_out(said: list[tuple[int, int]], ends: list[str]) -> None:
    known = fills(*said)
    assert [run_out(known)[fill.id].isoformat() for fill in known] == ends


@pytest.mark.parametrize(
    ("on", "days", "end"),
    [
        (date(2028, 2, 1), 28, date(2028, 2, 29)),
        (date(2028, 2, 1), 30, date(2028, 3, 2)),
        (date(2027, 2, 1), 28, date(2027, 3, 1)),
        (date(2028, 2, 29), 365, date(2029, 2, 28)),
        (date(2026, 12, 2), 30, date(2027, 1, 1)),
    ],
)
def test_supplies_last_over_leap_days_and_years(on: date, days: int, end: date) -> None:
    assert run_out([Fill(UUID(int=1), on, days)]) == {UUID(int=1): end}


@pytest.mark.parametrize(
    ("filled", "days", "due"),
    [(1, 30, "2026-03-24"), (1, 8, "2026-03-02"), (1, 7, "2026-03-01"), (1, 3, "2026-03-01")],
)
def test_the_next_is_due_a_week_before_and_never_before_the_last_fill(filled: int, days: int, due: str) -> None:
    fill = fills((filled, days))[0]
    assert next_due(run_out([fill])[fill.id], fill.on).isoformat() == due


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 12, 31), timezones=st.just(UTC)))
def test_a_routine_answer_and_two_days_fit_into_the_lead(asked: datetime) -> None:
    answered = end_of(3, asked, UTC)
    assert answered.date() + timedelta(days=1) <= asked.date() + timedelta(days=LEAD_DAYS)


def test_the_last_fill_is_the_latest_day_and_of_one_day_the_one_recorded_last() -> None:
    assert latest(fills((5, 1), (9, 1), (7, 1))) == fills((5, 1), (9, 1))[1]
    assert latest(fills((5, 1), (5, 2))) == fills((5, 1), (5, 2))[1]
    assert latest([]) is None


FILLS = st.lists(st.tuples(st.integers(1, 200), st.integers(1, 90)), min_size=1, max_size=5)


@given(FILLS)
def test_nothing_runs_out_before_its_own_days_and_no_fill_shortens(said: list[tuple[int, int]]) -> None:
    known = fills(*said)
    ends = run_out(known)
    assert all(ends[fill.id] >= fill.on + timedelta(days=fill.days) for fill in known)
    assert max(ends.values()) >= max(run_out(known[1:]).values(), default=date.min)
    assert max(ends.values()) <= max(f.on for f in known) + timedelta(days=sum(f.days for f in known))


@given(FILLS.filter(lambda said: len(said) <= 4))
def test_the_order_of_reading_does_not_matter(said: list[tuple[int, int]]) -> None:
    known = fills(*said)
    assert {tuple(sorted(run_out(order).items())) for order in permutations(known)} == {
        tuple(sorted(run_out(known).items()))
    }


@pytest.mark.parametrize(
    ("days_left", "word"),
    [(None, Urgency.ROUTINE), (0, Urgency.URGENT), (1, Urgency.URGENT), (2, Urgency.ROUTINE), (30, Urgency.ROUTINE)],
)
def test_a_request_with_a_days_supply_left_or_less_is_urgent(days_left: int | None, word: Urgency) -> None:
    assert urgency(days_left) is word
