"""Which check-ins are due: each rule a row, each boundary day a row, and laws over random histories."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careteam.policy.check_ins import (
    Done,
    Due,
    DueState,
    Own,
    Recorded,
    Schedules,
    age,
    asked_for,
    ever_asked,
    misfit,
    open_ones,
    settles,
    state,
)
from careteam.policy.medication import Change
from careteam.policy.treatment_words import CheckInCause as Cause
from careteam.policy.treatment_words import CheckInOutcome
from careteam.policy.vocabulary import MedicationChange
from careteam.services.management.schedules import defaults

START, DOSE, HOLD, RESUME, STOP, SWITCH, CONFIRM = MedicationChange
FIRST = date(2026, 3, 2)
DEFAULTS = Schedules(defaults())
LATE = FIRST + timedelta(days=400)


def day(number: int) -> date:
    """The day so many days after the start."""
    return FIRST + timedelta(days=number)


def history(*said: tuple[object, ...]) -> list[Recorded]:
    """Read `(kind, day)`, `(kind, day, recorded)` or `(kind, day, "withdrawn")`, in the order of recording."""
    found = []
    for n, (kind, on, *rest) in enumerate(said, start=1):
        change = Change(n, kind, day(on), withdrawn="withdrawn" in rest)  # type: ignore[arg-type]
        recorded = next((r for r in rest if isinstance(r, int)), -1000)
        found.append(Recorded(UUID(int=n), change, day(recorded)))
    return found


def numbers(asked: Sequence[Due]) -> list[int]:
    return [(due.on - FIRST).days for due in asked]


S = (START, 0)
ASKED = [
    ("a start asks on 7, 14, 28 and 56", [S], 0, [7, 14, 28, 56]),
    ("nothing goes with time alone", [S], 300, [7, 14, 28, 56]),
    ("a start planned for later", [(START, 10)], 0, [17, 24, 38, 66]),
    ("a dose change asks on 14 and 28", [S, (DOSE, 100)], 100, [7, 14, 28, 56, 114, 128]),
    ("a dose change leaves what the start asked for", [S, (DOSE, 10)], 10, [7, 14, 24, 28, 38, 56]),
    ("two changes that ask for one day ask once", [S, (DOSE, 14)], 14, [7, 14, 28, 42, 56]),
    ("a later dose change takes an earlier one's place", [S, (DOSE, 60), (DOSE, 70)], 70, [7, 14, 28, 56, 84, 98]),
    ("until its day the earlier one stands before it", [S, (DOSE, 60), (DOSE, 80)], 79, [7, 14, 28, 56, 74, 94, 108]),
    ("what would be due on its day is its own", [S, (DOSE, 60), (DOSE, 74)], 73, [7, 14, 28, 56, 88, 102]),
    ("a hold ends what is pending", [S, (HOLD, 10)], 10, []),
    ("a hold planned ends what is due from its day", [S, (HOLD, 14)], 13, [7]),
    ("a hold planned leaves the day before", [S, (HOLD, 15)], 13, [7, 14]),
    ("a resumption asks like a dose change", [S, (HOLD, 10), (RESUME, 20)], 20, [34, 48]),
    ("a hold and a resumption of one day", [S, (HOLD, 10), (RESUME, 10)], 10, [24, 38]),
    ("a change of dose while on hold asks for nothing", [S, (HOLD, 10), (DOSE, 12)], 12, []),
    ("a dose changed while on hold, then resumed", [S, (HOLD, 10), (DOSE, 12), (RESUME, 20)], 20, [34, 48]),
    ("a second hold", [S, (HOLD, 10), (RESUME, 20), (HOLD, 30)], 30, []),
    ("a stop asks on 7 and 28", [S, (STOP, 10)], 10, [17, 38]),
    ("a stop while on hold asks too", [S, (HOLD, 5), (STOP, 10)], 10, [17, 38]),
    ("a stop planned leaves what is due before it", [S, (STOP, 20)], 19, [7, 14, 27, 48]),
    ("a stop planned, on its day", [S, (STOP, 20)], 20, [27, 48]),
    ("a switch asks like a stop", [S, (SWITCH, 10)], 10, [17, 38]),
    ("a confirmation asks for nothing and ends nothing", [S, (CONFIRM, 5)], 5, [7, 14, 28, 56]),
    ("a confirmation after a stop", [S, (STOP, 10), (CONFIRM, 12)], 12, [17, 38]),
    ("a withdrawn stop", [S, (STOP, 10, "withdrawn")], 20, [7, 14, 28, 56]),
    ("a withdrawn dose change", [S, (DOSE, 10, "withdrawn")], 20, [7, 14, 28, 56]),
    ("what was planned for after a stop", [S, (DOSE, 30), (STOP, 10)], 10, [17, 38]),
    ("a dose change on the day of the start", [S, (DOSE, 0)], 0, [7, 14, 28, 56]),
    ("an old list makes nothing overdue", [(START, 0, 300)], 300, []),
    ("recorded late, what is still to come is asked for", [(START, 0, 10)], 10, [14, 28, 56]),
    ("recorded on the very day", [(START, 0, 14)], 14, [14, 28, 56]),
    ("recorded the day after", [(START, 0, 15)], 15, [28, 56]),
    ("no change at all", [], 0, []),
]


@pytest.mark.parametrize(("said", "today", "expected"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED])
def test_what_changes_ask_for(said: list[tuple[object, ...]], today: int, expected: list[int]) -> None:
    assert numbers(asked_for(history(*said), DEFAULTS, today=day(today))) == expected


def test_one_day_asked_for_by_several_changes_is_the_latest_ones() -> None:
    asked = asked_for(history(S, (DOSE, 14)), DEFAULTS, today=day(14))
    assert {(n, due.cause) for n, due in zip(numbers(asked), asked, strict=True)} >= {
        (28, Cause.DOSE_CHANGE),
        (56, Cause.START),
        (42, Cause.DOSE_CHANGE),
    }


OWN = [
    ("set before the start", [(Cause.START, (3, 21), -5)], [3, 21]),
    ("set on the day of the start", [(Cause.START, (3, 21), 0)], [3, 21]),
    ("what was due before it was set stays", [(Cause.START, (3, 21), 10)], [7, 21]),
    ("a day of before is not asked for in retrospect", [(Cause.START, (3, 14), 10)], [7, 14]),
    ("set on a day that both ask for", [(Cause.START, (14,), 14)], [7, 14]),
    ("an empty one asks for none from its day on", [(Cause.START, (), 10)], [7]),
    ("the latest counts", [(Cause.START, (3,), -5), (Cause.START, (5,), -4)], [5]),
    ("set twice on one day", [(Cause.START, (3,), -5), (Cause.START, (5,), -5)], [5]),
    ("that of another cause", [(Cause.STOP, (3,), -5)], [7, 14, 28, 56]),
    ("back to the default days", [(Cause.START, (), -5), (Cause.START, (7, 14, 28, 56), 10)], [14, 28, 56]),
]


@pytest.mark.parametrize(("own", "expected"), [row[1:] for row in OWN], ids=[row[0] for row in OWN])
def test_a_schedule_counts_from_the_day_on_which_it_was_set(
    own: list[tuple[Cause, tuple[int, ...], int]], expected: list[int]
) -> None:
    schedules = Schedules(defaults(), tuple(Own(cause, days, day(since)) for cause, days, since in own))
    assert numbers(asked_for(history(S), schedules, today=day(30))) == expected


@pytest.mark.parametrize(
    ("days", "expected"), [((7, 14), [7, 14]), ((3, 14), [3, 14]), ((14, 28), [7, 14, 28]), ((8,), [7, 8]), ((), [7])]
)
def test_where_the_first_is_asked_for_within_a_week_no_schedule_leaves_it_out(
    days: tuple[int, ...], expected: list[int]
) -> None:
    schedules = Schedules({Cause.START: days, Cause.DOSE_CHANGE: (14,)}, first_within=7)
    assert numbers(asked_for(history(S), schedules, today=FIRST)) == expected
    later = asked_for(history(S, (DOSE, 100)), schedules, today=day(100))
    assert numbers(later) == [*expected, 114], "of a start alone"


SETTLED = [
    ("it is done on its day", [(7, 7)], [14, 28, 56]),
    ("it is done early", [(5, 7)], [14, 28, 56]),
    ("it is done late", [(9, 7)], [14, 28, 56]),
    ("one visit does what was for before it", [(30, 28)], [56]),
    ("also when it names an earlier one", [(30, 7)], [56]),
    ("done early, what was before stays open", [(20, 28)], [56]),
    ("the day before the next", [(13, 7)], [14, 28, 56]),
    ("on the day of the next", [(14, 7)], [28, 56]),
    ("an extra one settles nothing", [(30, None)], [7, 14, 28, 56]),
    ("two", [(7, 7), (15, 14)], [28, 56]),
    ("all", [(60, 56)], []),
    ("none", [], [7, 14, 28, 56]),
]


@pytest.mark.parametrize(("done", "left"), [row[1:] for row in SETTLED], ids=[row[0] for row in SETTLED])
def test_which_check_in_settles_which(done: list[tuple[int, int | None]], left: list[int]) -> None:
    known = [Done(day(on), None if due is None else day(due)) for on, due in done]
    assert numbers(open_ones(asked_for(history(S), DEFAULTS, today=day(60)), known)) == left


def test_it_is_due_on_its_day_and_overdue_the_day_after() -> None:
    due = Due(UUID(int=1), Cause.START, FIRST, day(7))
    assert [state(due, [], today=day(n)) for n in (0, 7, 8)] == [DueState.DUE, DueState.DUE, DueState.OVERDUE]
    assert state(due, [Done(day(9), day(7))], today=day(10)) is DueState.DONE


def test_a_visit_may_fulfil_what_the_change_that_it_led_to_took_the_place_of() -> None:
    changes = history(S, (DOSE, 60), (DOSE, 74))
    assert day(74) not in {due.on for due in asked_for(changes, DEFAULTS, today=day(74))}
    assert (UUID(int=2), day(74)) in {(due.event_id, due.on) for due in ever_asked(changes, DEFAULTS)}


LEAP = [
    (date(2028, 2, 1), 28, date(2028, 2, 29)),
    (date(2028, 2, 1), 29, date(2028, 3, 1)),
    (date(2027, 2, 1), 28, date(2027, 3, 1)),
    (date(2028, 2, 29), 7, date(2028, 3, 7)),
    (date(2028, 2, 29), 366, date(2029, 3, 1)),
    (date(2026, 12, 31), 1, date(2027, 1, 1)),
]


@pytest.mark.parametrize(("started", "days", "due"), LEAP)
def test_days_are_counted_over_leap_days_and_years(started: date, days: int, due: date) -> None:
    start = Recorded(UUID(int=1), Change(1, START, started), started)
    asked = asked_for([start], Schedules({Cause.START: (days,)}), today=started)
    assert [one.on for one in asked] == [due]


ZONES = [
    ("Berlin, the night of the summer change", "Europe/Berlin", "2026-03-29T21:59Z", "due"),
    ("Berlin, an instant later", "Europe/Berlin", "2026-03-29T22:00Z", "overdue"),
    ("New York, the night of the winter change", "America/New_York", "2026-11-02T04:59Z", "due"),
    ("New York, an instant later", "America/New_York", "2026-11-02T05:00Z", "overdue"),
    ("Kiritimati, a day ahead", "Pacific/Kiritimati", "2026-06-01T09:59Z", "due"),
    ("Kiritimati, an instant later", "Pacific/Kiritimati", "2026-06-01T10:00Z", "overdue"),
    ("Pago Pago, a day behind", "Pacific/Pago_Pago", "2026-06-02T10:59Z", "due"),
    ("Pago Pago, an instant later", "Pacific/Pago_Pago", "2026-06-02T11:00Z", "overdue"),
    ("Lord Howe, half an hour of change", "Australia/Lord_Howe", "2026-04-05T13:29Z", "due"),
    ("Lord Howe, an instant later", "Australia/Lord_Howe", "2026-04-05T13:30Z", "overdue"),
]


@pytest.mark.parametrize(("zone", "moment", "word"), [row[1:] for row in ZONES], ids=[row[0] for row in ZONES])
def test_it_is_overdue_from_the_midnight_after_it_was_due_where_the_patient_lives(
    zone: str, moment: str, word: str
) -> None:
    at = datetime.fromisoformat(moment)
    today = at.astimezone(ZoneInfo(zone)).date()
    due_on = (at - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).date()
    due = Due(UUID(int=1), Cause.START, due_on - timedelta(days=7), due_on)
    assert state(due, [], today=today) == word


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2001, 3, 2), date(2026, 3, 1), 24),
        (date(2001, 3, 2), date(2026, 3, 2), 25),
        (date(2004, 2, 29), date(2029, 2, 28), 24),
        (date(2004, 2, 29), date(2029, 3, 1), 25),
        (date(2004, 2, 29), date(2028, 2, 29), 24),
        (date(2003, 12, 31), date(2028, 12, 30), 24),
    ],
)
def test_age_in_whole_years_on_a_day(born: date, on: date, years: int) -> None:
    assert age(born, on) == years


OUTCOMES = [
    ("continue", [S, (DOSE, 10)], False),
    ("adjust", [S, (DOSE, 10)], True),
    ("adjust", [S, (DOSE, 30)], True),
    ("adjust", [S, (DOSE, 9)], False),
    ("adjust", [S, (DOSE, 12, "withdrawn")], False),
    ("adjust", [S, (HOLD, 10)], True),
    ("adjust", [S, (HOLD, 5), (RESUME, 10)], True),
    ("adjust", [S, (STOP, 10)], False),
    ("adjust", [S, (CONFIRM, 10)], False),
    ("adjust", [S], False),
    ("switch", [S, (SWITCH, 10)], True),
    ("switch", [S, (STOP, 12)], True),
    ("switch", [S, (DOSE, 10)], False),
    ("stop", [S, (STOP, 10)], True),
    ("stop", [S, (SWITCH, 10)], True),
    ("stop", [S, (STOP, 9)], False),
    ("stop", [S, (HOLD, 10)], False),
]


@pytest.mark.parametrize(("outcome", "said", "fits"), OUTCOMES)
def test_which_change_a_check_in_of_day_ten_may_have_led_to(
    outcome: str, said: list[tuple[object, ...]], fits: bool
) -> None:
    changes = history(*said)
    assert (misfit(CheckInOutcome(outcome), changes[-1], changes, on=day(10)) is None) is fits


def test_a_change_that_an_earlier_stop_ended_came_of_nothing() -> None:
    changes = history(S, (DOSE, 30), (STOP, 10))
    assert misfit(CheckInOutcome.ADJUST, changes[1], changes, on=day(5)) is not None


KINDS = st.sampled_from([DOSE, HOLD, RESUME, STOP, SWITCH, CONFIRM])
HISTORIES = st.lists(st.tuples(KINDS, st.integers(0, 120)), max_size=8).map(lambda rest: history(S, *rest))
DONES = st.lists(
    st.builds(Done, st.integers(0, 200).map(day), st.one_of(st.none(), st.integers(1, 200).map(day))), max_size=5
)


@given(HISTORIES, st.integers(0, 200))
def test_every_day_is_asked_for_once_after_its_change_and_stands_in_order(changes: list[Recorded], today: int) -> None:
    asked = asked_for(changes, DEFAULTS, today=day(today))
    assert [due.on for due in asked] == sorted({due.on for due in asked})
    assert all(due.changed_on < due.on for due in asked)
    assert {(due.event_id, due.on) for due in asked} <= {
        (due.event_id, due.on) for due in ever_asked(changes, DEFAULTS)
    }


@given(HISTORIES, st.integers(0, 199))
def test_time_alone_makes_nothing_due(changes: list[Recorded], today: int) -> None:
    now, later = (asked_for(changes, DEFAULTS, today=day(n)) for n in (today, today + 1))
    assert {due.on for due in later} <= {due.on for due in now}


@given(HISTORIES, DONES, st.integers(0, 200))
def test_doing_more_leaves_less_open(changes: list[Recorded], done: list[Done], today: int) -> None:
    asked = asked_for(changes, DEFAULTS, today=day(today))
    for known in (done[:n] for n in range(len(done))):
        assert set(open_ones(asked, done)) <= set(open_ones(asked, known))
    assert all(state(due, done, today=day(today)) is not DueState.DONE for due in open_ones(asked, done))


@given(st.integers(0, 120), st.integers(-60, 60), st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia"]))
def test_moving_every_day_alike_moves_what_is_due_alike(today: int, by: int, zone: str) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    moved = timedelta(days=by)
    changes = history(S, (DOSE, 40), (HOLD, 90))
    elsewhere = [
        Recorded(c.id, replace(c.change, effective_on=c.change.effective_on + moved), c.recorded_on + moved)
        for c in changes
    ]
    here = asked_for(changes, DEFAULTS, today=day(today))
    there = asked_for(elsewhere, DEFAULTS, today=(noon + timedelta(days=today + by)).astimezone(ZoneInfo(zone)).date())
    assert [due.on + moved for due in here] == [due.on for due in there]


def test_an_extra_one_never_settles_whatever_its_day() -> None:
    due = Due(UUID(int=1), Cause.START, FIRST, day(7))
    assert not any(settles(Done(day(n)), due) for n in range(30))
