"""Which side effects are urgent: what was chosen or written, held against a list of rules (`careteam/data`).

What cannot be excluded counts: a rule that is tied to a drug applies where no drug is named, or one that is not known
here. Words that are not understood, and words that deny, take nothing away from an effect that was chosen.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from unicodedata import normalize


class Applies(StrEnum):
    """Why a rule applies: to any drug, to the one that is named, or because another cannot be excluded."""

    ANY = "any"
    NAMED = "named"
    MAY_BE = "may_be"
    ALSO_TAKEN = "also_taken"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the list. `effects` are codes, `words` phrases (see the file), `tied_to` names and groups of drugs."""

    id: str
    effects: frozenset[str]
    words: tuple[str, ...]
    tied_to: tuple[str, ...]
    drugs: str
    crisis: bool
    do_now: str
    for_clinicians: str
    source: str
    opened_on: str

    @property
    def reviewed(self) -> bool:
        """Whether it says where it was read and when; otherwise it is used for nothing."""
        return bool(self.source and self.opened_on)


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug as somebody named it: `names` of its ingredients, and `groups` (`atc:...`, `class:...`) as far as known.

    `known`: every ingredient is known by name; `classed`: of every one some group is known, too.
    """

    said: str
    names: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    known: bool = False
    classed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that applies, and why. `drug`: as it was named, where it applies because of that one."""

    rule: Rule
    applies: Applies
    drug: str | None = None


def meant(rules: Iterable[Rule], *, code: str | None, words: str) -> tuple[Rule, ...]:
    """Return the reviewed rules whose effect was chosen (`code`) or is written in the words, whatever the drug."""
    tokens = _tokens(words)
    return tuple(rule for rule in rules if rule.reviewed and (code in rule.effects or _written(rule.words, tokens)))


def urgent(rules: Iterable[Rule], drug: Drug | None, *, others: Sequence[Drug] = ()) -> tuple[Found, ...]:
    """Return which of these rules apply to the drug, the surest first; None: no drug is named.

    `others` are further drugs that the person takes: a rule that does not apply to the one that is named applies
    where it certainly applies to one of these.
    """
    asked = tuple(rules)
    recognised = drug is not None and any(_is(rule, drug) for rule in asked)
    sure = drug if drug is None or not recognised else replace(drug, known=True)
    found = [one for rule in asked if (one := _found(rule, sure, others)) is not None]
    return tuple(sorted(found, key=lambda one: (not one.rule.crisis, _ORDER.index(one.applies), one.rule.id)))


_ORDER = (Applies.NAMED, Applies.ANY, Applies.ALSO_TAKEN, Applies.MAY_BE)


def _found(rule: Rule, drug: Drug | None, others: Sequence[Drug]) -> Found | None:
    if not rule.tied_to:
        return Found(rule, Applies.ANY)
    if drug is not None and _is(rule, drug):
        return Found(rule, Applies.NAMED, drug.said)
    taken = next((other for other in others if _is(rule, other)), None)
    if taken is not None:
        return Found(rule, Applies.ALSO_TAKEN, taken.said)
    return Found(rule, Applies.MAY_BE) if drug is None or not _excludes(rule, drug) else None


def _is(rule: Rule, drug: Drug) -> bool:
    said = f" {' '.join(_WORD.findall(_plain(drug.said)))} "
    names = [key for kind, key in _keys(rule) if kind == "name"]
    if any(key in drug.names or f" {key} " in said for key in names):
        return True
    whole = {f"{kind}:{key}" for kind, key in _keys(rule) if kind == "class"}
    above = tuple(f"{kind}:{key}" for kind, key in _keys(rule) if kind == "atc")
    return bool(whole & drug.groups) or any(group.startswith(above) for group in drug.groups)


def _excludes(rule: Rule, drug: Drug) -> bool:
    """Say whether a drug that is not the rule's is known well enough to say so."""
    return drug.known and (drug.classed or all(kind == "name" for kind, _ in _keys(rule)))


def _keys(rule: Rule) -> list[tuple[str, str]]:
    return [(kind, key) for kind, _, key in (tied.partition(":") for tied in rule.tied_to)]


# words ------------------------------------------------------------------------------------------------

_APOSTROPHES = re.compile(r"['\u2018\u2019\u02bc`]")
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\W_]+|[.,;:!?\n]+")
_DENIES = frozenset({"no", "without", "denies", "denied"})
_BETWEEN = frozenset({"a", "an", "any", "the"})
_TURNS = frozenset(
    {"but", "now", "then", "before", "until", "till", "except", "only", "just", "doubt", "first", "yet", "again", "if"}
    | {"started", "still", "longer", "anymore", "more", "less", "idea", "matter", "relief", "sleep", "because", "due"}
    | {"with", "whether", "today", "yesterday", "since"}
)
"""With one of these in the text a denial may mean its opposite ("no rash before, but now"): it denies nothing."""


def _plain(text: str) -> str:
    return _APOSTROPHES.sub("", normalize("NFKC", text)).casefold()


def _tokens(text: str) -> tuple[str, ...]:
    """Return the words, and a mark where a clause ends."""
    return tuple(token if _WORD.fullmatch(token) else "|" for token in _TOKEN.findall(_plain(text)))


def _written(phrases: Sequence[str], tokens: tuple[str, ...]) -> bool:
    kept = _without([phrase[1:] for phrase in phrases if phrase.startswith("-")], tokens)
    wanted = [phrase.split(" + ") for phrase in phrases if not phrase.startswith("-")]
    return any(all(_stands(part.split(), kept) for part in parts) for parts in wanted)


def _without(masks: Iterable[str], tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words less the phrases that mean something else."""
    kept = list(tokens)
    for mask in masks:
        part = mask.split()
        for start in _places(part, tuple(kept)):
            kept[start : start + len(part)] = ["|"] * len(part)
    return tuple(kept)


def _stands(part: Sequence[str], tokens: tuple[str, ...]) -> bool:
    return any(not _denied(start, tokens) for start in _places(part, tokens))


def _places(part: Sequence[str], tokens: tuple[str, ...]) -> list[int]:
    """Return where these words follow each other; `*` stands for any ending."""
    last = len(tokens) - len(part)
    return [n for n in range(last + 1) if all(_fits(w, t) for w, t in zip(part, tokens[n:], strict=False))]


def _fits(word: str, token: str) -> bool:
    return token.startswith(word[:-1]) if word.endswith("*") else token == word


def _denied(start: int, tokens: tuple[str, ...]) -> bool:
    before = start - 1
    while before >= 0 and tokens[before] in _BETWEEN:
        before -= 1
    return before >= 0 and tokens[before] in _DENIES and not _TURNS & set(tokens)
