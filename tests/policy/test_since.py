"""Since when a difference is there to be seen: at the boundary instants."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from careteam.policy.facts import Consent, Discloser, Membership, Reader, Recipient, Team, Verification
from careteam.policy.first_seen import member_since, seen_since, unbroken_since
from careteam.policy.matching import ItemFact
from careteam.policy.pairing import Entry, Recorded, as_of, judged, paired
from careteam.policy.since import moments, reopened, since
from careteam.policy.vocabulary import ItemClass, Label, MedicationChange, PairState, Role
from tests.policy.pairing_cast import EVERYTHING, LAST_YEAR, TODAY, dose, noon, pt, rx
from tests.policy.test_pairing_laws import two_lists

NEW_YORK = ZoneInfo("America/New_York")
NOW = noon(TODAY)
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
FIFTY, HUNDRED = dose(50, "mg"), dose(100, "mg")
WEEK, MONTH = TODAY - timedelta(days=7), TODAY - timedelta(days=30)
STOP, HOLD, RESUME = MedicationChange.STOP, MedicationChange.HOLD, MedicationChange.RESUME
CONFIRM = MedicationChange.CONFIRM


def begun(*entries: Entry, seen_from: datetime = LONG_AGO) -> datetime:
    """Since when the only line of these entries says what it says."""
    (line,) = paired(entries)
    state = judged(line, EVERYTHING).state
    assert state is not None
    return since(line, state, EVERYTHING, zone=NEW_YORK, seen_from=seen_from, at=NOW)


def midnight(day: date) -> datetime:
    """When a day begins where the patient lives."""
    return datetime(day.year, day.month, day.day, tzinfo=NEW_YORK).astimezone(UTC)


def test_a_difference_begins_when_the_second_entry_is_written() -> None:
    assert begun(rx("x", FIFTY), pt("x", HUNDRED, written=WEEK)) == noon(WEEK)


def test_a_stop_begins_it_when_it_is_recorded() -> None:
    assert begun(rx("x", FIFTY, (STOP, WEEK)), pt("x", FIFTY)) == noon(WEEK)


def test_a_stop_that_was_planned_begins_it_on_its_day_where_the_patient_lives() -> None:
    stopped = rx("x", FIFTY, (STOP, WEEK), written=MONTH)
    planned = replace(stopped, events=tuple(Recorded(event.change, noon(MONTH)) for event in stopped.events))
    assert begun(planned, pt("x", FIFTY)) == midnight(WEEK)


def test_a_confirmation_begins_nothing() -> None:
    assert begun(rx("x", FIFTY, (CONFIRM, WEEK)), pt("x", HUNDRED, written=MONTH)) == noon(MONTH)


def test_another_difference_begins_anew() -> None:
    held = rx("x", FIFTY, (HOLD, MONTH), (RESUME, WEEK))
    assert begun(held, pt("x", HUNDRED)) == noon(WEEK)


def test_it_is_never_before_the_viewer_could_see_both() -> None:
    assert begun(rx("x", FIFTY), pt("x", HUNDRED), seen_from=noon(WEEK)) == noon(WEEK)


def test_what_the_patient_does_not_take_any_more_begins_when_they_say_so() -> None:
    assert begun(rx("x", FIFTY), pt("x", FIFTY, (STOP, WEEK))) == noon(WEEK)


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        ([], noon(LAST_YEAR)),
        ([noon(MONTH)], noon(WEEK)),
        ([noon(TODAY)], noon(LAST_YEAR)),
        ([noon(LAST_YEAR) - timedelta(days=1)], noon(LAST_YEAR)),
    ],
)
def test_a_difference_that_was_decided_is_open_from_the_change_after(
    decided: list[datetime], expected: datetime
) -> None:
    parts = (rx("x", FIFTY), pt("x", HUNDRED, (MedicationChange.DOSE_CHANGE, WEEK)))
    assert reopened(parts, noon(LAST_YEAR), decided, zone=NEW_YORK, at=NOW) == expected


@given(two_lists())
def test_the_state_held_from_then_on(entries: list[Entry]) -> None:
    for line in paired(entries):
        state = judged(line, EVERYTHING).state
        if state is None:
            continue
        begun = since(line, state, EVERYTHING, zone=NEW_YORK, seen_from=LONG_AGO, at=NOW)
        assert begun <= NOW
        for moment in {m for e in line.entries for m in moments(e, NEW_YORK)} | {begun}:
            if begun <= moment <= NOW:
                view = replace(EVERYTHING, day=moment.astimezone(NEW_YORK).date())
                assert judged(as_of(line, moment), view).state is state


HOUR = timedelta(hours=1)
PERIODS: dict[str, tuple[list[tuple[int, int]], int | None]] = {
    "one": ([(1, 9)], 1),
    "none": ([], None),
    "over": ([(1, 5)], None),
    "its end is outside": ([(1, 6)], 1),
    "ends now": ([(1, 5), (5, 6)], 1),
    "touching": ([(1, 3), (3, 9)], 1),
    "a gap": ([(1, 3), (4, 9)], 4),
    "overlapping": ([(1, 4), (3, 9)], 1),
    "one within the other": ([(1, 9), (3, 6)], 1),
    "three in a row": ([(4, 9), (1, 2), (2, 4)], 1),
    "an empty one between": ([(1, 2), (3, 3), (4, 9)], 4),
    "not yet": ([(6, 9)], None),
}


@pytest.mark.parametrize("name", PERIODS)
def test_permits_that_touch_are_one(name: str) -> None:
    periods, expected = PERIODS[name]
    at = [LONG_AGO + n * HOUR for n in range(10)]
    assert unbroken_since([(at[a], at[b]) for a, b in periods], at[5]) == (None if expected is None else at[expected])


THERAPIST, PRESCRIBER = uuid4(), uuid4()
READER = Reader(THERAPIST, frozenset({Verification(Role.THERAPIST, None)}))
START = NOW - timedelta(days=100)


def team(joined: datetime) -> Team:
    """Both clinicians, the therapist since then."""
    members = (Membership(THERAPIST, Role.THERAPIST, accepted_at=joined), Membership(PRESCRIBER, Role.PRESCRIBER))
    return Team(uuid4(), uuid4(), members)


def consent(start: datetime, end: datetime, **values: object) -> Consent:
    """The prescriber's medications, for therapists."""
    row: dict[str, object] = {
        "id": uuid4(),
        "disclosers": frozenset({Discloser("member", PRESCRIBER)}),
        "recipients": frozenset({Recipient(role=Role.THERAPIST)}),
        "classes": frozenset({ItemClass.MEDICATION}),
        "valid_from": start,
        "valid_until": end,
        **values,
    }
    return Consent(**row)  # type: ignore[arg-type]


