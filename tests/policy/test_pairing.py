"""Pairing as a table of situations, and what holds in all of them."""

import pytest

from careteam.policy.pairing import View, in_effect, judged, paired, phase
from careteam.policy.vocabulary import MedicationChange, MedicationSide, NoPairState, PairState
from tests.policy.cases_of_pairs import CASES, FIFTY, HUNDRED, MONTH, SOON, WEEK, Case
from tests.policy.pairing_cast import EVERYTHING, TODAY, pt, rx


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_what_two_lists_say(case: Case) -> None:
    said = [judged(line, case.view) for line in paired(case.entries)]
    assert tuple(verdict.state or verdict.why_none for verdict in said) == case.says


def test_the_table_has_every_state_and_every_reason() -> None:
    assert len(CASES) >= 40
    assert len({case.title for case in CASES}) == len(CASES)
    assert {said for case in CASES for said in case.says} == {*PairState, *NoPairState}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_entry_stands_in_exactly_one_line_on_its_own_side(case: Case) -> None:
    lines = paired(case.entries)
    assert sorted(e.id for line in lines for e in line.entries) == sorted(e.id for e in case.entries)
    assert all(e.side is MedicationSide.PRESCRIBED for line in lines for e in line.prescribed)
    assert all(e.side is MedicationSide.TAKEN for line in lines for e in line.taken)


def test_the_parts_of_a_difference_are_what_it_is_about() -> None:
    old, older = rx("x", FIFTY, (MedicationChange.STOP, WEEK)), rx("x", FIFTY, (MedicationChange.STOP, MONTH), number=2)
    current, taken = rx("x", HUNDRED, number=3), pt("x", FIFTY)
    (line,) = paired([old, older, current, taken])
    assert judged(line, EVERYTHING).parts == (current, taken)
    (line,) = paired([old, older, taken])
    assert judged(line, EVERYTHING).parts == (old, taken)


def test_which_side_is_unseen_is_said() -> None:
    blind = View(TODAY)
    said = [judged(line, blind).unseen for line in paired([rx("x", FIFTY), pt("y", FIFTY)])]
    assert said == [MedicationSide.TAKEN, MedicationSide.PRESCRIBED]


@pytest.mark.parametrize(
    ("then", "changes"),
    [
        ((), 1),
        (((MedicationChange.CONFIRM, WEEK),), 1),
        (((MedicationChange.HOLD, WEEK),), 1 + 2),
        (((MedicationChange.HOLD, SOON),), 1),
        (((MedicationChange.STOP, WEEK), (MedicationChange.DOSE_CHANGE, SOON)), 1 + 2),
    ],
)
def test_changes_in_effect_are_neither_confirmations_nor_plans(then: tuple[object, ...], changes: int) -> None:
    assert in_effect(rx("x", FIFTY, *then), TODAY) == changes


def test_phases_follow_the_day() -> None:
    planned = rx("x", FIFTY, (MedicationChange.STOP, SOON), started=TODAY)
    days = [phase(planned, day).value for day in (WEEK, TODAY, SOON)]
    assert days == ["planned", "current", "stopped"]
