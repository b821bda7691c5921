"""The eight laws over the gate: the same changes, and the rows that SQL lets through before and after.

The scope is the policy's, the rows are items of the grid and copies of them with more labels and in unknown words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from careteam import access, models
from careteam.models import Item
from careteam.policy.vocabulary import Label
from tests.access import stored
from tests.access.asking import Visible
from tests.access.conftest import emptied
from tests.access.mutants import MUTANTS, visible
from tests.policy import worlds
from tests.policy.asking import POLICY
from tests.policy.cast import PATIENT, RECORD
from tests.policy.grid import BY_ID
from tests.policy.laws import LAWS, UNKNOWN, Law, broken
from tests.policy.matching import ItemFact
from tests.policy.mutants import Mutant
from tests.policy.reference import Question

SHOWN = 60
"""Items of the grid in the table, drawn once."""
SEED, QUESTIONS = 20_260_310, 300
UNKNOWN_LABEL = 1 << 20
COPIES = (*Label, UNKNOWN, "class")
"""Of every item there is a copy with each label more, one with an unknown label, and one of an unknown class."""
ITEMS = tuple(BY_ID[i] for i in Random(SEED).sample(sorted(BY_ID), SHOWN))


def copy_id(item: ItemFact, change: Any) -> UUID:
    """The id of a copy."""
    return UUID(int=item.id.int + (1 + COPIES.index(change)) * 0x1000000)


@pytest.fixture(scope="module")
def some_items(database_url: str) -> Iterator[Session]:
    """The items and their copies as rows."""
    with emptied(database_url) as session:
        stored.add(session, models.User, map(stored.user, (*stored.EVERYWHERE, PATIENT)))
        stored.add(session, models.Patient, [stored.patient(RECORD, PATIENT)])
        copies = [replace(i, id=copy_id(i, c), labels=_labels(i, c)) for i in ITEMS for c in COPIES]
        stored.add(session, Item, map(stored.item, (*ITEMS, *copies)))
        for change, said in ((UNKNOWN, f"labels = labels + {UNKNOWN_LABEL}"), ("class", f"item_class = '{UNKNOWN}'")):
            ids = ", ".join(f"'{_stored(session, copy_id(i, change))}'" for i in ITEMS)
            session.execute(text(f"UPDATE item SET {said} WHERE id IN ({ids})"))
        session.commit()
        yield session


def _labels(item: ItemFact, change: Any) -> frozenset[Label]:
    return item.labels | {change} if change in set(Label) else item.labels


def _stored(session: Session, key: UUID) -> str:
    return str(key) if session.get_bind().dialect.name == "postgresql" else key.hex


def clauses(session: Session, q: Question, gate: Visible) -> Mapping[UUID, str]:
    """Return what the gate lets through, each with the clause."""
    scope = POLICY.scope(q)
    rows = session.execute(gate(Item, scope, Item.id))
    return {row.id: scope.permits[row.permit].clause for row in rows}


def first_break(session: Session, law: Law, gate: Visible, *, seed: int, questions: int) -> tuple[str, int]:
    """Ask until the law is broken; return how, and how often the change mattered."""
    rng, mattered = Random(seed), 0
    for _ in range(questions):
        q = worlds.question(rng)
        items = [i for i in ITEMS if i.id not in _named(q)]
        changed, became = law.change(rng, q, items)
        first = clauses(session, q, gate)
        then = first if changed == q and not law.same else clauses(session, changed, gate)
        before = {i: first.get(i.id) for i in items}
        after = {i: then.get(_row(i, became.get(i, i))) for i in items}
        mattered += before != after or changed != q
        if wrong := broken(law, before, after, became):
            return f"{wrong}: {q}", mattered
    return "", mattered


def _named(q: Question) -> set[UUID | None]:
    """The items that the facts name by their id: a copy has another one, and is another item to them."""
    return {i for c in q.consents for i in c.exceptions.items} | {r.limit.item_id for r in q.restrictions}


def _row(item: ItemFact, became: ItemFact) -> UUID:
    if became.item_class != item.item_class:
        return copy_id(item, "class")
    more = became.labels - item.labels
    return copy_id(item, next(iter(more))) if more else item.id


@pytest.mark.parametrize("name", LAWS)
def test_the_gate_obeys(
    some_items: Session, name: str, laws: int, laws_seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, mattered = first_break(some_items, LAWS[name], access.visible, seed=laws_seed, questions=laws)
    with capsys.disabled():
        said = f"gate on {some_items.get_bind().dialect.name}, {name}: {laws} questions from --laws-seed {laws_seed}"
        print(f"\n{said}, {mattered} changed, {int(bool(wrong))} counter-examples", end="")
    assert not wrong
    assert mattered


FAULTS = {
    "only an item that every restriction covers is closed": "adding a restriction never widens",
    "a restriction on a label covers items without it": "adding a label never widens",
    "a consent opens every label": "an item of an unknown class or label opens to nobody else",
}
"""Faults of the gate, with the law that each must break. What opens one item more to everybody breaks none."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_gate_breaks_its_law(some_items: Session, fault: str) -> None:
    mutant: Mutant = next(m for m in MUTANTS if m.name == fault)
    wrong, _ = first_break(some_items, LAWS[FAULTS[fault]], visible(mutant), seed=SEED, questions=QUESTIONS)
    assert wrong
