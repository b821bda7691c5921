"""A fixed grid of items: every combination of class, holder, author, labels, state and date that matters."""

from datetime import date
from itertools import product
from uuid import UUID

from careteam.policy.vocabulary import ItemClass, Label
from tests.policy.cast import BO, MEDICATION, PATIENT, PAUL, PROGRESS, PSYCHOTHERAPY, RECORD, TESS
from tests.policy.matching import ItemFact

CLASSES = (PROGRESS, MEDICATION, PSYCHOTHERAPY, ItemClass.MESSAGE)
HOLDERS = (None, TESS, PAUL, BO)
AUTHORS = (None, PATIENT, TESS, PAUL)
LABELS = (
    frozenset[Label](),
    frozenset({Label.HIV}),
    frozenset({Label.SUBSTANCE_USE}),
    frozenset({Label.HIV, Label.VIOLENCE}),
    frozenset(Label),
)
STATES = ((False, False), (True, False), (False, True))
SENT = (frozenset[UUID](), frozenset({PAUL}), frozenset[UUID](), frozenset({TESS, BO}), frozenset({PAUL, PATIENT}))
"""To whom an item was sent; of what others hold it opens nothing."""
DATES = (date(2026, 2, 9), date(2026, 2, 10), date(2026, 2, 11))

GRID: tuple[ItemFact, ...] = tuple(
    ItemFact(UUID(int=0x100000 + n), RECORD, item_class, author, holder, on, labels, draft, awaits, SENT[n % len(SENT)])
    for n, (item_class, holder, author, labels, (draft, awaits), on) in enumerate(
        product(CLASSES, HOLDERS, AUTHORS, LABELS, STATES, DATES)
    )
)
BY_ID = {item.id: item for item in GRID}
