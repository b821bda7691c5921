"""What a scored questionnaire is, and whether a description of one can be used: everything is checked, nothing guessed.

Descriptions are the files of `careteam/data/questionnaires`; a further questionnaire is a further file.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_VERSION = re.compile(r"[1-9][0-9]{0,3}")
_CODE = re.compile(r"(LA)?[0-9]{1,7}-[0-9]")
WORDS = 1_000


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen, with its value; `code` is the LOINC answer code where there is one."""

    value: int
    text: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Every scored one needs an answer; the others may be left out and count for nothing."""

    id: str
    text: str
    code: str | None
    options: tuple[Option, ...]
    scored: bool


@dataclass(frozen=True, slots=True)
class Band:
    """Scores from this one up to the next band."""

    id: str
    first: int
    title: str


@dataclass(frozen=True, slots=True)
class Safety:
    """An answer to this question above this value raises the safety flag."""

    question: str
    above: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a part of the description comes from, and when it was read there."""

    what: str
    reference: str
    read_on: date


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One version of a questionnaire. Without questions only its totals are known, and nobody answers it here.

    `response_percent`: how far below the first score is a response. `remission_below`: a lower score is remission.
    """

    id: str
    version: str
    title: str
    about: str
    instruction: str | None
    panel_code: str | None
    total_code: str | None
    questions: tuple[Question, ...]
    lowest: int
    highest: int
    bands: tuple[Band, ...]
    response_percent: int | None
    remission_below: int | None
    safety: tuple[Safety, ...]
    sources: tuple[Source, ...]
    licence: str

    @property
    def scored(self) -> tuple[Question, ...]:
        """The questions whose values add up to the score."""
        return tuple(question for question in self.questions if question.scored)


def described(raw: object) -> Questionnaire:
    """Return the questionnaire of a description. Raises ValueError that says where it cannot be used, and why."""
    whole = _Part.of(raw, "questionnaire")
    codes = _Part.of(whole.taken("codes"), "codes")
    choices = _choices(whole.taken("options"))
    lowest, highest = _range(whole.taken("range"))
    made = Questionnaire(
        id=whole.text("id", _ID),
        version=whole.text("version", _VERSION),
        title=whole.text("title"),
        about=whole.text("about"),
        instruction=whole.maybe("instruction"),
        panel_code=codes.maybe("panel", _CODE),
        total_code=codes.maybe("total", _CODE),
        questions=tuple(_question(part, choices) for part in whole.parts("items")),
        lowest=lowest,
        highest=highest,
        bands=tuple(Band(p.text("id", _ID), p.whole("from"), p.text("title")) for p in whole.parts("bands")),
        response_percent=whole.maybe_whole("response_percent"),
        remission_below=whole.maybe_whole("remission_below"),
        safety=tuple(Safety(p.text("item"), p.whole("above")) for p in whole.parts("safety")),
        sources=tuple(_source(part) for part in whole.parts("sources")),
        licence=whole.text("licence"),
    )
    whole.done()
    codes.done()
    _check(made)
    return made


@dataclass(slots=True)
class _Part:
    """One JSON object that is being read; what is left in the end is not known here."""

    left: dict[str, Any]
    path: str

    @classmethod
    def of(cls, raw: object, path: str) -> "_Part":
        if not isinstance(raw, dict):
            raise ValueError(f"{path}: not an object")
        return cls(dict(raw), path)

    def taken(self, key: str) -> Any:
        if key not in self.left:
            raise ValueError(f"{self.path}.{key}: missing")
        return self.left.pop(key)

    def text(self, key: str, form: re.Pattern[str] | None = None) -> str:
        found = self.taken(key)
        if not isinstance(found, str) or not found.strip() or len(found) > WORDS:
            raise ValueError(f"{self.path}.{key}: not a text of at most {WORDS} characters")
        if form is not None and not form.fullmatch(found):
            raise ValueError(f"{self.path}.{key}: not of the form {form.pattern}")
        return found

    def maybe(self, key: str, form: re.Pattern[str] | None = None) -> str | None:
        if self.left.get(key) is None:
            self.left.pop(key, None)
            return None
        return self.text(key, form)

    def whole(self, key: str) -> int:
        found = self.taken(key)
        if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= WORDS:
            raise ValueError(f"{self.path}.{key}: not a whole number from 0 to {WORDS}")
        return found

    def maybe_whole(self, key: str) -> int | None:
        if self.left.get(key) is None:
            self.left.pop(key, None)
            return None
        return self.whole(key)

    def parts(self, key: str) -> list["_Part"]:
        return _parts(self.taken(key), f"{self.path}.{key}" if self.path != "questionnaire" else key)

    def done(self) -> None:
        if self.left:
            raise ValueError(f"{self.path}: {', '.join(sorted(map(str, self.left)))} is not known here")


def _parts(found: object, path: str) -> list[_Part]:
    if not isinstance(found, list):
        raise ValueError(f"{path}: not a list")
    return [_Part.of(raw, f"{path}[{n}]") for n, raw in enumerate(found)]


def _choices(raw: object) -> Mapping[str, tuple[Option, ...]]:
    found = _Part.of(raw, "options")
    return {name: tuple(map(_option, _parts(listed, f"options.{name}"))) for name, listed in found.left.items()}


def _option(part: _Part) -> Option:
    made = Option(part.whole("value"), part.text("text"), part.maybe("code", _CODE))
    part.done()
    return made


def _question(part: _Part, choices: Mapping[str, tuple[Option, ...]]) -> Question:
    name = part.text("options")
    if name not in choices:
        raise ValueError(f"{part.path}.options: names none of the lists of options")
    scored = part.left.pop("scored", True)
    if not isinstance(scored, bool):
        raise ValueError(f"{part.path}.scored: not true or false")
    made = Question(part.text("id", _ID), part.text("text"), part.maybe("code", _CODE), choices[name], scored)
    part.done()
    return made


def _source(part: _Part) -> Source:
    what, reference, day = part.text("what"), part.text("reference"), part.text("read_on")
    part.done()
    try:
        return Source(what, reference, date.fromisoformat(day))
    except ValueError:
        raise ValueError(f"{part.path}.read_on: not a day") from None


def _range(raw: object) -> tuple[int, int]:
    if not isinstance(raw, list) or len(raw) != 2 or any(isinstance(n, bool) or not isinstance(n, int) for n in raw):
        raise ValueError("range: not the lowest and the highest score")
    return raw[0], raw[1]


def _check(made: Questionnaire) -> None:
    _choosable(made)
    _adds_up(made)
    _banded(made)
    rules: Sequence[tuple[bool, str]] = (
        (bool(made.sources), "sources: name where this comes from"),
        (made.response_percent is None or 0 < made.response_percent <= 100, "response_percent: not from 1 to 100"),
        (
            made.remission_below is None or made.lowest < made.remission_below <= made.highest,
            "remission_below: not within the range",
        ),
    )
    for fine, fault in rules:
        _need(fine, fault)


def _choosable(made: Questionnaire) -> None:
    _single([question.id for question in made.questions], "items: an id stands twice")
    _single([q.code for q in made.questions if q.code], "items: a code stands twice")
    for question in made.questions:
        _need(len(question.options) > 1, f"items: {question.id} leaves no choice")
        _single([option.value for option in question.options], f"items: {question.id} has a value twice")
        _single([o.code for o in question.options if o.code], f"items: {question.id} has an answer code twice")
    for rule in made.safety:
        asked = next((q for q in made.scored if q.id == rule.question), None)
        within = asked is not None and any(option.value > rule.above for option in asked.options)
        _need(within, f"safety: nothing that counts for {rule.question} is above {rule.above}")


def _adds_up(made: Questionnaire) -> None:
    _need(made.lowest < made.highest, "range: the lowest score is below the highest")
    _need(bool(made.scored) or made.total_code is not None, "items: neither a question that counts nor a total's code")
    _need(not made.questions or bool(made.scored), "items: none of them counts")
    if made.scored:
        ends: tuple[Callable[..., int], ...] = (min, max)
        summed = tuple(sum(end(o.value for o in q.options) for q in made.scored) for end in ends)
        _need(summed == (made.lowest, made.highest), f"range: the items add up to {summed[0]} to {summed[1]}")


def _banded(made: Questionnaire) -> None:
    first = [band.first for band in made.bands]
    _single([band.id for band in made.bands], "bands: an id stands twice")
    _need(bool(first) and first[0] == made.lowest, "bands: the first begins with the lowest score")
    _need(first == sorted(set(first)) and first[-1] <= made.highest, "bands: each begins above the one before")


def _single(found: Collection[object], fault: str) -> None:
    _need(len(set(found)) == len(found), fault)


def _need(fine: bool, fault: str) -> None:
    if not fine:
        raise ValueError(fault)
