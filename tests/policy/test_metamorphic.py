"""The eight laws over the policy: as many random questions for each as `--laws` says (see `tests.policy.laws`)."""

from collections.abc import Iterable
from random import Random

import pytest

from tests.policy import worlds
from tests.policy.asking import POLICY, Policy
from tests.policy.laws import LAWS, Law, broken
from tests.policy.matching import ItemFact, permits
from tests.policy.mutants import Mutant, modules
from tests.policy.reference import Question

ITEMS = 12
SEED, QUESTIONS = 20_260_310, 2500
"""Of the faults: what is tested there is whether a law can find one."""


def opened(policy: Policy, q: Question, items: Iterable[ItemFact]) -> list[str | None]:
    """Return by which clause each item is open, None where it is shut."""
    scope = policy.scope(q)
    return [permit.clause if (permit := permits(scope, i)) else None for i in items]


def first_break(law: Law, policy: Policy, *, seed: int, questions: int) -> tuple[str, int]:
    """Ask until the law is broken; return how, and how often the change mattered."""
    rng, mattered = Random(seed), 0
    for _ in range(questions):
        q = worlds.question(rng)
        items = worlds.items(rng, q, ITEMS)
        changed, became = law.change(rng, q, items)
        before, after = opened(policy, q, items), opened(policy, changed, (became.get(i, i) for i in items))
        mattered += before != after or changed != q
        if wrong := broken(law, _by(items, before), _by(items, after), became):
            return f"{wrong}: {q}", mattered
    return "", mattered


def _by(items: list[ItemFact], clauses: list[str | None]) -> dict[ItemFact, str | None]:
    return dict(zip(items, clauses, strict=True))


@pytest.mark.parametrize("name", LAWS)
def test_the_policy_obeys(name: str, laws: int, laws_seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    wrong, mattered = first_break(LAWS[name], POLICY, seed=laws_seed, questions=laws)
    with capsys.disabled():
        said = f"policy, {name}: {laws} questions from --laws-seed {laws_seed}, {mattered} changed"
        print(f"\n{said}, {int(bool(wrong))} counter-examples", end="")
    assert not wrong
    assert mattered


def _sharing(old: str, new: str) -> Mutant:
    return Mutant("", "careteam.policy.sharing", old, new)


FAULTS: dict[str, tuple[str, Mutant]] = {
    "only the newest restrictions count": (
        "adding a restriction never widens",
        _sharing(
            "for r in sorted(standing, key=lambda r: r.id))", "for r in sorted(standing, key=lambda r: r.id)[-2:])"
        ),
    ),
    "the newest consent wins": (
        "removing a permit never widens",
        _sharing("sorted(consents, key=lambda c: c.id)", "sorted(consents, key=lambda c: c.id)[-1:]"),
    ),
    "what is over is open again": (
        "shortening a period never widens",
        _sharing(
            "consent.valid_from <= at < consent.valid_until", "not consent.valid_from <= at < consent.valid_until"
        ),
    ),
    "the order of consents is not theirs": (
        "order does not matter",
        _sharing("for consent in sorted(consents, key=lambda c: c.id)", "for consent in list(consents)[-1:]"),
    ),
    "what stands twice is an exception": (
        "duplicates do not matter",
        _sharing(
            "standing = [r for r in restrictions if",
            "standing = [r for r in set(restrictions) if list(restrictions).count(r) == 1 and",
        ),
    ),
    "any purpose is treatment": (
        "a consent in unknown words opens nothing",
        _sharing(" and consent.purpose is Purpose.TREATMENT\n", "\n"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_breaks_its_law(fault: str) -> None:
    name, mutant = FAULTS[fault]
    changed = modules(mutant)
    policy = Policy(changed["careteam.policy.sharing"].readable, changed["careteam.policy.scope"].sections)
    wrong, _ = first_break(LAWS[name], policy, seed=SEED, questions=QUESTIONS)
    assert wrong
