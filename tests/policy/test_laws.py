"""Laws that hold whatever the facts are: what narrows never widens, and order says nothing."""

from dataclasses import replace
from random import Random
from uuid import UUID

import pytest

from careteam.policy.facts import Against, Limit
from careteam.policy.vocabulary import ConsentKind, EmergencyRule, Label, Purpose
from tests.policy import worlds
from tests.policy.asking import POLICY, reason
from tests.policy.matching import ItemFact, permits
from tests.policy.narrowing import NARROWING, Change
from tests.policy.reference import Question

ITEMS = 15
OWN = {"own_record", "author", "holder"}


class World:
    """One random question and some items."""

    def __init__(self, rng: Random) -> None:
        self.question = worlds.question(rng)
        self.items = worlds.items(rng, self.question, ITEMS)

    def opened(self, q: Question | None = None) -> dict[ItemFact, tuple[str | None, UUID | None]]:
        """Return the items that the policy opens, each with the reason."""
        scope = POLICY.scope(q or self.question)
        return {i: reason(permit) for i in self.items if (permit := permits(scope, i))}


@pytest.fixture
def rng(pairs_seed: int) -> Random:
    """The same chances for each law."""
    return Random(pairs_seed)


@pytest.fixture(scope="module")
def some_worlds(pairs: int, pairs_seed: int) -> list[World]:
    """One world for every hundred pairs."""
    rng = Random(pairs_seed)
    return [World(rng) for _ in range(max(300, pairs // 100))]


@pytest.mark.parametrize("change", NARROWING.values(), ids=NARROWING)
def test_never_widens(some_worlds: list[World], rng: Random, change: Change) -> None:
    narrowed = 0
    for world in some_worlds:
        before, after = world.opened(), world.opened(change(rng, world.question))
        assert after.keys() <= before.keys(), world.question
        narrowed += after.keys() < before.keys()
    assert narrowed, "the change never mattered: the law was not tried"


def test_adding_a_label_to_an_item_never_opens_it(some_worlds: list[World], rng: Random) -> None:
    narrowed = 0
    for world in some_worlds:
        scope, label = POLICY.scope(world.question), rng.choice(tuple(Label))
        for item in world.items:
            before, after = permits(scope, item), permits(scope, replace(item, labels=item.labels | {label}))
            assert before or not after, (world.question, item, label)
            narrowed += bool(before and not after)
    assert narrowed


def test_order_and_repetition_say_nothing(some_worlds: list[World], rng: Random) -> None:
    for world in some_worlds:
        q = world.question
        shuffled = replace(
            q,
            consents=tuple(rng.sample(q.consents * 2, 2 * len(q.consents))),
            restrictions=tuple(rng.sample(q.restrictions * 2, 2 * len(q.restrictions))),
            team=replace(q.team, memberships=tuple(reversed(q.team.memberships * 2))),
        )
        assert world.opened(shuffled) == world.opened(), q


def test_what_opens_nothing_changes_nothing(some_worlds: list[World], rng: Random) -> None:
    for world in some_worlds:
        more = [worlds.consent(rng, n) for n in range(90, 96)]
        idle = (
            replace(more[0], signed=False),
            replace(more[1], revoked=True),
            replace(more[2], kind=ConsentKind.SUD_COUNSELING_NOTES),
            replace(more[3], purpose=Purpose.PAYMENT),
            replace(more[4], recipients=frozenset()),
            replace(more[5], classes=frozenset()),
        )
        lifted = replace(worlds.restriction(rng, 97), lifted=True)
        q = world.question
        changed = replace(q, consents=(*idle, *q.consents), restrictions=(lifted, *q.restrictions))
        assert world.opened(changed) == world.opened(), changed


def test_permits_add_up_and_never_combine(some_worlds: list[World]) -> None:
    several = 0
    for world in some_worlds:
        q = world.question
        each = [set(world.opened(replace(q, consents=(c,)))) for c in q.consents]
        alone = set(world.opened(replace(q, consents=())))
        assert world.opened().keys() == alone.union(*each), q
        several += len([opened for opened in each if opened > alone]) > 1
    assert several


def test_no_restriction_reaches_what_is_ones_own(some_worlds: list[World]) -> None:
    everything = replace(worlds.restriction(Random(0), 98), limit=Limit(), lifted=False, against=Against())
    everything = replace(everything, emergency=EmergencyRule.WITHHOLD)
    for world in some_worlds:
        before = world.opened()
        after = world.opened(replace(world.question, restrictions=(everything,)))
        assert {i for i, r in before.items() if r[0] in OWN} <= after.keys()
        assert {r[0] for r in after.values()} <= OWN


def test_only_the_author_opens_a_draft_and_what_special_notes_they_release(
    some_worlds: list[World],
) -> None:
    for world in some_worlds:
        for item, (clause, _) in world.opened().items():
            assert clause == "author" or not item.draft
            if item.item_class == "psychotherapy_note" and clause not in {"author", "holder"}:
                assert item.id in {r.item_id for r in world.question.grounds.releases}
                assert clause in {"own_record", "release"}
