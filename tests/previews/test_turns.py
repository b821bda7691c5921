"""Between the turns that are told nothing else changes: at any instant, the rule says what was told up to then."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from careteam.policy.changes import Decided, joined, lifted, moments, restricted, revoked, signed, turns
from careteam.policy.facts import Reader
from careteam.policy.narrowing import Part
from careteam.policy.scope import Scope
from tests.policy import worlds
from tests.policy.cast import DAY, HOUR, NOW, PATIENT, TICK
from tests.policy.grid import GRID
from tests.policy.matching import permits
from tests.policy.reference import Question

ITEMS = GRID[::5]
INSTANTS = (NOW, NOW + TICK, NOW + HOUR, NOW + DAY - TICK, NOW + DAY, NOW + 2 * DAY, NOW + 400 * DAY)


def facts(q: Question) -> Decided:
    """What is decided in a random question."""
    return Decided(q.team, q.consents, q.restrictions)


def acted(rng: Random, before: Decided) -> Decided:
    """Do a random act."""
    consent = worlds.consent(rng, 9)
    return rng.choice((
        lambda: signed(before, consent, ends=before.consents[0].id if before.consents else None),
        lambda: revoked(before, {c.id for c in before.consents[:1]}, Part(), at=NOW),
        lambda: restricted(before, worlds.restriction(rng, 9)),
        lambda: lifted(before, before.restrictions[0].id) if before.restrictions else before,
        lambda: joined(before, worlds.membership(rng, rng.choice(worlds.CLINICIANS))),
    ))()  # fmt: skip


def read(scope: Scope) -> set[int]:
    """What a scope opens, by the items' places."""
    return {n for n, item in enumerate(ITEMS) if permits(scope, item)}


@settings(max_examples=80, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_differs_at_any_instant_was_told_by_then(rng: Random) -> None:
    q = worlds.question(rng)
    before = facts(q)
    after = acted(rng, before)
    found = turns(q.reader, before, after, moments(before, after, at=NOW))
    for at in INSTANTS:
        told = [(read(t.without_it), read(t.with_it)) for t in found if t.at <= at]
        without, with_it = (read(decided.scope(q.reader, at)) for decided in (before, after))
        assert with_it - without <= set[int]().union(*(more - less for less, more in told))
        assert without - with_it <= set[int]().union(*(less - more for less, more in told))


@given(st.randoms(use_true_random=False))
def test_an_act_that_changes_nothing_has_no_turns(rng: Random) -> None:
    q = worlds.question(rng)
    before = facts(q)
    assert turns(q.reader, before, facts(q), moments(before, before, at=NOW)) == []


@given(st.randoms(use_true_random=False))
def test_the_patients_reading_never_turns(rng: Random) -> None:
    q = worlds.question(rng)
    before = facts(q)
    after = acted(rng, before)
    assert turns(Reader(PATIENT), before, after, moments(before, after, at=NOW)) == []
