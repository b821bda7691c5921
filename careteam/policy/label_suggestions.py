"""Which labels an imported item's source, codes and drugs suggest, and what a holder gives up by leaving one out.

A suggestion labels nothing and opens nothing: the item waits until its holder confirms (`domain.md`, "Imports wait").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from careteam.policy.vocabulary import Label, SuggestionSource


@dataclass(frozen=True, slots=True)
class SensitiveCode:
    """Of one code system a range of codes, with everything below its ends; or, where `last` is empty, one code."""

    system: str
    first: str
    last: str
    label: Label
    meaning: str


@dataclass(frozen=True, slots=True)
class SensitiveDrug:
    """An ATC group (`atc`), an ingredient by its name (`name`) or a product by its RxNorm code (`rxnorm`)."""

    kind: str
    key: str
    label: Label
    meaning: str


@dataclass(frozen=True, slots=True)
class DrugClue:
    """What is known of an item's drug: what the item calls it, and the normalised names and codes of what is in it."""

    said: str
    names: frozenset[str] = frozenset()
    rxnorm: frozenset[str] = frozenset()
    atc: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Clues:
    """All that suggestions are made from: tags of the source, codes of a condition, the drug of an entry."""

    tagged: frozenset[Label] = frozenset()
    codes: tuple[tuple[str, str], ...] = ()
    drug: DrugClue | None = None


@dataclass(frozen=True, slots=True, order=True)
class Suggestion:
    """A label, where it comes from, and why, in words that a holder can judge."""

    label: Label
    source: SuggestionSource
    reason: str


def suggest(clues: Clues, codes: Iterable[SensitiveCode], drugs: Iterable[SensitiveDrug]) -> tuple[Suggestion, ...]:
    """Return the suggestions in a fixed order, each once. More clues or a longer table never take one away."""
    found = {Suggestion(label, SuggestionSource.SECURITY_TAG, _TAGGED) for label in clues.tagged}
    for row in codes:
        found |= {_of_code(row, code) for system, code in clues.codes if system == row.system and _within(code, row)}
    if clues.drug is not None:
        found |= {_of_drug(row, clues.drug) for row in drugs if _is(clues.drug, row)}
    return tuple(sorted(found))


def labels_of(suggestions: Iterable[Suggestion]) -> frozenset[Label]:
    """Return the labels that are suggested."""
    return frozenset(suggestion.label for suggestion in suggestions)


def part2_of(labels: Iterable[Label]) -> bool:
    """Say whether these labels count as `part2`: of a `substance_use` item the origin is unknown."""
    return Label.SUBSTANCE_USE in labels


def needs_reason(
    *, labels: frozenset[Label], part2: bool, before: frozenset[Label], suggested: frozenset[Label]
) -> frozenset[str]:
    """Return what this review gives up that may not go without a reason: labels, or `part2`.

    A label that somebody added; `part2` where substance use is confirmed; and a suggested `substance_use`.
    """
    given_up = before - labels | suggested & {Label.SUBSTANCE_USE} - labels
    denied = {"part2"} if Label.SUBSTANCE_USE in labels and not part2 else set()
    return frozenset({label.value for label in given_up} | denied)


_TAGGED = "The source tags it so."


def _of_code(row: SensitiveCode, code: str) -> Suggestion:
    return Suggestion(row.label, SuggestionSource.CONDITION_CODE, f"Code {code}: {row.meaning}.")


def _of_drug(drug: SensitiveDrug, clue: DrugClue) -> Suggestion:
    what = f"ATC {drug.key}, {drug.meaning}" if drug.kind == "atc" else drug.meaning
    return Suggestion(drug.label, SuggestionSource.DRUG, f"{clue.said}: {what}.")


def _within(code: str, row: SensitiveCode) -> bool:
    """Compare as far as the ends go, so that `F19` covers `F19.20`; ICD-10-CM orders letters after digits, too."""
    found, first, last = _plain(code), _plain(row.first), _plain(row.last)
    if not last:
        return found == first
    return first <= found[: len(first)] and found[: len(last)] <= last


@lru_cache(maxsize=4096)
def _plain(code: str) -> str:
    return code.strip().upper().replace(".", "")


def _is(clue: DrugClue, drug: SensitiveDrug) -> bool:
    match drug.kind:
        case "atc":
            return any(code.startswith(drug.key) for code in clue.atc)
        case "name":
            return drug.key in clue.names
        case "rxnorm":
            return drug.key in clue.rxnorm
    raise ValueError(f"not a kind of drug: {drug.kind}")
