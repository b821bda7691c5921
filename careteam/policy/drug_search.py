"""Finds drugs while somebody types: by the beginning of a name, a brand, or a word of either; nothing by likeness."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from careteam.policy.drug_names import normal

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """One name under which something is found: its own, or a brand or synonym that stands for it."""

    shown: str
    text: str
    words: tuple[str, ...]
    means: tuple[str, ...]
    own: bool


def term(shown: str, means: tuple[str, ...], *, own: bool) -> Term:
    """Return a name as it is searched for. `means` are the ingredients."""
    text = normal(shown)
    return Term(shown, text, tuple(_WORD.findall(text)), means, own)


def found(query: str, terms: Iterable[Term], *, limit: int) -> list[Term]:
    """Return the best terms, one for each thing found: exact, then beginning, then a word; own names before brands."""
    asked = normal(query)
    words = tuple(_WORD.findall(asked))
    if not words:
        return []
    ranked = sorted((place, one.text, one) for one in terms if (place := _place(asked, words, one)) is not None)
    best: dict[tuple[str, ...], Term] = {}
    for _place_of_it, _text, one in ranked:
        best.setdefault(one.means, one)
    return list(best.values())[:limit]


def _place(asked: str, words: tuple[str, ...], one: Term) -> int | None:
    if one.text == asked:
        return 0
    if one.text.startswith(asked):
        return 1 if one.own else 2
    left = list(one.words)
    for word in words:
        match = next((w for w in left if w.startswith(word)), None)
        if match is None:
            return None
        left.remove(match)
    return 3 if one.own else 4
