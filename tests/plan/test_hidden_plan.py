"""Absent and hidden are one answer, and what is said of alignment rests on what its reader may read."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, AccessEventItem
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Role
from tests.plan.acts import PLAN, aligned, item, linked, plan, say, write
from tests.queries import statements
from tests.world import World

SPECIAL = {ItemClass.PSYCHOTHERAPY_NOTE, ItemClass.SUD_COUNSELING_NOTE}
ACTS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "", None),
    ("PATCH", "", {"text": "x"}),
    ("POST", "/closing", {"state": "ended"}),
    ("POST", "/entered-in-error", {"reason": "x"}),
    ("POST", "/acknowledgements", {"number": 1, "answer": "agree"}),
)


@pytest.mark.parametrize(("method", "tail", "body"), ACTS)
def test_a_hidden_item_answers_like_one_that_does_not_exist(world: World, method: str, tail: str, body: Any) -> None:
    patient, therapist, prescriber = world.trio()
    made = write(world, therapist, patient)
    where = (f"{patient.record}/plan-items/{one}{tail}" for one in (made["id"], new_id()))
    hidden, none = (world.client(prescriber)(method, address, json=body, version=1) for address in where)
    assert (hidden.status_code, hidden.data) == (404, none.data)


@pytest.mark.parametrize(("method", "tail", "body"), [ACTS[0], ACTS[3]])
def test_a_hidden_acknowledgement_answers_like_one_that_does_not_exist(
    world: World, method: str, tail: str, body: Any
) -> None:
    patient, therapist, prescriber = linked(world, disclosers=(f"member:{new_id()}",))
    said = say(world, patient, patient, write(world, therapist, patient)).json
    where = (f"{patient.record}/plan-acknowledgements/{one}{tail}" for one in (said["id"], new_id()))
    hidden, none = (world.client(prescriber)(method, address, json=body, version=1) for address in where)
    assert (hidden.status_code, hidden.data) == (404, none.data)


def test_worlds_that_differ_in_a_hidden_acknowledgement_give_the_same_bytes(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=[f"member:{therapist.user_id}"], recipients=["role:prescriber"], classes=[PLAN])
    made = write(world, therapist, patient)
    addresses = ("plan", f"plan-items/{made['id']}", "plan-acknowledgements", "plan?state=active&limit=1")

    def looks() -> list[bytes]:
        return [world.client(prescriber).get(f"{patient.record}/{address}").data for address in addresses]

    before = looks()
    for word in ("differ", "discuss", "agree"):
        assert say(world, patient, patient, made, word, text="Not for them.").status_code == 201
        assert looks() == before
    state, says = aligned(item(world, prescriber, patient, made))
    assert (state, says[patient.name], says[therapist.name]) == ("not_visible", "not_visible", "agree")
    assert aligned(item(world, therapist, patient, made))[0] == "not_visible"
    assert aligned(item(world, patient, patient, made))[0] == "waiting"


def test_a_clinician_does_not_learn_who_else_may_read(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    other = world.prescriber("Cora Other")
    world.join(patient, other, Role.PRESCRIBER)
    world.consent(patient, disclosers=["team", "patient"], recipients=[f"member:{other.user_id}"], classes=[PLAN])
    made = write(world, therapist, patient)
    before = world.client(prescriber).get(f"{patient.record}/plan").data
    assert "Cora" not in str(item(world, prescriber, patient, made)["alignment"])
    assert "Cora" in str(item(world, patient, patient, made)["alignment"])
    world.restriction(patient, against_user_id=other.user_id, item_class=PLAN)
    assert "Cora" not in str(item(world, patient, patient, made)["alignment"])
    assert world.client(prescriber).get(f"{patient.record}/plan").data == before


def test_one_acknowledgement_kept_from_a_reader_is_none_that_they_see(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    before = world.client(prescriber).get(f"{patient.record}/plan").data
    said = say(world, patient, patient, made, "differ").json
    assert aligned(item(world, prescriber, patient, made))[0] == "differing"
    world.restriction(patient, against_user_id=prescriber.user_id, item_id=UUID(said["id"]))
    assert world.client(prescriber).get(f"{patient.record}/plan").data == before
    assert aligned(item(world, prescriber, patient, made))[1][patient.name] == "none_seen"


def test_a_restriction_of_the_patients_words_is_not_visible(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    world.restriction(patient, against_user_id=prescriber.user_id, item_class=PLAN, holder="patient")
    assert aligned(item(world, prescriber, patient, made))[1][patient.name] == "not_visible"


def test_an_acknowledgement_does_not_name_an_item_that_its_reader_may_not_read(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    say(world, prescriber, patient, made, text="Good.")
    world.restriction(patient, against_user_id=prescriber.user_id, item_id=UUID(made["id"]))
    (mine,) = world.client(prescriber).get(f"{patient.record}/plan-acknowledgements").json["items"]
    assert (mine["text"], mine["plan_item_id"], mine["number"]) == ("Good.", None, None)


def test_who_left_reads_their_own_and_nothing_of_what_others_say(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    say(world, prescriber, patient, made, "differ")
    team = world.client(patient).get(f"{patient.record}/team").json["members"]
    place = next(m["id"] for m in team if m["user_id"] == str(therapist.user_id))
    world.client(patient).post(f"/api/v1/memberships/{place}/end")
    found = plan(world, therapist, patient)
    (left,) = found["items"]
    assert (left["acknowledgements"], left["alignment"], left["version"], found["summary"]) == ([], None, None, None)
    assert set(aligned(item(world, prescriber, patient, made))[1]) == {patient.name, prescriber.name}


@pytest.mark.parametrize("who", ["patient", "prescriber"])
def test_the_number_of_statements_does_not_grow_with_the_plan(world: World, who: str) -> None:
    people = dict(zip(("patient", "therapist", "prescriber"), linked(world), strict=True))
    patient, counted = people["patient"], []
    for rounds in (2, 6):
        goal = write(world, people["therapist"], patient)
        for n in range(rounds):
            made = write(world, people["therapist"], patient, kind="therapy", text=str(n), goal_id=goal["id"])
            say(world, people["prescriber"], patient, made, "differ")
            say(world, people["prescriber"], patient, made, "agree")
        client = world.client(people[who])
        client.get(f"{patient.record}/plan")
        with statements(world.app) as sent:
            assert client.get(f"{patient.record}/plan?limit=100").status_code == 200
        counted.append(len(sent))
    assert counted[0] == counted[1] <= 18


def test_what_is_shown_stands_in_the_log_with_what_is_said_to_it(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    said = say(world, patient, patient, made).json
    plan(world, prescriber, patient)
    latest = select(AccessEvent.id).where(AccessEvent.act == "read-plan").order_by(AccessEvent.id.desc()).limit(1)
    shown = select(AccessEventItem.item_id).where(AccessEventItem.event_id == latest.scalar_subquery())
    assert set(world.session.scalars(shown)) == {UUID(made["id"]), UUID(said["id"])}


def test_a_consent_for_another_class_opens_nothing_of_the_plan(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["team", "patient"], classes=set(ItemClass) - {PLAN} - SPECIAL)
    write(world, therapist, patient)
    found = plan(world, prescriber, patient)
    assert (found["items"], found["summary"]["active"]) == ([], 0)
