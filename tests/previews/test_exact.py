"""Whatever is previewed in whatever world: doing it changes what everybody's lists show exactly as it was said."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import update

from careteam.models import Membership, User
from careteam.services.previews import shown as previewed
from tests.conftest import empty
from tests.importing.kit import rows
from tests.policy.cast import NOW, PATIENT, RECORD
from tests.previews.acts import Ids, at_once, ids, lists
from tests.previews.random_acts import Acting, RandomAct
from tests.security.random_worlds import NAMES, RandomWorld
from tests.world import PASSWORD, World

ACTS = 12
"""Acts in each world, each in the world that the one before has left."""
MOVES = ("gained", "lost", "gained later", "lost later")
MORE = 8
"""Worlds that are asked besides, where nothing moves in those asked for."""
Shown = dict[UUID, Ids]


@dataclass(slots=True)
class Doing:
    """One world, and the acts that follow each other in it."""

    world: World
    made: RandomWorld
    acting: Acting
    counted: Counter[str]
    before: Shown = field(default_factory=dict)

    def ask(self, act: RandomAct) -> Any:
        """Ask for the preview."""
        address, body = act.preview
        return self.acting.client.post(address, body)

    def do(self, act: RandomAct) -> Any:
        """Do it."""
        method, address, body = act.act
        return self.acting.client(method, address, version=act.version, json={} if body is None else body)

    def shown(self, at: datetime = NOW) -> Shown:
        """What each person's lists show them at an instant, of what the patient reads."""
        with time_machine.travel(at, tick=False):
            found = {who: lists(self.world, self.made.person(who), RECORD) for who in NAMES}
        return {who: seen & found[PATIENT] for who, seen in found.items() if who != PATIENT}

    def faults(self, act: RandomAct) -> Iterator[str]:
        """Ask about an act, do it, and yield where what was said and what came differ."""
        kept = rows(self.world)
        asked = self.ask(act)
        if rows(self.world) != kept:
            yield "asking changed a table"
        if asked.status_code != 200:
            yield from self._refused(act, asked)
            return
        later = next((c["from"] for r in asked.json["readers"] for c in r["changes"] if c["from"]), None)
        otherwise = self.shown(datetime.fromisoformat(later)) if later else {}
        done = self.do(act)
        if done.status_code not in {200, 201}:
            yield f"it was previewed and then refused: {done.json}"
            return
        before, self.before = self.before, self.shown()
        yield from self._differences(asked.json, before, self.before)
        if later:
            yield from self._later(asked.json, later, otherwise)

    def _refused(self, act: RandomAct, asked: Any) -> Iterator[str]:
        self.counted["refused"] += 1
        done = self.do(act)
        if (done.status_code, done.json) != (asked.status_code, asked.json):
            yield f"the preview said {asked.json}, the act {done.status_code} {done.json}"

    def _differences(self, said: Any, before: Shown, after: Shown) -> Iterator[str]:
        told = {r["user_id"]: at_once(r) for r in said["readers"] if r["standing"] in {"current", "joining"}}
        waiting = {r["user_id"] for r in said["readers"] if r["standing"] == "joining" and r["waits_for"]}
        for who in before:
            due = after[who] - before[who], before[who] - after[who]
            got = told.get(str(who), (frozenset(), frozenset()))
            self.counted["gained"] += len(due[0])
            self.counted["lost"] += len(due[1])
            if got != due and str(who) not in waiting:
                yield f"{NAMES[who]} was said to gain and lose {got}, and did {due}"

    def _later(self, said: Any, moment: str, otherwise: Shown) -> Iterator[str]:
        """At a later turn: all that is new then is true, and all that is true was said for then or before."""
        with_it = self.shown(datetime.fromisoformat(moment))
        for r in said["readers"]:
            if r["standing"] not in {"current", "upcoming"} or r["waits_for"]:
                continue
            who = UUID(r["user_id"])
            for word, due in (("gained", with_it[who] - otherwise[who]), ("lost", otherwise[who] - with_it[who])):
                new = frozenset[str]().union(*(ids(c[word]) for c in r["changes"] if c["from"] == moment))
                known = new.union(*(ids(c[word]) for c in r["changes"] if (c["from"] or "") <= moment))
                self.counted[f"{word} later"] += len(due)
                if not new <= due <= known:
                    yield f"{NAMES[who]} at {moment}: {word} {sorted(new)} of {sorted(known)}, and is {sorted(due)}"


def begin(world: World, seed: int, counted: Counter[str]) -> Doing:
    """A random world whose patient can sign."""
    rng = Random(seed)
    made = RandomWorld(world, rng)
    hashed = world.app.extensions["careteam"].passwords.hash(PASSWORD)
    world.session.execute(update(User).where(User.id == PATIENT).values(password_hash=hashed))
    asked = (Membership.patient_id == RECORD, Membership.user_id == rng.choice([w for w in NAMES if w != PATIENT]))
    world.session.execute(update(Membership).where(*asked).values(patient_agreed_at=None))
    world.session.commit()
    return Doing(world, made, Acting(world, made, rng), counted)


def wrong(world: World, seed: int, counted: Counter[str]) -> Iterator[str]:
    """Do random acts in the world of this seed, and yield every fault."""
    with time_machine.travel(NOW, tick=False):
        doing = begin(world, seed, counted)
        doing.before = doing.shown()
        for _ in range(ACTS):
            act = doing.acting.next()
            counted[act.name] += 1
            yield from (f"--worlds-seed {seed}, {act.name} {act.act}: {fault}" for fault in doing.faults(act))


def test_doing_it_gives_exactly_the_preview(
    world: World,
    database_url: str,
    worlds: int,
    worlds_seed: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(previewed, "NAMED", 1000)
    counted, found = Counter[str](), list[str]()
    number = 0
    while number < worlds or not any(counted[word] for word in MOVES):
        empty(database_url)
        found += wrong(world, worlds_seed + number, counted)
        number += 1
        assert number < worlds + MORE, f"nothing is gained or lost in any of {number} worlds"
    with capsys.disabled():
        print(f"\n{number} worlds from --worlds-seed {worlds_seed}: {dict(counted)}, {len(found)} wrong", end="")
    assert not found, "\n".join(found[:20])
