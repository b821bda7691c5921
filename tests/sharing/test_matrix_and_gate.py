"""The matrix says what the gate does, for random worlds, to the millisecond, on both databases."""

from collections.abc import Set
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from careteam.policy import horizon, matrix
from careteam.policy.scope import Directed, Scope
from tests.access.asking import numbers
from tests.policy.grid import GRID
from tests.policy.matching import permits
from tests.sharing.cells_check import differences, world

WORLDS = 40
"""Of those asked in SQL; ten times as many are asked in Python."""


def unsent(scope: Scope) -> Scope:
    """Return the scope without what the patient sent, item by item: the matrix is about what consents open."""
    return replace(scope, permits=tuple(p for p in scope.permits if not isinstance(p, Directed)))


def by_oracle(scope: Scope) -> Set[UUID]:
    return {item.id for item in GRID if permits(unsent(scope), item)}


def test_the_matrix_is_what_the_gate_opens(grid: Session, pairs_seed: int) -> None:
    rng = Random(pairs_seed)
    for _ in range(WORLDS):
        assert list(differences(world(rng), lambda scope: numbers(grid, unsent(scope)).keys())) == [], pairs_seed


def test_the_matrix_is_what_the_rule_opens(pairs_seed: int) -> None:
    rng = Random(pairs_seed + 1)
    for _ in range(WORLDS * 4):
        assert list(differences(world(rng), by_oracle)) == [], pairs_seed


def _found(seed: int) -> bool:
    rng = Random(seed)
    return any(next(differences(world(rng), by_oracle), None) for _ in range(60))


def test_the_comparison_finds_an_end_that_is_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "turning_points", lambda *a, **k: horizon.turning_points(*a, **k)[1:])
    assert _found(1)


def test_the_comparison_finds_an_end_that_ignores_the_other_consents(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(ask: object, holders: object, moments: list[object], **_: object) -> dict[object, object]:
        return dict.fromkeys(horizon.shared_until(ask, holders, (), **_), next(iter(moments), None))  # type: ignore[arg-type]

    monkeypatch.setattr(matrix, "shared_until", first)
    assert _found(2)


def test_the_comparison_finds_labels_that_a_restriction_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "opened_labels", lambda permit, *_: permit.labels)
    assert _found(3)
