"""An id of Noor's where one of Maya's belongs, in every place of every address, query and body: nothing happens.

Asked by everybody who may do with Maya's thing what the address does; Paul is in both teams and reads both records.
An act that says no is held up by no id: there another's answers to the byte as one that nobody has.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from careteam.api.noes import says_no
from careteam.models import Membership, PlanItem
from careteam.policy.treatment_words import CheckInCause, PlanItemKind
from careteam.policy.vocabulary import MedicationChange, Role
from careteam.services.management import schedules
from tests.medications.acts import event, today
from tests.plan import rows
from tests.security.asking import Asked, Asker, asking
from tests.security.conftest import WHOLE, Part
from tests.security.document import Document, Place, with_value
from tests.security.examples import WORDS, body_of, filled, query_of
from tests.security.matrix import ACTORS, Row, matrix
from tests.security.noor import ids_of_noor
from tests.security.routes import ABSENT, API, Route, routes
from tests.security.stage import Stage
from tests.world import Person, World

REFERRAL = {
    "to": {"user_id": "{paul}"},
    "to_role": "prescriber",
    "reason": "Panic.",
    "share": {"disclosers": ["team"], "classes": ["referral"]},
}
IN_A_REFERRAL = (
    "to.user_id",
    "to.practice_id",
    "share.exceptions.items.[]",
    "share.exceptions.holders.[]",
    "share.supersedes_id",
)
ASKING = {"ask": {"disclosers": ["team"], "classes": ["progress_note"]}}
IN_ASKING = (
    "ask.disclosers.[]",
    "ask.exceptions.items.[]",
    "ask.exceptions.holders.[]",
    "ask.supersedes_id",
)
OTHERWISE = {
    "invitations.invite body practice_id": {"kind": "patient", "email": "a@example.org", "role": "therapist"},
    "decisions.explain_decision query item": {},
    "measures.record_measure body request_id": {
        "questionnaire": "phq-9",
        "answers": {str(n): 1 for n in range(1, 10)},
    },
    "messages.send_message body thread_id": {"text": "Slept better."},
    **{f"referrals.propose_referral body {place}": REFERRAL for place in IN_A_REFERRAL},
    **{f"referrals.accept_referral body {place}": ASKING for place in IN_ASKING},
}
"""The body or query from which a place is tried, where the example has no room for it."""
READS_BOTH = {"prescriber"}
OF_EITHER = {"GET /api/v1/memberships/<membership_id>"}
"""What names no record in its address, and somebody in both teams reads of either."""
CHANGES_BY_ITSELF = re.compile(r'"(request_id|id|at|as_of|csrf_token)": ?"[^"]*"')


class Swaps:
    """The stage with consent in force, Noor's things, and what may be asked on it."""

    def __init__(self, world: World, only: str = "") -> None:
        self.stage = Stage(world, "active")
        self.theirs = ids_of_noor(self.stage)
        self.mine: list[Any] = []
        self.otherwise = dict(OTHERWISE)
        self.routes = {str(route): route for route in routes(world.app, API) if only in route.rule}
        self.document = Document(world.app)
        self.counted = Counter[str]()

    def acts(self) -> Iterator[tuple[Row, Route, str | None, str]]:
        """Yield whatever somebody may do, as far as its state (or their browser) allows: row, route, thing, who."""
        for row in matrix().rows:
            if row.route in self.routes:
                for thing in matrix().things_of(row):
                    for actor in ACTORS:
                        due = matrix().answer(row, actor, thing, "active")
                        browser = row.way == "browser only" and due == "refused"
                        if due == "open" or due.isdecimal() or browser:
                            yield row, self.routes[row.route], thing, actor

    def ids(self, thing: str | None) -> dict[str, Any]:
        """Return what stands in the address when it is right."""
        mine = self.stage.things[thing].ids if thing else {}
        return {"patient_id": self.stage.patient.patient_id, **WORDS, **mine}

    def send(self, ask: Asker, route: Route, actor: str, ids: dict[str, Any], **parts: Any) -> Asked:
        """Ask, with the example body and query unless others are given."""
        body = parts.get("body", body_of(route.endpoint, self.stage, actor))
        options: dict[str, Any] = {"query_string": parts.get("query", query_of(route.endpoint, self.stage))}
        if body is not None:
            options["json"] = body
        if route.method != "GET":
            options["headers"] = {"If-Match": '"1"'}
        return ask(self.stage.actors[actor], route.method, route.address(ids), **options)

    def leaks(self, asked: Asked) -> bool:
        """Say whether an answer tells anything of Noor's record."""
        return any(t == "Noor's record" and word in asked.told for word, t in self.stage.canaries.items())


