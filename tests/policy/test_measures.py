"""Scores, bands, changes, response and remission, at each of their boundaries."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from careteam import questionnaires
from careteam.policy import measures
from careteam.policy.measures import Change, Point
from careteam.policy.questionnaires import Questionnaire

PHQ, GAD, TEENS = (questionnaires.current()[name] for name in ("phq-9", "gad-7", "phq-9-teens"))
DAY = date(2026, 3, 1)

BANDS = [
    ("phq-9", 0, "minimal"),
    ("phq-9", 4, "minimal"),
    ("phq-9", 5, "mild"),
    ("phq-9", 9, "mild"),
    ("phq-9", 10, "moderate"),
    ("phq-9", 14, "moderate"),
    ("phq-9", 15, "moderately_severe"),
    ("phq-9", 19, "moderately_severe"),
    ("phq-9", 20, "severe"),
    ("phq-9", 27, "severe"),
    ("gad-7", 0, "minimal"),
    ("gad-7", 4, "minimal"),
    ("gad-7", 5, "mild"),
    ("gad-7", 9, "mild"),
    ("gad-7", 10, "moderate"),
    ("gad-7", 14, "moderate"),
    ("gad-7", 15, "severe"),
    ("gad-7", 21, "severe"),
    ("phq-9-teens", 19, "moderately_severe"),
    ("phq-9-teens", 27, "severe"),
]


@pytest.mark.parametrize(("name", "points", "band"), BANDS)
def test_every_band_begins_and_ends_where_its_source_says(name: str, points: int, band: str) -> None:
    assert measures.band(questionnaires.current()[name], points).id == band


@pytest.mark.parametrize(("name", "points"), [("phq-9", 28), ("phq-9", -1), ("gad-7", 22), ("phq-9-teens", 28)])
def test_a_score_outside_of_the_range_has_no_band(name: str, points: int) -> None:
    with pytest.raises(ValueError, match=name):
        measures.band(questionnaires.current()[name], points)


def all_of(asked: Questionnaire, value: int, **others: int) -> dict[str, int]:
    return {question.id: value for question in asked.scored} | {k.removeprefix("q"): v for k, v in others.items()}


@pytest.mark.parametrize("value", [0, 1, 2, 3])
def test_a_score_is_the_sum_of_the_scored_questions(value: int) -> None:
    assert measures.score(PHQ, all_of(PHQ, value)) == 9 * value
    assert measures.score(PHQ, all_of(PHQ, value, difficulty=3)) == 9 * value
    assert measures.score(GAD, all_of(GAD, value, q1=0)) == 6 * value


FAULTS = [
    (all_of(PHQ, 0), set()),
    (all_of(PHQ, 3, difficulty=0), set()),
    (all_of(PHQ, 0, q9=4), {"9"}),
    (all_of(PHQ, 0, q1=-1), {"1"}),
    (all_of(PHQ, 0, q10=0), {"10"}),
    (all_of(PHQ, 0, difficulty=4), {"difficulty"}),
    (dict.fromkeys("12345678", 0), {"9"}),
    ({}, set("123456789")),
]


@pytest.mark.parametrize(("answers", "wrong"), FAULTS)
def test_every_scored_question_needs_one_of_its_options(answers: dict[str, int], wrong: set[str]) -> None:
    assert set(measures.faults(PHQ, answers)) == wrong


@pytest.mark.parametrize("value", [0, 1, 2, 3])
def test_question_9_of_phq_9_above_0_raises_the_flag_and_no_other_does(value: int) -> None:
    assert measures.flagged(PHQ, all_of(PHQ, 0, q9=value)) is (value > 0)
    assert not measures.flagged(PHQ, all_of(PHQ, 3, q9=0))
    assert not measures.flagged(GAD, all_of(GAD, 3))


def point(days: int, score: int, number: int = 0) -> Point:
    return Point(UUID(int=1000 * (days + 500) + number), DAY + timedelta(days), score)


SCORES = [point(0, 20), point(14, 16), point(28, 9), point(28, 11, 1), point(42, 4)]


@pytest.mark.parametrize(
    ("readable", "this", "found"),
    [
        (SCORES, SCORES[0], None),
        (SCORES, SCORES[1], Change(SCORES[0], -4)),
        (SCORES, SCORES[4], Change(SCORES[0], -16)),
        (SCORES[1:], SCORES[4], Change(SCORES[1], -12)),
        (SCORES[2:], SCORES[3], Change(SCORES[2], 2)),
        (SCORES[2:], SCORES[2], None),
        ([], SCORES[1], None),
    ],
)
def test_the_baseline_is_the_first_score_that_is_given(readable: list[Point], this: Point, found: Change) -> None:
    assert measures.since_baseline(readable, this) == found


DOSES = [
    ([], SCORES[1], None),
    ([-1], SCORES[1], None),
    ([0], SCORES[1], (0, -4, 0)),
    ([13], SCORES[1], (0, -4, 13)),
    ([14], SCORES[1], None),
    ([15], SCORES[1], None),
    ([0, 14], SCORES[4], (1, -12, 14)),
    ([0, 28], SCORES[4], (3, -7, 28)),
    ([27, 0], SCORES[4], (1, -12, 27)),
    ([41, 99], SCORES[4], (3, -7, 41)),
]


@pytest.mark.parametrize(("days", "this", "found"), DOSES)
def test_a_score_is_compared_with_the_last_one_up_to_the_dose_change(
    days: list[int], this: Point, found: tuple[int, int, int] | None
) -> None:
    expected = Change(SCORES[found[0]], found[1], DAY + timedelta(found[2])) if found else None
    assert measures.since_dose_change(SCORES, [DAY + timedelta(n) for n in days], this) == expected


@pytest.mark.parametrize(
    ("first", "now", "response"),
    [(20, 10, True), (20, 11, False), (20, 0, True), (15, 8, False), (15, 7, True), (1, 1, False), (0, 0, None)],
)
def test_response_is_half_of_the_first_score_or_less(first: int, now: int, response: bool | None) -> None:
    change = Change(point(0, first), now - first)
    assert measures.responded(PHQ, change) is response
    assert measures.responded(PHQ, None) is None


@pytest.mark.parametrize(("points", "remission"), [(0, True), (4, True), (5, False), (27, False)])
def test_remission_is_a_phq_9_below_5(points: int, remission: bool) -> None:
    assert measures.in_remission(PHQ, points) is remission
    assert measures.in_remission(GAD, points) is None
