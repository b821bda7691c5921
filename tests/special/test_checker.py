"""What belongs in a progress note is pointed out, and what a special note is for is left alone."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careteam.policy.special_check import check, cut
from careteam.policy.vocabulary import Exclusion
from careteam.services.special.checking import WORDS, rules
from tests.special.sentences import (
    ELSEWHERE,
    LATER_ELSEWHERE,
    LATER_OF_THE_NOTE,
    OF_THE_NOTE,
    UNSEEN_ELSEWHERE,
    UNSEEN_OF_THE_NOTE,
)


def categories(text: str) -> set[Exclusion]:
    return {found.category for found in check(text, rules())}


@pytest.mark.parametrize(("text", "category"), [*ELSEWHERE, *LATER_ELSEWHERE])
def test_what_belongs_elsewhere_is_found(text: str, category: Exclusion) -> None:
    assert category in categories(text)


@pytest.mark.parametrize("text", [*OF_THE_NOTE, *LATER_OF_THE_NOTE])
def test_what_the_note_is_for_is_left_alone(text: str) -> None:
    assert categories(text) == set()


def test_of_sentences_that_made_no_rule_most_are_found_and_hardly_one_wrongly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = [text for text, category in UNSEEN_ELSEWHERE if category in categories(text)]
    wrong = [text for text in UNSEEN_OF_THE_NOTE if categories(text)]
    with capsys.disabled():
        print(f"\nunseen: {len(found)} of {len(UNSEEN_ELSEWHERE)} found, ", end="")
        print(f"{len(wrong)} of {len(UNSEEN_OF_THE_NOTE)} wrongly", end="")
    assert len(found) >= 12
    assert len(wrong) <= 1


def test_every_category_of_the_law_has_sentences_rules_and_words() -> None:
    assert {category for _, category in ELSEWHERE} == {rule.category for rule in rules()} == set(Exclusion)
    assert WORDS.keys() == set(Exclusion)


def test_a_sentence_is_found_whole_among_others() -> None:
    text = "She wept. PHQ-9 was 12 today. Then she left."
    (found,) = check(text, rules())
    assert text[found.start : found.end] == "PHQ-9 was 12 today."


def test_a_heading_goes_with_the_lines_below_it() -> None:
    text = "He was late.\n\nPlan:\n- exposure\n- call his wife\n\nWhy late, again?"
    (found,) = check(text, rules())
    assert text[found.start : found.end] == "Plan:\n- exposure\n- call his wife"


def test_a_heading_ends_where_the_next_begins() -> None:
    text = "Meds:\nZoloft\nWhat he said: nothing"
    (found,) = check(text, rules())
    assert text[found.start : found.end] == "Meds:\nZoloft"


def test_offsets_count_code_points() -> None:
    text = "\U0001f642\U0001f642 She smiled. GAD-7: 15."
    (found,) = check(text, rules())
    assert (found.start, found.end) == (15, 25)


@pytest.mark.parametrize(
    ("spans", "taken", "left"),
    [
        ([(0, 4)], "One.", "Two. Three."),
        ([(5, 9)], "Two.", "One. Three."),
        ([(10, 16)], "Three.", "One. Two."),
        ([(0, 4), (10, 16)], "One.\nThree.", "Two."),
        ([(10, 16), (0, 4), (0, 4)], "One.\nThree.", "Two."),
        ([(0, 6), (4, 9)], "One. Two.", "Three."),
        ([(0, 16)], "One. Two. Three.", ""),
    ],
)
def test_what_is_cut_out_leaves_no_hole(spans: list[tuple[int, int]], taken: str, left: str) -> None:
    assert cut("One. Two. Three.", spans) == (taken, left)


def test_a_line_that_is_cut_out_leaves_no_empty_line() -> None:
    assert cut("One.\nTwo.\nThree.", [(5, 9)]) == ("Two.", "One.\nThree.")


@pytest.mark.parametrize("spans", [[], [(0, 0)], [(3, 2)], [(-1, 3)], [(0, 17)], [(4, 5)]])
def test_what_is_no_part_of_the_text_is_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="no part"):
        cut("One. Two. Three.", spans)


@given(st.text(alphabet="aB.! \n:7\U0001f642", min_size=1, max_size=60), st.data())
def test_a_cut_loses_no_letter_and_invents_none(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if text[start:end].strip():
        taken, left = cut(text, [(start, end)])
        assert "".join(sorted("".join((taken + left).split()))) == "".join(sorted("".join(text.split())))


def test_the_checker_says_the_same_of_many_sentences_as_of_each() -> None:
    single = [text for text, _ in chain(ELSEWHERE, LATER_ELSEWHERE)]
    whole = "\n\n".join(chain.from_iterable(zip(single, OF_THE_NOTE, strict=False)))
    assert {whole[f.start : f.end] for f in check(whole, rules())} == set(single[: len(OF_THE_NOTE)])
