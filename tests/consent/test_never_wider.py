"""What is left of a consent is never wider: not for any reader, item, or instant; and the part is gone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from careteam.policy.facts import Consent, Discloser, Reader, Recipient, Team, Verification
from careteam.policy.narrowing import Part, covers, without
from careteam.policy.sharing import in_force, readable
from careteam.policy.vocabulary import CLINICAL_ROLES, ItemClass, Role
from tests.policy import worlds
from tests.policy.cast import BO, DAY, ELM, NOW, OAK, PAUL, TESS, TICK, consent, member, team
from tests.policy.grid import GRID
from tests.policy.matching import ItemFact, permits

ITEMS = GRID[::7]
INSTANTS = (NOW - DAY, NOW - TICK, NOW, NOW + TICK, NOW + DAY, NOW + 400 * DAY)
WHOLE, CLASS = Part(), Part(ItemClass.MEDICATION)
PARTS = (
    *(Part(item_class=c) for c in ItemClass),
    *(Part(recipient=Recipient(user_id=u)) for u in (TESS, PAUL, BO)),
    *(Part(recipient=Recipient(role=r)) for r in (Role.THERAPIST, Role.PRESCRIBER)),
    *(Part(discloser=Discloser("member", u)) for u in (TESS, PAUL, BO)),
    Part(discloser=Discloser("team")),
    Part(discloser=Discloser("patient")),
)


def read_under(one: Consent, team: Team, user_id: UUID, at: datetime) -> set[ItemFact]:
    """What this reader gets by this consent alone."""
    verified = frozenset(Verification(role, place) for role in CLINICAL_ROLES for place in (OAK, ELM))
    scope = readable(Reader(user_id, verified), team, [one], [], at=at)
    shared = replace(scope, permits=tuple(p for p in scope.permits if p.clause == "consent"))
    return {item for item in ITEMS if permits(shared, item)}


def everything_read(one: Consent, team: Team) -> Iterable[tuple[UUID, datetime, set[ItemFact]]]:
    """All readers at all instants."""
    return ((u, at, read_under(one, team, u, at)) for u in (TESS, PAUL, BO) for at in INSTANTS)


@given(st.randoms(use_true_random=False), st.sampled_from(PARTS))
def test_what_is_left_opens_nothing_that_was_not_open(rng: Random, part: Part) -> None:
    old, people = worlds.consent(rng, 1), worlds.team(rng)
    left = without(old, part, people, at=NOW)
    if left is None:
        return
    for user_id, at, read in everything_read(left, people):
        assert read <= read_under(old, people, user_id, at)
        assert at >= NOW or not read


@given(st.randoms(use_true_random=False), st.sampled_from(PARTS))
def test_the_part_is_gone(rng: Random, part: Part) -> None:
    people = worlds.team(rng)
    left = without(worlds.consent(rng, 1), part, people, at=NOW)
    if left is None:
        return
    for user_id, at, read in everything_read(left, people):
        assert not [i for i in read if i.item_class is part.item_class]
        if part.recipient and part.recipient.user_id == user_id and at < NOW + DAY:
            assert not read
        if part.discloser and part.discloser.kind != "team":
            assert not [i for i in read if i.holder_id == part.discloser.user_id]


@given(st.randoms(use_true_random=False), st.sampled_from(PARTS))
def test_taking_back_what_is_not_covered_changes_nothing(rng: Random, part: Part) -> None:
    old, people = worlds.consent(rng, 1), worlds.team(rng)
    left = without(old, part, people, at=NOW)
    if covers(old, part, people, at=NOW) or left is None:
        return
    for user_id, at, read in everything_read(left, people):
        if at >= NOW:
            assert read == read_under(old, people, user_id, at)


@given(st.randoms(use_true_random=False), st.sampled_from(PARTS), st.sampled_from(PARTS))
def test_the_order_of_two_parts_does_not_matter(rng: Random, one: Part, other: Part) -> None:
    old, people = worlds.consent(rng, 1), worlds.team(rng)
    first, second = without(old, one, people, at=NOW), without(old, other, people, at=NOW)
    both = first and without(first, other, people, at=NOW)
    same = second and without(second, one, people, at=NOW)
    assert reads(both, people) == reads(same, people)


def reads(one: Consent | None, people: Team) -> list[tuple[UUID, datetime, set[ItemFact]]]:
    """All that is read under what may be left of a consent."""
    return [found for found in everything_read(one, people) if found[2]] if one else []


def test_the_whole_leaves_nothing() -> None:
    assert without(consent(), WHOLE, team(), at=NOW) is None


def test_what_is_left_begins_now_and_ends_when_it_would_have() -> None:
    old = consent()
    left = without(old, CLASS, team(), at=NOW)
    assert left is not None
    assert (left.valid_from, left.valid_until) == (NOW, old.valid_until)
    assert not in_force(left, NOW - TICK)
    assert in_force(left, NOW)


def test_who_is_invited_in_a_role_loses_it_too_but_who_left_it_does_not() -> None:
    asked = member(BO, Role.THERAPIST, clinician_accepted=False)
    left = member(BO, Role.PRESCRIBER, ended=True)
    part = Part(recipient=Recipient(user_id=BO))
    rest = without(consent(), part, team(asked, left), at=NOW)
    assert rest is not None
    assert rest.recipients == {Recipient(role=Role.PRESCRIBER)}
