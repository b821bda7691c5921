"""What in a special note's text belongs in a progress note instead (45 CFR 164.501, 42 CFR 2.11): pointed out, and
no more.

The law leaves out of such notes medication prescription and monitoring, counseling session start and stop times, the
modalities and frequencies of treatment furnished, results of clinical tests, and any summary of diagnosis, functional
status, the treatment plan, symptoms, prognosis, and progress to date. A rule is a pattern that betrays one of these
in a sentence. What was said in the session, and what the therapist makes of it, is what the note is for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from careteam.policy.doses import MASS
from careteam.policy.vocabulary import Exclusion

_TIME = r"(?:(?:[01]?\d|2[0-3])[:.][0-5]\d(?:\s?[ap]\.?m\b\.?)?|(?:1[0-2]|[1-9])\s?[ap]\.?m\b\.?)"
_UNITS = "|".join(sorted((re.escape(unit) for unit in {*MASS, "\u00b5g", "mEq"} - {"g"}), key=len, reverse=True))
_DOSE = rf"\d+(?:[.,]\d+)?\s?(?:{_UNITS})\b"
_COUNT = r"(?:\d{1,2}|one|two|three|four|five|six)"
_OFTEN = (
    rf"(?:(?:bi|semi)?-?weekly|fortnightly|(?:bi)?monthly|(?:once|twice|{_COUNT}\s?(?:x|times))\s?"
    r"(?:a|an|per|each|every|/)\s?(?:week|fortnight|month)"
    rf"|every\s(?:other\s|second\s|{_COUNT}\s)?(?:weeks?|fortnight|month))"
)
_HEAD = r"^[\s\-*\u2022#>]*"
"""Where a line begins, behind what marks a heading or the part of a list."""

_SHORT = r"(?<=\b(?:Dr|Mr|Ms|St|vs))\.|(?<=\b(?:Mrs|e\.g|i\.e))\."
_SENTENCE = re.compile(rf"[^.!?\n]*(?:(?:[.!?]+(?=\S)|{_SHORT})[^.!?\n]*)*[.!?]*")
"""Up to a full stop before a space, or the end of the line: `7.5 mg`, `9.30` and `Dr. Reyes` stand in one sentence."""

_HEADING = re.compile(r"[\s\-*\u2022#>]*[A-Za-z][A-Za-z /-]{0,40}:")
_BELOW = re.compile(r"[ \t]*\n(?P<line>[^\n]*\S)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that betrays what is excluded; a sentence in which `unless` is found, too, is left alone."""

    category: Exclusion
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A part of the text, from and to in code points (end exclusive), and why it belongs elsewhere."""

    start: int
    end: int
    category: Exclusion


def rule(category: str, pattern: str, unless: str, drugs: Iterable[str], more: str = "") -> Rule:
    """Return a rule as it is written down: `{time}`, `{dose}`, `{drug}`, `{often}`, `{n}` and `{head}` stand for what
    they name; `more` is a pattern of further drugs. Raises ValueError on a category that there is not.
    """
    named = [*sorted(map(re.escape, drugs), key=len, reverse=True), *filter(None, [more])]
    words = {
        "drug": rf"\b(?:{'|'.join(named)})\b",
        "time": _TIME,
        "dose": _DOSE,
        "often": _OFTEN,
        "n": _COUNT,
        "head": _HEAD,
    }
    return Rule(Exclusion(category), _compiled(pattern, words), _compiled(unless, words) if unless else None)


def check(text: str, rules: Sequence[Rule]) -> list[Found]:
    """Return what belongs elsewhere, whole sentences in their order; one of several categories is there for each.

    A heading goes with the lines below it, up to an empty line or the next heading.
    """
    found = {one for start, end in _sentences(text) for one in _in(text, start, end, rules)}
    reached: dict[Exclusion, int] = {}
    whole: list[Found] = []
    for one in sorted(found):
        if one.end > reached.get(one.category, 0):
            whole.append(one)
            reached[one.category] = one.end
    return whole


def cut(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, str]:
    """Return the text of these spans, one to a line, and the text without them; what overlaps is taken out once.

    Raises ValueError unless there are some, and each is a part of the text that holds more than space.
    """
    if not spans or not all(0 <= start < end <= len(text) and text[start:end].strip() for start, end in spans):
        raise ValueError("a span is no part of the text")
    ordered = _merged(spans)
    places = zip([0, *(end for _, end in ordered)], [*(start for start, _ in ordered), len(text)], strict=True)
    return "\n".join(text[start:end].strip() for start, end in ordered), _joined([text[a:b] for a, b in places])


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _joined(parts: Sequence[str]) -> str:
    """Join what is left: no space stands twice where something was taken out, and no empty line more."""
    whole = parts[0]
    for part in parts[1:]:
        after = part.lstrip(" \t") if not whole or whole[-1].isspace() else part
        line_gone = (not whole or whole.endswith("\n")) and after.startswith("\n")
        whole = (whole.rstrip(" \t") if after.startswith("\n") else whole) + after[line_gone:]
    return whole.strip("\n").rstrip()


def _in(text: str, start: int, end: int, rules: Sequence[Rule]) -> Iterator[Found]:
    sentence = text[start:end]
    for one in rules:
        if one.pattern.search(sentence) and not (one.unless and one.unless.search(sentence)):
            yield Found(start, _with_what_follows(text, start, end), one.category)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where each sentence goes, without the space around it."""
    for match in _SENTENCE.finditer(text):
        whole = match[0]
        if whole.strip():
            yield match.start() + len(whole) - len(whole.lstrip()), match.start() + len(whole.rstrip())


def _with_what_follows(text: str, start: int, end: int) -> int:
    """Return where a heading's part ends, for a sentence that is a heading and nothing else; else the sentence's."""
    if not text[start:end].endswith(":"):
        return end
    below = _BELOW.match(text, end)
    while below and not _HEADING.match(below["line"]):
        end = below.end()
        below = _BELOW.match(text, end)
    return end


def _compiled(pattern: str, words: Mapping[str, str]) -> re.Pattern[str]:
    for name, meaning in words.items():
        pattern = pattern.replace(f"{{{name}}}", meaning)
    return re.compile(pattern, re.IGNORECASE)
