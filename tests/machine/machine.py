"""The state machine: every act that the application offers, in any order, each followed by looks of anybody."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import hypothesis.strategies as st
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as with_seed
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.conftest import empty
from tests.machine import grounds, items, logs, looks, papers, restrictions, sending, team, why
from tests.machine.cast import START, gather
from tests.machine.scene import Scene
from tests.machine.speaking import Speaker
from tests.world import World

Act = Callable[[Scene], None]
HOURS = (0.02, 1, 5, 30, 24 * 12, 24 * 40)
LAST = START + timedelta(days=900)


def pass_time(s: Scene) -> None:
    """Let time pass: some hours or days, or right up to an instant at which something begins or ends."""
    records = s.model.records.values()
    turns = {t for r in records for c in r.consents.values() for t in (c.valid_from, c.valid_until)}
    turns |= {t for r in records for m in r.memberships.values() for t in (m.since, m.until) if t}
    near = sorted(t for t in turns if s.at < t < s.at + timedelta(days=45))
    if near and not s.chance(3):
        to: datetime = s.one(near[:3]) - timedelta(microseconds=s.one((0, 0, 1)))
    else:
        to = s.at + timedelta(hours=s.one(HOURS))
    if s.at < to < LAST:
        s.move_to(to)


def look(s: Scene) -> None:
    """Read lists and the shared record as somebody."""
    record = s.record()
    who = s.reader(record)
    looks.shared_record(s, who, record)
    for kind in looks.KINDS:
        looks.whole_list(s, who, record, kind)
    if who in s.model.clinicians:
        looks.caseload(s, who)


ACTS: dict[str, Act] = {
    "link": team.link,
    "answer": team.answer,
    "unlink": team.unlink,
    "vouch": team.vouch,
    "shut": team.shut,
    "sign_out": team.sign_out,
    "grant": papers.grant,
    "ask": papers.ask,
    "settle": papers.settle,
    "renew": papers.renew,
    "revoke": papers.revoke,
    "report_revocation": papers.report_revocation,
    "record_event": papers.record_event,
    "restrict": restrictions.restrict,
    "lift": restrictions.lift,
    "write_note": items.write_note,
    "sign_note": items.sign_note,
    "write_entry": items.write_entry,
    "edit": items.edit,
    "mark_in_error": items.mark_in_error,
    "label": items.label,
    "unlabel": items.unlabel,
    "bring": items.bring,
    "review": items.review,
    "release": grounds.release,
    "take_release_back": grounds.take_release_back,
    "permit_special_notes": grounds.permit_special_notes,
    "begin_emergency": grounds.begin_emergency,
    "end_emergency": grounds.end_emergency,
    "add_representation": grounds.add_representation,
    "end_representation": grounds.end_representation,
    "write_question": sending.write_question,
    "send": sending.send,
    "take_back": sending.take_back,
    "look_at_sent": sending.look,
    "pass_time": pass_time,
    "look": look,
    "read_log": logs.read,
    "ask_why": why.ask,
}


NEEDS: dict[str, str] = {
    "release": f"POST {grounds.RELEASES}",
    "take_release_back": f"POST {grounds.RELEASES}",
    "permit_special_notes": f"POST {grounds.RELEASES}",
    "begin_emergency": f"GET {grounds.EMERGENCIES}",
    "end_emergency": f"GET {grounds.EMERGENCIES}",
    "add_representation": f"GET {grounds.REPRESENTATIONS}",
    "end_representation": f"GET {grounds.REPRESENTATIONS}",
    "ask_why": why.ROUTE,
}
"""Acts that are possible as soon as the documentation lists this address."""


class Tally:
    """What all sequences of a run did."""

    def __init__(self) -> None:
        self.sequences = self.steps = self.requests = self.looks = self.open = self.shut = 0
        self.past = self.promises = self.receipts = 0
        self.acts: dict[str, int] = {}

    def add(self, s: Scene, acts: list[str]) -> None:
        """Count one sequence."""
        self.sequences, self.steps = self.sequences + 1, self.steps + len(acts)
        self.looks, self.open, self.shut = self.looks + s.looks, self.open + s.open, self.shut + s.shut
        self.past, self.promises = self.past + s.past, self.promises + s.promises
        self.receipts += s.receipts
        for act in acts:
            self.acts[act] = self.acts.get(act, 0) + 1

    def __str__(self) -> str:
        return (
            f"{self.sequences} sequences, {self.steps} steps, {self.requests} requests, {self.looks} looks, "
            f"{self.open} items open and {self.shut} shut as they should be, {self.receipts} receipts, "
            f"{self.promises} previews and {self.past} decisions of the past kept"
        )


class _Machine(RuleBasedStateMachine):
    """One sequence. The class attributes are set by `run`."""

    world: World
    url: str
    speaker: Speaker
    tally: Tally
    pairs = 2

    @initialize(seed=st.integers(0, 2**32 - 1))
    def begin(self, seed: int) -> None:
        """An empty database, the people, and the clock at the beginning."""
        empty(self.url)
        self._travel = time_machine.travel(START, tick=False)
        self.clock = self._travel.start()
        self.done: list[str] = []
        cast = gather(self.world)
        self.world.session.rollback()
        self.scene = Scene(self.speaker, cast, self.clock, Random(seed))

    def act(self, name: str, data: st.DataObject) -> None:
        """Do one act a second later."""
        self.done.append(name)
        self.scene.wait()
        self.scene.pick = lambda things: things[data.draw(st.integers(0, len(things) - 1))]
        ACTS[name](self.scene)

    @invariant()
    def everybody_sees_what_the_model_opens(self) -> None:
        """Somebody reads a few items, and one list."""
        s = getattr(self, "scene", None)
        if s is None:
            return
        looks.after_an_act(s, self.pairs)

    def teardown(self) -> None:
        """Give the clock back."""
        if hasattr(self, "_travel"):
            self._travel.stop()
            self.tally.add(self.scene, self.done)


def _rule(name: str) -> Any:
    def step(self: _Machine, data: st.DataObject) -> None:
        self.act(name, data)

    step.__name__ = name
    return rule(data=st.data())(step)


def offered(speaker: Speaker) -> list[str]:
    """Return the acts that the application has addresses for."""
    return [name for name in ACTS if name not in NEEDS or speaker.has(NEEDS[name])]


def run(world: World, url: str, *, runs: int, steps: int, seed: int, shrink: bool = True) -> Tally:
    """Run so many sequences of so many steps from this seed; what is wrong is raised, as short as it can be made."""
    speaker, tally = Speaker(world.app), Tally()
    told = {"world": world, "url": url, "speaker": speaker, "tally": tally}
    machine = type("Machine", (_Machine,), {**told, **{name: _rule(name) for name in offered(speaker)}})
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    how = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(with_seed(seed)(machine), settings=how)
    tally.requests = speaker.asked
    return tally
