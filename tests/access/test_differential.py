"""The SQL against the oracle: the same scope held against the same items gives the same rows and reasons."""

from collections import Counter
from dataclasses import replace
from itertools import chain
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careteam import access
from careteam.models import Item, Medication, Note
from careteam.policy.scope import Scope
from careteam.policy.vocabulary import ItemClass
from tests.access.asking import differences, numbers, scopes
from tests.access.mutants import MUTANTS, visible
from tests.access.scopes import every_release, everything
from tests.access.scopes import scopes as any_scope
from tests.access.stored import OTHER_RECORD
from tests.policy.cast import RECORD
from tests.policy.grid import BY_ID, GRID
from tests.policy.mutants import Mutant

LEAST = 40
"""Scopes asked, however few pairs are wanted."""
SEED = 20_260_302
"""Of the mutants: what is tested there is whether the comparison can find a fault."""
ODD = (Scope(RECORD, (everything(classes=frozenset(ItemClass)),)), Scope(RECORD, (every_release(),)))
"""What the policy never makes."""


@given(any_scope)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_scope_opens_the_same_in_sql_and_in_python(grid: Session, scope: Scope) -> None:
    assert differences(grid, scope) == set()


def test_scopes_of_the_policy_open_the_same_in_sql_and_in_python(
    grid: Session, pairs: int, pairs_seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    count, clauses = max(LEAST, pairs // len(GRID)), Counter[str]()
    for scope in scopes(Random(pairs_seed), count):
        assert differences(grid, scope) == set(), (pairs_seed, scope)
        clauses.update(scope.permits[n].clause for n in numbers(grid, scope).values())
    asked = count * len(GRID)
    shares = {clause: times / clauses.total() for clause, times in sorted(clauses.items())}
    shown = ", ".join(f"{clause} {share:.1%}" for clause, share in shares.items())
    with capsys.disabled():
        name = grid.get_bind().dialect.name
        print(f"\n{name}: seed {pairs_seed}, {asked} pairs, {clauses.total()} open: {shown}")
    assert {"own_record", "author", "holder", "consent", "emergency", "representation"} <= {
        k for k, v in shares.items() if v >= 0.01
    }
    assert clauses["release"]
    assert 0.05 < clauses.total() / asked < 0.95


def test_a_list_shows_what_single_reads_show_and_a_count_counts_it(grid: Session, pairs_seed: int) -> None:
    rng = Random(pairs_seed)
    for scope in scopes(rng, 15):
        shown, some = numbers(grid, scope), rng.sample(tuple(BY_ID), 20)
        one_by_one = [i for i in some if grid.execute(access.visible(Item, scope, Item.id).where(Item.id == i)).all()]
        rows = access.visible(Item, scope, Item.id).subquery()
        assert one_by_one == [i for i in some if i in shown]
        assert grid.scalar(select(func.count()).select_from(rows)) == len(shown)


def test_a_list_of_one_kind_shows_what_the_list_of_all_shows_of_it(grid: Session, pairs_seed: int) -> None:
    for scope in scopes(Random(pairs_seed), 15):
        shown = numbers(grid, scope)
        medications = {i: n for i, n in shown.items() if BY_ID[i].item_class is ItemClass.MEDICATION}
        assert numbers(grid, scope, model=Medication) == medications
        assert numbers(grid, scope, model=Note) == {i: n for i, n in shown.items() if i not in medications}


def test_several_records_at_once_show_what_each_shows(grid: Session, pairs_seed: int) -> None:
    rng = Random(pairs_seed)
    for scope in scopes(rng, 20):
        other, none = next(scopes(rng, 1)), Scope(OTHER_RECORD)
        for beside in (replace(scope, patient_id=OTHER_RECORD), replace(other, patient_id=OTHER_RECORD), none):
            asked = access.visible_in_each(Item, (scope, beside), Item.id, Item.patient_id)
            found = {row.id: (row.patient_id, row.permit) for row in grid.execute(asked)}
            alone = {
                row.id: (one.patient_id, row.permit)
                for one in (scope, beside)
                for row in grid.execute(access.visible(Item, one, Item.id))
            }
            assert found == alone, (pairs_seed, scope, beside)


def test_no_record_at_all_shows_nothing(grid: Session) -> None:
    assert grid.execute(access.visible_in_each(Item, (), Item.id)).all() == []


def test_a_scope_without_permits_opens_nothing(grid: Session) -> None:
    assert numbers(grid, Scope(GRID[0].patient_id)) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_the_comparison_finds(grid: Session, mutant: Mutant) -> None:
    changed = visible(mutant)
    assert any(differences(grid, scope, changed) for scope in chain(ODD, scopes(Random(SEED), 120)))


def test_each_mutant_is_a_different_fault() -> None:
    assert len({m.name for m in MUTANTS}) == len({(m.old, m.new) for m in MUTANTS}) == len(MUTANTS) >= 25
