"""The rules of emergency access and of cases, asked without a database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from careteam.policy.cases import by_share, practices_now, practices_of
from careteam.policy.emergency import medical_place, same_words, says_something, vouching_practice
from careteam.policy.facts import Membership, Reader, Team, Verification
from careteam.policy.vocabulary import MembershipKind, Role
from careteam.policy.working_days import end_of

NEW_YORK, KIRITIMATI = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati")
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
"""A Monday."""
DAY = timedelta(days=1)
ONE, TWO, ELM, OAK = (UUID(int=number) for number in range(1, 5))

DAYS = [
    (0, NOON, NEW_YORK, "2027-03-02T05:00"),
    (1, NOON, NEW_YORK, "2027-03-03T05:00"),
    (3, NOON, NEW_YORK, "2027-03-05T05:00"),
    (3, NOON + 4 * DAY, NEW_YORK, "2027-03-11T05:00"),
    (3, NOON + 5 * DAY, NEW_YORK, "2027-03-11T05:00"),
    (1, NOON + 4 * DAY, NEW_YORK, "2027-03-09T05:00"),
    (5, NOON, NEW_YORK, "2027-03-09T05:00"),
    (10, NOON, NEW_YORK, "2027-03-16T04:00"),
    (3, NOON, KIRITIMATI, "2027-03-05T10:00"),
    (3, datetime(2027, 3, 2, 4, 59, tzinfo=UTC), NEW_YORK, "2027-03-05T05:00"),
    (3, datetime(2027, 3, 2, 5, tzinfo=UTC), NEW_YORK, "2027-03-06T05:00"),
]


@pytest.mark.parametrize(("days", "since", "zone", "due"), DAYS)
def test_working_days_are_counted_where_the_practice_is(days: int, since: datetime, zone: ZoneInfo, due: str) -> None:
    assert end_of(days, since, zone) == datetime.fromisoformat(f"{due}+00:00")


SENTENCES = [
    ("Found unconscious at home.", True),
    ("Atemnot nach einer Überdosis.", True),
    ("她在家里昏迷不醒。", True),
    ("昏迷。", False),
    ("Found unconscious here", False),
    ("no no no no no", False),
    ("1 2 3 4 5", False),
    ("a1 b2 c3 d4", True),
    ("... !!! ??? ---", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "said"), SENTENCES)
def test_what_counts_as_a_sentence(text: str, said: bool) -> None:
    assert says_something(text) is said


@pytest.mark.parametrize(
    ("other", "same"), [("found, unconscious!", True), ("ｆｏｕｎｄ unconscious", True), ("found conscious", False)]
)
def test_what_counts_as_the_same_statement(other: str, same: bool) -> None:
    assert same_words("Found  unconscious.", other) is same


def member(user_id: UUID, practice_id: UUID | None, began: datetime, **values: object) -> Membership:
    row = {"role": Role.PRESCRIBER, "accepted_at": began, **values}
    return Membership(user_id, practice_id=practice_id, **row)  # type: ignore[arg-type]


def test_it_is_opened_in_a_treating_place_before_a_covering_one_and_in_the_earliest() -> None:
    covering = member(ONE, OAK, NOON - 9 * DAY, kind=MembershipKind.COVERING, valid_until=NOON + DAY)
    later, earlier = member(ONE, OAK, NOON - DAY), member(ONE, ELM, NOON - 2 * DAY)
    reader = Reader(ONE, frozenset({Verification(Role.PRESCRIBER, ELM), Verification(Role.PRESCRIBER, OAK)}))
    assert medical_place(reader, Team(TWO, TWO, (covering, later, earlier)), NOON) is earlier
    assert medical_place(reader, Team(TWO, TWO, (covering,)), NOON) is covering
    assert medical_place(reader, Team(TWO, TWO, (covering,)), NOON + DAY) is None


def test_only_a_verified_prescriber_of_the_team_has_such_a_place() -> None:
    therapist = member(ONE, ELM, NOON - DAY, role=Role.THERAPIST)
    prescriber = member(ONE, ELM, NOON - DAY)
    both = Reader(ONE, frozenset({Verification(Role.PRESCRIBER, ELM), Verification(Role.THERAPIST, ELM)}))
    elsewhere = Reader(ONE, frozenset({Verification(Role.PRESCRIBER, OAK)}))
    cases = [
        (both, therapist, None),
        (both, prescriber, prescriber),
        (elsewhere, prescriber, None),
        (Reader(ONE, both.verifications, disabled=True), prescriber, None),
        (Reader(TWO, both.verifications), prescriber, None),
    ]
    for reader, place, found in cases:
        assert medical_place(reader, Team(TWO, TWO, (place,)), NOON) is found


def test_a_place_that_names_no_practice_is_that_of_one_that_vouches() -> None:
    reader = Reader(ONE, frozenset({Verification(Role.PRESCRIBER, OAK), Verification(Role.THERAPIST, ELM)}))
    assert vouching_practice(reader, member(ONE, None, NOON)) == OAK
    assert vouching_practice(reader, member(ONE, ELM, NOON)) == ELM


def test_the_practice_of_a_membership_that_stood_then_comes_first() -> None:
    before = member(ONE, ELM, NOON - 9 * DAY, ended=True, ended_at=NOON - DAY)
    since = member(ONE, OAK, NOON - DAY)
    team = Team(TWO, TWO, (before, since))
    assert practices_of(team, ONE, NOON - 2 * DAY) == [ELM, OAK]
    assert practices_of(team, ONE, NOON - DAY) == [OAK, ELM]
    assert practices_of(team, TWO, NOON) == []
    assert practices_now(team, NOON) == [OAK]


def test_who_holds_most_comes_first() -> None:
    assert by_share([ONE, TWO, TWO]) == [TWO, ONE]
    assert by_share([]) == []