def test_no_id_in_an_address_reaches_another_patients_thing(
    world: World, part: Part, capsys: pytest.CaptureFixture[str]
) -> None:
    swaps = Swaps(world)
    _say(capsys, "ids in addresses", swaps, swapped_addresses(swaps, part))


def swapped_addresses(swaps: Swaps, part: Part = WHOLE) -> list[str]:
    """Put Noor's id into each place of each address in turn; return where it was taken."""
    wrong = list[str]()
    with asking(swaps.stage.world) as ask:
        for number, (row, route, thing, actor) in enumerate(swaps.acts()):
            for place in route.ids if part.takes(number) else ():
                if place not in swaps.theirs:
                    wrong.append(f"{route}: say in noor.py what is Noor's {place}")
                elif actor not in READS_BOTH or not (route.ids == ("patient_id",) or str(route) in OF_EITHER):
                    wrong += _swapped(swaps, ask, (row, route, thing, actor), place, swaps.theirs[place])
    return wrong


def test_no_part_of_one_thing_is_reached_through_another(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    swaps, wrong = Swaps(world), list[str]()
    with asking(world) as ask:
        for row, route, thing, actor in swaps.acts():
            for place in route.ids[2:] if "patient_id" in route.ids else ():
                others = [t.ids[place] for t in swaps.stage.things.values() if place in t.ids and t.name != thing]
                assert others, f"put a second thing with a {place} on the stage"
                wrong += [w for o in others for w in _swapped(swaps, ask, (row, route, thing, actor), place, o)]
    _say(capsys, "parts of another thing of the same patient", swaps, wrong)


def _swapped(
    swaps: Swaps, ask: Asker, act: tuple[Row, Route, str | None, str], place: str, other: Any
) -> Iterator[str]:
    row, route, thing, actor = act
    ids = swaps.ids(thing)
    swapped = swaps.send(ask, route, actor, {**ids, place: other})
    absent = swaps.send(ask, route, actor, {**ids, place: ABSENT})
    swaps.counted["asked"] += 1
    if swapped.answer.status_code < 400 or swaps.leaks(swapped):
        yield f"{row.name} as {actor}: another's {place} was taken: {swapped.answer.text[:200]}"
    elif swapped.answer.status_code != absent.answer.status_code or swapped.answer.data != absent.answer.data:
        yield f"{row.name} as {actor}: another's {place} answers unlike an absent one: {swapped.answer.text[:200]}"


def test_no_id_in_a_query_or_body_reaches_another_patients_thing(
    world: World, turn: Part, capsys: pytest.CaptureFixture[str]
) -> None:
    swaps, wrong, taken = Swaps(world), list[str](), dict[str, bool]()
    _make_room(swaps)
    with asking(world) as ask:
        for number, (row, route, thing, actor) in enumerate(swaps.acts()):
            for place in swaps.document.places(route):
                if taken.get(f"{route.endpoint} {place.name}") and not turn.takes(number):
                    continue  # each place is tried until something of Maya's own is taken there, then in turns
                if not (place.is_id or place.is_member) or matrix().answer(row, actor, thing, "active") != "open":
                    continue
                wrong += _put(swaps, ask, (row, route, thing, actor), place)
                name = f"{route.endpoint} {place.name}"
                taken[name] = taken.get(name, False) or _control(swaps, ask, route, thing, actor, place)
    _say(capsys, f"ids in {len(taken)} places of queries and bodies", swaps, wrong)
    never = {name for name, accepted in taken.items() if not accepted}
    assert not never, f"no id of Maya's own is taken there, so that nothing is shown: extend examples.py: {never}"


def _make_room(swaps: Swaps) -> None:
    """Put beside the stage what is taken where its own things are not, each with one of Noor's that is like it.

    Paul's plan item is no goal, so that it can serve one. Maya has said yes to Penny's place, and Penny waits to say
    hers; she is in Noor's team, and reads there what a consent in force opens.
    """
    stage, world = swaps.stage, swaps.stage.world
    _changed_entries(swaps)
    no_goal = update(PlanItem).where(PlanItem.id == stage.things["Paul's plan item"].ids["plan_item_id"])
    world.session.execute(no_goal.values(kind=PlanItemKind.THERAPY))
    swaps.mine.append(rows.plan_item(world, stage.patient, stage.prescriber, text="Sleep.").id)
    place = update(Membership).where(Membership.id == stage.things["Penny's place"].ids["membership_id"])
    world.session.execute(place.values(patient_agreed_at=world.now, clinician_accepted_at=None))
    world.session.commit()
    world.join(stage.noor, stage.pending, Role.PRESCRIBER)
    swaps.theirs["a consent in force"] = world.consent(stage.noor).id


def _changed_entries(swaps: Swaps) -> None:
    """Let Paul change the dose of an entry of either today, and a check-in fit Maya's but for its change."""
    stage = swaps.stage
    mine = _changed_entry(stage, stage.patient, "Sertraline")
    theirs = _changed_entry(stage, stage.noor, stage.canary("Noor's record"))
    swaps.mine += [mine["change"]]
    swaps.theirs |= {"an entry changed today": theirs["entry"], "a change of today": theirs["change"]}
    due = today(stage.world) + timedelta(days=schedules.defaults()[CheckInCause.DOSE_CHANGE][0])
    seen = {"medication_id": str(mine["entry"]), "mode": "virtual", "outcome": "adjust"}
    swaps.otherwise |= {
        "check_ins.do_check_in body event_id": {**seen, "extra": True},
        "check_ins.do_check_in body cause_event_id": {**seen, "due_on": due.isoformat()},
    }


def _changed_entry(stage: Stage, patient: Person, drug: str) -> dict[str, UUID]:
    entry = stage.world.medication(patient, stage.prescriber, drug=drug, on=today(stage.world))
    change = event(stage.world, entry, MedicationChange.DOSE_CHANGE, entry.date, dose_value=100, dose_unit="mg")
    return {"entry": entry.id, "change": change.id}


def _put(swaps: Swaps, ask: Asker, act: tuple[Row, Route, str | None, str], place: Place) -> Iterator[str]:
    row, route, thing, actor = act
    if place.path[-1] == "patient_id" and actor in READS_BOTH:
        return
    people = [swaps.stage.noor.user_id]
    nothing = _plain(_with(swaps, ask, route, thing, actor, place, ABSENT), ABSENT)
    for other in people if place.is_member else [*people, *swaps.theirs.values()]:
        asked = _with(swaps, ask, route, thing, actor, place, other)
        swaps.counted["asked"] += 1
        quiet = (place.where == "query" and route.method == "GET") or says_no(route.endpoint)
        same = _plain(asked, other) == nothing and quiet
        if swaps.leaks(asked) or (asked.answer.status_code < 400 and not same):
            yield f"{row.name} as {actor}: {place.name} took {other}: {asked.answer.text[:200]}"


def _with(swaps: Swaps, ask: Asker, route: Route, thing: str | None, actor: str, place: Place, value: Any) -> Asked:
    value = f"member:{value}" if place.is_member else str(value)
    whole = {"query": query_of(route.endpoint, swaps.stage), "body": body_of(route.endpoint, swaps.stage, actor)}
    whole[place.where] = filled(swaps.otherwise.get(f"{route.endpoint} {place.name}", whole[place.where]), swaps.stage)
    whole[place.where] = with_value(whole[place.where], place.path, value)
    return swaps.send(ask, route, actor, swaps.ids(thing), **whole)


def _plain(asked: Asked, sent: Any) -> tuple[int, str]:
    """What two answers are compared by: without what differs each time, and the id that was sent in whichever."""
    return asked.answer.status_code, CHANGES_BY_ITSELF.sub("", asked.answer.text).replace(str(sent), "the id")


def _control(swaps: Swaps, ask: Asker, route: Route, thing: str | None, actor: str, place: Place) -> bool:
    """Say whether something of Maya's own is taken in this place: otherwise its refusal would show nothing."""
    stage = swaps.stage
    team = (stage.prescriber, stage.covering, stage.therapist, stage.patient)
    people = [*(person.user_id for person in team), stage.stranger.practice_id, stage.prescriber.practice_id]
    things = [*swaps.mine, *(value for t in stage.things.values() for value in t.ids.values())]
    for own in people if place.is_member else [*people, stage.patient.patient_id, *things]:
        if _with(swaps, ask, route, thing, actor, place, own).answer.status_code < 300:
            return True
    return False


def _say(capsys: pytest.CaptureFixture[str], what: str, swaps: Swaps, wrong: list[str]) -> None:
    with capsys.disabled():
        print(f"\n{what}: {swaps.counted['asked']} swaps, {len(wrong)} successes", end="")
    assert swaps.counted["asked"]
    assert not wrong, "\n".join(wrong[:30])
