"""List = single reads = counts = new = shared record = pairs = sharing = log = the rule, in random worlds."""

from collections import Counter
from collections.abc import Generator
from datetime import timedelta
from random import Random

import pytest
import time_machine

from careteam.services.decisions import replaying
from tests.conftest import empty
from tests.policy.cast import NOW
from tests.security.asking import asking
from tests.security.looks import PARTS, Looks
from tests.security.random_rows import KINDS
from tests.security.random_worlds import NAMES, RandomWorld
from tests.world import World

ENOUGH = 20
"""Items of all kinds together that the worlds let be read, and refuse."""
MORE = 8
"""Worlds that are asked besides, where those asked for hold no item of some kind."""


def test_whatever_way_somebody_looks_they_see_the_same(
    world: World, database_url: str, worlds: int, worlds_seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    counted, wrong = Counter[str](), list[str]()
    number = 0
    while number < worlds or not _met(counted):
        empty(database_url)
        wrong += differences(world, worlds_seed + number, counted)
        number += 1
        assert number < worlds + MORE, f"a kind of item is in none of {number} worlds: {dict(counted)}"
    with capsys.disabled():
        print(f"\n{number} worlds from --worlds-seed {worlds_seed}: {dict(counted)}, {len(wrong)} wrong", end="")
    assert not wrong, "\n".join(wrong[:40])


def _met(counted: Counter[str]) -> bool:
    """Say whether every kind was looked at, and enough of them was read and was refused."""
    kinds = KINDS[:-1]
    each = all(counted[f"{kind} read"] + counted[f"{kind} refused"] for kind in kinds)
    return each and all(sum(counted[f"{kind} {what}"] for kind in kinds) > ENOUGH for what in ("read", "refused"))


def differences(world: World, seed: int, counted: Counter[str], *parts: str) -> Generator[str, None, None]:
    """Make the random world of this seed, look at it as everybody, and yield where two ways of looking differ."""
    made = RandomWorld(world, Random(seed))
    with asking(world) as ask, time_machine.travel(NOW, tick=False):
        for who in NAMES:
            for fault in Looks(made, ask, who, counted).faults(parts or PARTS):
                yield f"--worlds-seed {seed}, {NAMES[who]}: {fault}"
        yield from (f"--worlds-seed {seed}: {fault}" for fault in replayed(world, counted))


def replayed(world: World, counted: Counter[str]) -> Generator[str, None, None]:
    """Ask every decision that was logged again, and yield where the log and the rule differ."""
    for batch in replaying.batches(world.session, since=NOW - timedelta(days=1)):
        counted["decisions replayed"] += batch.decisions
        yield from (str(mismatch) for mismatch in batch.mismatches)
    world.session.rollback()
