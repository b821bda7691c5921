"""The policy against the reference decision: random worlds, every outcome and every attribute well represented."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careteam.policy.facts import Consent, Restriction
from tests.policy import worlds
from tests.policy.asking import POLICY, Policy, differences
from tests.policy.cast import OF_PATIENT, OF_TEAM
from tests.policy.reference import Question, decide

ITEMS = 20
"""Items asked about in one world."""
COMMON = {"own_record", "author", "holder", "consent", "draft", "2", "5", "6"}
RARE = {"disabled", "unverified", "awaits review", "3", "representation", "release", "emergency", "directed"}


def disagreements(policy: Policy, *, pairs: int, seed: int) -> Iterator[str]:
    """Yield where the policy and the reference disagree, in so many pairs of a world and an item."""
    rng = Random(seed)
    for _ in range(pairs // ITEMS):
        q = worlds.question(rng)
        yield from (f"{found} in {q}" for found in differences(policy, q, worlds.items(rng, q, ITEMS)))


@given(st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_policy_decides_like_the_reference_and_a_counterexample_is_small(rng: Random) -> None:
    q = worlds.question(rng)
    assert differences(POLICY, q, worlds.items(rng, q, 4)) == []


def test_the_policy_decides_like_the_reference(pairs: int, pairs_seed: int) -> None:
    assert next(disagreements(POLICY, pairs=pairs, seed=pairs_seed), None) is None


def test_every_outcome_is_asked_for(pairs: int, pairs_seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    shares = _shares(min(pairs, 40_000), pairs_seed)
    with capsys.disabled():
        print(f"\nseed {pairs_seed}, outcomes: " + ", ".join(f"{k} {v:.1%}" for k, v in sorted(shares.items())))
    assert {k: v for k, v in shares.items() if k in COMMON and v < 0.025} == {}
    assert {k: v for k, v in shares.items() if k in RARE and v < 0.001} == {}
    assert shares.keys() == COMMON | RARE


def test_every_attribute_of_consents_and_restrictions_is_asked_for(pairs_seed: int) -> None:
    rng = Random(pairs_seed)
    asked = [worlds.question(rng) for _ in range(2000)]
    consents, restrictions = [c for q in asked for c in q.consents], [r for q in asked for r in q.restrictions]
    seen = Counter(name for c in consents for name, has in _provisions(c).items() if has)
    limits = Counter(name for r in restrictions for name, has in _limits(r).items() if has)
    assert {k for k in _provisions(consents[0]) if seen[k] < 0.1 * len(consents)} == set()
    assert {k for k in _limits(restrictions[0]) if limits[k] < 0.1 * len(restrictions)} == set()


def _shares(pairs: int, seed: int) -> dict[str, float]:
    rng, found = Random(seed), Counter[str]()
    for _ in range(pairs // ITEMS):
        q = worlds.question(rng)
        found.update(_outcome(q, rng))
    return {outcome: times / found.total() for outcome, times in found.items()}


def _outcome(q: Question, rng: Random) -> Iterator[str]:
    for item in worlds.items(rng, q, ITEMS):
        decided = decide(q, item)
        yield decided.clause or decided.because


def _provisions(c: Consent) -> dict[str, bool]:
    return {
        "labels": bool(c.labels),
        "excepted items": bool(c.exceptions.items),
        "excepted holders": bool(c.exceptions.holders),
        "superseded": c.superseded_at is not None,
        "data from": c.data_from is not None,
        "data through": c.data_through is not None,
        "of the patient": OF_PATIENT in c.disclosers,
        "of the team": OF_TEAM in c.disclosers,
        "to a role": any(r.role for r in c.recipients),
        "to a member": any(r.user_id for r in c.recipients),
    }


def _limits(r: Restriction) -> dict[str, bool]:
    return {
        "class": r.limit.item_class is not None,
        "label": r.limit.label is not None,
        "holder": r.limit.holder_id is not None,
        "patient": r.limit.of_patient,
        "item": r.limit.item_id is not None,
        "member": r.against.user_id is not None,
        "role": r.against.role is not None,
        "lifted": r.lifted,
    }
