"""Our table against a second one: every agreement and disagreement is named, with a reason; a new one fails."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from uuid import UUID

import pytest

from careteam.interaction_rules import knowledge
from careteam.policy.interactions import Taken, checked
from tests.reminders.ansm import thesaurus

HERE = Path(__file__).parent / "ansm"
needs_the_thesaurus = pytest.mark.skipif(not thesaurus.FOLDER.exists(), reason=thesaurus.MISSING)


def _rows(name: str) -> list[list[str]]:
    lines = HERE.joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")][1:]


def french() -> Mapping[str, str]:
    """Our names, and the French ones."""
    return {row[0]: row[1] for row in _rows("names.tsv")}


def ours(one: str, other: str) -> str:
    """What our table says of two drugs at worst; empty: nothing."""
    found = checked([Taken(UUID(int=1), one), Taken(UUID(int=2), other)], knowledge()).reminders
    return found[0].severity if found else ""


def compared() -> Iterator[tuple[str, str, str, str]]:
    """Each pair of which one of the two tables says something."""
    names = french()
    for one, other in combinations(sorted(names), 2):
        said = ours(one, other), thesaurus.level(names[one], names[other])
        if any(said):
            yield one, other, *said


@needs_the_thesaurus
def test_every_french_name_is_one_of_the_thesaurus() -> None:
    assert [name for name in french().values() if not thesaurus.knows(name)] == []


@needs_the_thesaurus
def test_agreements_and_disagreements_are_those_that_are_named() -> None:
    named = {(one, other): (mine, theirs) for one, other, mine, theirs, _ in _rows("compared.tsv")}
    found = {(one, other): (mine, theirs) for one, other, mine, theirs in compared()}
    changed = {pair: (named.get(pair), found.get(pair)) for pair in named | found if named.get(pair) != found.get(pair)}
    assert changed == {}


def test_every_disagreement_has_a_reason() -> None:
    reasons = {key for key, _ in _rows("reasons.tsv")}
    rows = _rows("compared.tsv")
    for one, other, mine, theirs, reason in rows:
        assert (reason == "agree") == bool(mine and theirs), (one, other)
        assert reason in reasons, (one, other)
    assert {row[4] for row in rows} == reasons


def test_where_both_are_severe_neither_is_silent_without_a_named_reason() -> None:
    """What the second source forbids or advises against, and ours does not know, is a short list that is read."""
    silent = [row for row in _rows("compared.tsv") if row[3] in {"contraindicated", "advised against"} and not row[2]]
    severe = [row for row in _rows("compared.tsv") if row[3] in {"contraindicated", "advised against"}]
    assert len(silent) < len(severe) / 3
    assert {row[4] for row in silent} <= {"no-source", "parkinson", "heart", "linezolid", "pressure"}
