"""The policy's own matcher against its partner in the tests, which is held against the gate's SQL row by row."""

from dataclasses import replace
from random import Random
from uuid import UUID

from hypothesis import HealthCheck, given, settings

from careteam.policy.matching import ItemFact, permit_for
from careteam.policy.scope import Scope
from tests.access.asking import scopes
from tests.access.scopes import scopes as any_scope
from tests.policy.grid import GRID
from tests.policy.matching import permits


def differing(scope: Scope) -> list[ItemFact]:
    """Return the items for which the two name another permit."""
    return [item for item in GRID if permit_for(scope, item) is not permits(scope, item)]


@given(any_scope)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_scope_opens_the_same(scope: Scope) -> None:
    assert differing(scope) == []


def test_scopes_of_the_policy_open_the_same(pairs: int, pairs_seed: int) -> None:
    for scope in scopes(Random(pairs_seed), max(40, pairs // len(GRID))):
        assert differing(scope) == [], (pairs_seed, scope)


def test_another_patients_item_is_never_opened() -> None:
    for scope in scopes(Random(1), 20):
        elsewhere = replace(scope, patient_id=UUID(int=1))
        assert [i for i in GRID if permit_for(elsewhere, i)] == []
