"""Every deliberate fault in the rule is found twice: by the case table, and by the reference decision."""

from collections import Counter

import pytest

from tests.policy.asking import Policy, wrong_rows, wrong_sections
from tests.policy.cases import CASES
from tests.policy.cases_of_sections import SECTIONS
from tests.policy.edges import EDGES
from tests.policy.mutants import MUTANTS, Mutant, modules
from tests.policy.test_reference import disagreements

SEED, PAIRS = 20_260_302, 40_000
"""Fixed: what is tested here is whether the comparison can find a fault."""


def policy(mutant: Mutant) -> Policy:
    changed = modules(mutant)
    return Policy(changed["careteam.policy.sharing"].readable, changed["careteam.policy.scope"].sections)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_the_case_table_finds(mutant: Mutant) -> None:
    changed = policy(mutant)
    assert wrong_rows(changed, CASES + EDGES) or wrong_sections(changed, SECTIONS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_the_reference_finds(mutant: Mutant) -> None:
    assert next(disagreements(policy(mutant), pairs=PAIRS, seed=SEED), None)


def test_each_mutant_is_a_different_fault() -> None:
    names, texts = Counter(m.name for m in MUTANTS), Counter((m.module, m.old, m.new) for m in MUTANTS)
    assert {name: times for name, times in (names | texts).items() if times > 1} == {}
    assert len(MUTANTS) >= 25
