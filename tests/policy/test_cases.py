"""The rule as a case table, asked of the policy and of the reference."""

from collections import Counter

import pytest

from tests.policy import reference
from tests.policy.asking import POLICY, differences, wrong_rows, wrong_sections
from tests.policy.cases import CASES
from tests.policy.cases_of_sections import SECTIONS, SectionCase
from tests.policy.cast import Case
from tests.policy.edges import EDGES
from tests.policy.reference import decide

EVERY_OUTCOME = {
    "own_record", "representation", "author", "holder", "consent", "directed", "release", "emergency",
    "disabled", "unverified", "draft", "awaits review", "another patient's record", "2", "3", "5", "6",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES + EDGES, ids=lambda c: c.name)
def test_each_sentence_and_each_boundary(case: Case) -> None:
    decided = decide(case.question, case.item)
    assert wrong_rows(POLICY, [case]) == []
    assert case.expect in {decided.clause, decided.because}, "right for another reason"
    assert differences(POLICY, case.question, [case.item]) == []


@pytest.mark.parametrize("row", SECTIONS, ids=lambda c: c.name)
def test_each_section_is_shown_as_shared_or_not(row: SectionCase) -> None:
    assert wrong_sections(POLICY, [row]) == []
    assert reference.sections(row.question, row.holder_id) == row.shared


def test_the_table_is_large_and_says_each_thing_once() -> None:
    names = Counter(c.name for c in CASES + EDGES)
    assert [name for name, times in names.items() if times > 1] == []
    assert len(CASES) >= 120
    assert len(EDGES) >= 200
    assert {c.expect for c in CASES} == EVERY_OUTCOME