def seen(*consents: Consent, joined: datetime = LONG_AGO, labels: frozenset[Label] = frozenset()) -> datetime | None:
    """Since when the therapist could see the prescriber's entry."""
    item = ItemFact(UUID(int=1), UUID(int=2), ItemClass.MEDICATION, PRESCRIBER, PRESCRIBER, TODAY, labels)
    return seen_since(item, READER, team(joined), consents, at=NOW)


LATER, AHEAD = NOW - timedelta(days=20), NOW + timedelta(days=20)
NEWER: dict[str, tuple[Callable[[], datetime | None], datetime | None]] = {
    "one permit": (lambda: seen(consent(START, AHEAD)), START),
    "joined later": (lambda: seen(consent(START, AHEAD), joined=LATER), LATER),
    "superseded without a gap": (
        lambda: seen(consent(START, AHEAD, superseded_at=LATER), consent(LATER, AHEAD)),
        START,
    ),
    "narrowed by a revocation": (
        lambda: seen(consent(START, AHEAD, closed_at=LATER, signed=False), consent(LATER, AHEAD)),
        START,
    ),
    "after a gap": (lambda: seen(consent(START, LATER - HOUR), consent(LATER, AHEAD)), LATER),
    "the one before had another class": (
        lambda: seen(consent(START, LATER, classes=frozenset({ItemClass.MEASURE})), consent(LATER, AHEAD)),
        LATER,
    ),
    "the one before did not list the label": (
        lambda: seen(
            consent(START, LATER),
            consent(LATER, AHEAD, labels=frozenset({Label.HIV})),
            labels=frozenset({Label.HIV}),
        ),
        LATER,
    ),
    "the one before was for somebody else": (
        lambda: seen(consent(START, LATER, recipients=frozenset({Recipient(user_id=uuid4())})), consent(LATER, AHEAD)),
        LATER,
    ),
    "none": (seen, None),
}


@pytest.mark.parametrize("name", NEWER)
def test_what_others_share_is_seen_from_membership_and_permit(name: str) -> None:
    ask, expected = NEWER[name]
    assert ask() == expected


def test_somebody_who_is_no_member_saw_nothing() -> None:
    assert member_since(Reader(uuid4()), team(LONG_AGO), NOW) is None
    assert judged(paired([rx("x", FIFTY)])[0], EVERYTHING).state is PairState.ONLY_PRESCRIBED
