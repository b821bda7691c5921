"""Scores, and what they say about each other: bands, changes, response and remission.

The rules are those of `domain.md`, "Measures": response is 50% lower than the first score, remission of PHQ-9 a score
below 5; both stand with the questionnaire. Whoever asks gives only the scores and days that the reader may read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from careteam.policy.questionnaires import Band, Questionnaire


@dataclass(frozen=True, slots=True)
class Point:
    """One score of one questionnaire, dated by its day; of one day, the later one has the greater id."""

    id: UUID
    day: date
    score: int


@dataclass(frozen=True, slots=True)
class Change:
    """How far a score is from an earlier one; below zero: lower. `changed_on`: the day of the dose change between."""

    since: Point
    by: int
    changed_on: date | None = None


def faults(asked: Questionnaire, answers: Mapping[str, int]) -> dict[str, str]:
    """Return what is wrong with these answers, by question: nothing, where they can be scored."""
    known = {question.id: question for question in asked.questions}
    found = {name: "This is no question of this questionnaire." for name in answers if name not in known}
    for question in asked.questions:
        values = [option.value for option in question.options]
        if question.id not in answers:
            if question.scored:
                found[question.id] = "Answer every question: a score needs them all."
        elif answers[question.id] not in values:
            found[question.id] = f"Choose one of {', '.join(map(str, sorted(values)))}."
    return found


def score(asked: Questionnaire, answers: Mapping[str, int]) -> int:
    """Return the sum of the scored questions. Raises KeyError where one is not answered."""
    return sum(answers[question.id] for question in asked.scored)


def band(asked: Questionnaire, points: int) -> Band:
    """Return the band of a score within the range. Raises ValueError outside of it."""
    if not asked.lowest <= points <= asked.highest:
        raise ValueError(f"not a score of {asked.id}")
    return next(band for band in reversed(asked.bands) if band.first <= points)


def flagged(asked: Questionnaire, answers: Mapping[str, int]) -> bool:
    """Say whether one of these answers raises the safety flag: of PHQ-9, question 9 above 0."""
    return any(answers.get(rule.question, 0) > rule.above for rule in asked.safety)


def since_baseline(readable: Iterable[Point], this: Point) -> Change | None:
    """Return the change since the first score that the reader may read; None for the first itself."""
    first = min(readable, key=_order, default=this)
    return Change(first, this.score - first.score) if _order(first) < _order(this) else None


def since_dose_change(readable: Iterable[Point], changes: Iterable[date], this: Point) -> Change | None:
    """Return the change since the last dose change before the day of this score.

    What is compared with is the last score up to the day of that change: on the day itself it shows nothing yet.
    None where there is no such change, or no score before it.
    """
    last = max((day for day in changes if day < this.day), default=None)
    if last is None:
        return None
    before = max((p for p in readable if p.day <= last), key=_order, default=None)
    return Change(before, this.score - before.score, last) if before else None


def responded(asked: Questionnaire, change: Change | None) -> bool | None:
    """Say whether a score is so much lower than the first one that it is a response.

    None without an earlier score, after a first score of 0, and where the questionnaire has no such rule.
    """
    if change is None or asked.response_percent is None or change.since.score == 0:
        return None
    return -change.by * 100 >= asked.response_percent * change.since.score


def in_remission(asked: Questionnaire, points: int) -> bool | None:
    """Say whether a score is remission; None where the questionnaire has no such rule."""
    return None if asked.remission_below is None else points < asked.remission_below


def _order(point: Point) -> tuple[date, UUID]:
    return point.day, point.id
