"""The reminders, without a database: pairs, what is doubled, and what holds for every list."""

from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careteam import drugs
from careteam.interaction_rules import knowledge
from careteam.policy.interactions import SAME_INGREDIENT, Checked, Reminder, Taken, checked, drugs_of, unseen_by
from careteam.policy.treatment_words import Severeness
from tests.policy.cases_of_interactions import PAIRS

NAMES = st.sampled_from(sorted({name for pair in PAIRS for name in pair[:2] if name}))
LISTS = st.lists(NAMES, max_size=6)


def listed(*names: str, prescribed: bool = True) -> list[Taken]:
    return [Taken(UUID(int=n + 1), name, prescribed=prescribed) for n, name in enumerate(names)]


def check(*names: str) -> Checked:
    return checked(listed(*names), knowledge())


def said(found: Checked) -> list[tuple[str, str, frozenset[str]]]:
    return [(r.severity.value, r.words, frozenset({r.one, r.other})) for r in found.reminders]


@pytest.mark.parametrize(("one", "other", "severity", "words"), PAIRS)
def test_a_pair_says_its_worst_first(one: str, other: str, severity: str | None, words: str | None) -> None:
    for names in ((one, other), (other, one)):
        found = check(*names).reminders
        if severity is None:
            assert found == ()
        else:
            worst = found[0]
            told = [r.words for r in found if r.severity is worst.severity]
            assert (worst.severity, words in told) == (severity, True), told
            assert worst.entries == {UUID(int=1), UUID(int=2)}


@given(LISTS)
def test_the_order_of_a_list_changes_nothing(names: list[str]) -> None:
    entries = listed(*names)
    first = checked(entries, knowledge())
    for order in list(permutations(entries))[:24]:
        assert checked(order, knowledge()) == first


@given(LISTS)
def test_nothing_interacts_with_itself(names: list[str]) -> None:
    for reminder in check(*names).reminders:
        assert len(reminder.entries) > 1
        assert (reminder.one == reminder.other) == (reminder.words == SAME_INGREDIENT)


@given(LISTS, NAMES)
def test_what_is_added_takes_no_reminder_away(names: list[str], more: str) -> None:
    assert set(said(check(*names))) <= set(said(check(*names, more)))


@given(LISTS)
def test_the_worst_stands_first(names: list[str]) -> None:
    places = [list(Severeness).index(r.severity) for r in check(*names).reminders]
    assert places == sorted(places)


@given(LISTS)
def test_a_longer_list_says_what_its_pairs_say(names: list[str]) -> None:
    of_pairs = {line for n, one in enumerate(names) for other in names[n + 1 :] for line in said(check(one, other))}
    assert set(said(check(*names))) == of_pairs


def test_one_product_with_both_drugs_is_no_pair() -> None:
    assert check("oxycodone / alprazolam").reminders == ()
    assert check("oxycodone / alprazolam", "alprazolam").reminders


def test_the_worse_of_two_rules_of_one_family_is_said_alone() -> None:
    assert said(check("citalopram", "ziprasidone")) == [
        ("contraindicated", "rhythm_never", frozenset({"citalopram", "ziprasidone"})),
    ]


@pytest.mark.parametrize(
    ("one", "other", "doubled"),
    [
        (Taken(UUID(int=1), "Zoloft", prescribed=True), Taken(UUID(int=2), "sertraline 50 mg", prescribed=True), True),
        (Taken(UUID(int=1), "Zoloft", prescribed=True), Taken(UUID(int=2), "sertraline"), False),
        (Taken(UUID(int=1), "Advil"), Taken(UUID(int=2), "Motrin"), True),
        (Taken(UUID(int=1), "Advil"), Taken(UUID(int=2), "ibuprofen", holder_id=UUID(int=9)), False),
        (Taken(UUID(int=1), "Tylenol"), Taken(UUID(int=2), "Vicodin", prescribed=True), True),
        (Taken(UUID(int=1), "a thing"), Taken(UUID(int=2), "a thing"), False),
    ],
)
def test_the_same_ingredient_is_doubled_unless_one_medication_is_told_twice(
    one: Taken, other: Taken, doubled: bool
) -> None:
    found = [r for r in checked([one, other], knowledge()).reminders if r.words == SAME_INGREDIENT]
    assert bool(found) == doubled
    assert all(r.rule is None and r.kind == "duplicate" for r in found)


@pytest.mark.parametrize(
    ("name", "code", "ingredients", "whole"),
    [
        ("Effexor XR 75 mg", None, {"venlafaxine"}, True),
        ("24 HR methylphenidate hydrochloride 36 MG Extended Release Oral Tablet", None, {"methylphenidate"}, True),
        ("St. John’s Wort", None, {"st john's wort"}, True),
        ("Percocet", None, {"oxycodone", "acetaminophen"}, True),
        ("lithium orotate from the shop", None, {"lithium"}, False),
        ("my sleeping pill", None, set(), False),
        ("the white one", "36437", {"sertraline"}, True),
        ("fluoxetine", "36437", {"fluoxetine", "sertraline"}, True),
        ("the white one", "999999", set(), False),
        ("sertralin", None, set(), False),
        ("", None, set(), False),
    ],
)
def test_names_and_codes_are_read_as_far_as_they_are_known(
    name: str, code: str | None, ingredients: set[str], whole: bool
) -> None:
    read = drugs_of(name, code, knowledge())
    assert ({drug.name for drug in read.drugs}, read.whole) == (ingredients, whole)


def test_what_the_table_does_not_know_is_named() -> None:
    found = check("sertraline", "Grandmother's tea", "abacavir")
    assert (found.entries, found.unknown) == (3, (UUID(int=2), UUID(int=3)))


def test_a_code_is_enough() -> None:
    by_code = Taken(UUID(int=1), "the white one", code=drugs.by_name()["sertraline"].rxnorm)
    found = checked([by_code, Taken(UUID(int=2), "phenelzine")], knowledge())
    assert [r.words for r in found.reminders] == ["serotonin_never"]


A, B, X = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize(
    ("of_one", "of_other", "readable", "unseen"),
    [
        ({A}, {B}, {A, B}, set()),
        ({A}, {B}, {A}, {B}),
        ({A}, {B}, {B}, {A}),
        ({A}, {B}, set(), set()),
        ({A, X}, {B}, {A, B}, set()),
        ({A, X}, {B}, {B}, {A, X}),
        ({A}, {B, X}, {A, X}, set()),
        ({A, B}, {A, B}, {A}, {B}),
        ({A, B}, {A, B}, {A, B}, set()),
        ({A, B}, {A}, {A}, {B}),
    ],
)
def test_what_keeps_somebody_from_a_reminder(
    of_one: set[UUID], of_other: set[UUID], readable: set[UUID], unseen: set[UUID]
) -> None:
    reminder = Reminder("interaction", Severeness.MAJOR, "breathing", "a", "b", frozenset(of_one), frozenset(of_other))
    assert unseen_by(reminder, frozenset(readable)) == unseen
