"""Plan items: who writes them, how they change, and what each said before."""

from datetime import timedelta
from typing import Any

import pytest

from careteam.models.types import new_id
from careteam.policy.vocabulary import Label
from tests.plan.acts import GOAL, PLAN, change, close, item, linked, plan, say, seen, write
from tests.world import Person, World


@pytest.mark.parametrize("who", ["patient", "therapist", "prescriber"])
def test_every_side_writes_into_the_plan_and_holds_what_it_wrote(world: World, who: str) -> None:
    people = dict(zip(("patient", "therapist", "prescriber"), world.trio(), strict=True))
    patient, writer = people["patient"], people[who]
    made = write(world, writer, patient)
    own = {"kind": "patient"} if who == "patient" else {"kind": "member", "user_id": str(writer.user_id)}
    assert (made["class"], made["holder"], made["state"], made["number"]) == ("treatment_plan", own, "active", 1)
    assert [v["text"] for v in made["versions"]] == [made["text"]]
    assert plan(world, writer, patient)["items"] == [made] == [item(world, writer, patient, made)]


def test_what_is_made_says_where_it_is_and_which_version(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = world.client(therapist).post(f"{patient.record}/plan-items", GOAL)
    again = world.client(therapist).get(made.headers["Location"])
    assert (made.status_code, again.json, again.headers["ETag"]) == (201, made.json, made.headers["ETag"])


def test_only_a_prescriber_plans_medication(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    drug = {"kind": "medication", "text": "Sertraline up to 100 mg, then look again."}
    for who in (patient, therapist):
        assert world.client(who).post(f"{patient.record}/plan-items", drug).status_code == 403
    write(world, prescriber, patient, **drug)
    assert seen(world, therapist, patient) == [drug["text"]]


def test_an_edit_makes_a_version_and_keeps_the_one_before(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    by = str(world.now.date() + timedelta(days=30))
    after = change(world, therapist, patient, made, text="Sleep seven hours.", target_on=by, reason="Going well.").json
    assert (after["number"], after["text"], after["target_on"]) == (2, "Sleep seven hours.", by)
    first, second = item(world, prescriber, patient, made)["versions"]
    assert (first["number"], first["text"], first["target_on"]) == (1, GOAL["text"], None)
    assert (second["number"], second["reason"], second["author_id"]) == (2, "Going well.", str(therapist.user_id))
    assert change(world, therapist, patient, after, target_on=None).json["target_on"] is None


def test_an_edit_names_the_version_and_changes_something(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = write(world, therapist, patient)
    where = f"{patient.record}/plan-items/{made['id']}"
    assert world.client(therapist).patch(where, {"text": "x"}).status_code == 428
    for nothing in ({}, {"reason": "x"}, {"text": GOAL["text"]}, {"target_on": None}):
        assert change(world, therapist, patient, made, **nothing).status_code == 422
    changed = change(world, therapist, patient, made, text="x")
    assert (changed.status_code, changed.headers["ETag"]) == (200, f'"{changed.json["version"]}"')
    assert change(world, therapist, patient, made, text="y").status_code == 412


def test_only_its_holder_changes_closes_or_takes_back_an_item(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    for other in (patient, prescriber):
        client, where = world.client(other), f"{patient.record}/plan-items/{made['id']}"
        assert change(world, other, patient, made, text="x").status_code == 403
        assert close(world, other, patient, made).status_code == 403
        assert client.post(f"{where}/entered-in-error", {"reason": "x"}, version=1).status_code == 403
    assert item(world, therapist, patient, made)["versions"] == made["versions"]


def test_an_item_is_achieved_or_ends_and_an_edit_opens_it_again(world: World) -> None:
    patient, therapist, _ = linked(world)
    made = write(world, therapist, patient)
    done = close(world, therapist, patient, made, "achieved", reason="Four weeks of it.").json
    assert (done["state"], done["alignment"]) == ("achieved", None)
    assert close(world, therapist, patient, done).status_code == 409
    again = change(world, therapist, patient, done).json
    assert (again["state"], again["number"]) == ("active", 2)
    history = [(change["before"], change["reason"]) for change in again["state_changes"]]
    assert history == [("active", "Four weeks of it."), ("achieved", None)]


@pytest.mark.parametrize("state", ["active", "entered_in_error", "paused"])
def test_closing_is_achieving_or_ending(world: World, state: str) -> None:
    patient, therapist, _ = world.trio()
    assert close(world, therapist, patient, write(world, therapist, patient), state).status_code == 422


def test_what_is_entered_in_error_stays_readable_also_after_leaving(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    _leave(world, patient, therapist)
    where = f"{patient.record}/plan-items/{made['id']}/entered-in-error"
    assert change(world, therapist, patient, made, text="x").status_code == 403
    assert world.client(therapist).post(where, {"reason": "Mixed up."}, version="*").status_code == 200
    found = item(world, prescriber, patient, made)
    told = (found["state"], found["entered_in_error_reason"], found["alignment"])
    assert told == ("entered_in_error", "Mixed up.", None)
    assert world.client(therapist).post(where, {"reason": "x"}, version="*").status_code == 409


def test_what_is_entered_in_error_does_not_change_or_close(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = write(world, therapist, patient)
    where = f"{patient.record}/plan-items/{made['id']}/entered-in-error"
    wrong = world.client(therapist).post(where, {"reason": "x"}, version=made["version"]).json
    assert change(world, therapist, patient, wrong, text="x").status_code == 409
    assert close(world, therapist, patient, wrong).status_code == 409
    assert say(world, patient, patient, wrong).status_code == 409


def test_a_goal_is_named_where_both_the_writer_and_the_reader_may_read_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    goal = write(world, therapist, patient)
    hidden = {"kind": "monitoring", "text": "Count the nights.", "goal_id": goal["id"]}
    refused = world.client(prescriber).post(f"{patient.record}/plan-items", hidden)
    absent = world.client(prescriber).post(f"{patient.record}/plan-items", {**hidden, "goal_id": str(new_id())})
    assert (refused.status_code, refused.json) == (422, absent.json)
    consent = world.consent(patient, disclosers=["team"], classes=[PLAN])
    made = write(world, prescriber, patient, **hidden)
    assert made["goal_id"] == made["versions"][0]["goal_id"] == goal["id"]
    found = plan(world, prescriber, patient, f"?goal_id={goal['id']}")["items"]
    assert [one["id"] for one in found] == [made["id"]]
    assert world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation").status_code == 200
    after = item(world, prescriber, patient, made)
    assert (after["goal_id"], after["versions"][0]["goal_id"]) == (None, None)
    assert plan(world, prescriber, patient, f"?goal_id={goal['id']}")["items"] == []
    assert item(world, patient, patient, made)["goal_id"] == goal["id"]


def test_only_a_goal_is_served_and_a_goal_serves_none(world: World) -> None:
    patient, therapist, _ = world.trio()
    goal, other = write(world, therapist, patient), write(world, therapist, patient, kind="therapy")
    for body in ({"kind": "goal", "goal_id": goal["id"]}, {"kind": "therapy", "goal_id": other["id"]}):
        answer = world.client(therapist).post(f"{patient.record}/plan-items", {**GOAL, **body})
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["goal_id"])
    assert change(world, therapist, patient, other, goal_id=goal["id"]).json["goal_id"] == goal["id"]


@pytest.mark.parametrize(("days", "status"), [(-1, 422), (0, 201), (3653, 201), (3654, 422)])
def test_a_target_is_ahead_and_within_ten_years(world: World, days: int, status: int) -> None:
    patient = world.patient(time_zone="UTC")
    day = str(world.now.date() + timedelta(days=days))
    answer = world.client(patient).post(f"{patient.record}/plan-items", {**GOAL, "target_on": day})
    assert answer.status_code == status


BAD: list[dict[str, Any]] = [
    {"text": ""},
    {"text": None},
    {"kind": "wish"},
    {"target_on": "soon"},
    {"goal_id": "x"},
    {"date": "2150-01-01"},
    {"state": "achieved"},
    {"number": 3},
    {"holder": "patient"},
]


@pytest.mark.parametrize("said", BAD)
def test_what_cannot_be_is_refused(world: World, said: dict[str, Any]) -> None:
    patient, therapist, _ = world.trio()
    answer = world.client(therapist).post(f"{patient.record}/plan-items", {**GOAL, **said})
    assert (answer.status_code, bool(answer.json["errors"])) == (422, True)
    assert seen(world, therapist, patient) == []


def test_the_plan_is_filtered_and_paged(world: World) -> None:
    patient, therapist, _ = world.trio()
    items = [write(world, therapist, patient, text=str(n), kind="therapy" if n else "goal") for n in range(4)]
    close(world, therapist, patient, items[3])
    first = plan(world, therapist, patient, "?limit=3")
    rest = plan(world, therapist, patient, f"?limit=3&cursor={first['next']}")
    assert [one["text"] for one in (*first["items"], *rest["items"])] == ["3", "2", "1", "0"]
    assert first["summary"] == rest["summary"]
    for query, words in (("kind=goal", ["0"]), ("state=ended", ["3"]), ("state=active&kind=therapy", ["2", "1"])):
        assert [one["text"] for one in plan(world, therapist, patient, f"?{query}")["items"]] == words
    assert world.client(therapist).get(f"{patient.record}/plan?text=2").status_code == 422


def test_strangers_and_former_members_write_nothing(world: World) -> None:
    patient, therapist, _ = world.trio()
    _leave(world, patient, therapist)
    for who, status in {therapist: 403, world.therapist("Stella Stranger"): 404}.items():
        assert world.client(who).post(f"{patient.record}/plan-items", GOAL).status_code == status


def test_labelled_items_need_a_consent_with_their_label(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient, labels=["substance_use"])
    assert (made["part2"], seen(world, prescriber, patient)) == (True, [])
    world.consent(patient, classes=[PLAN], labels=[Label.SUBSTANCE_USE])
    assert seen(world, prescriber, patient) == [made["text"]]


def test_the_deceased_have_no_new_plan(world: World) -> None:
    patient, therapist, _ = world.trio()
    client = world.client(therapist)
    version = client.get(patient.record).json["version"]
    died = client.patch(patient.record, {"death_date": str(world.now.date() - timedelta(days=1))}, version=version)
    assert died.status_code == 200, died.json
    assert client.post(f"{patient.record}/plan-items", GOAL).status_code == 409


def _leave(world: World, patient: Person, clinician: Person) -> None:
    team = world.client(patient).get(f"{patient.record}/team").json
    (place,) = (m["id"] for m in team["members"] if m["user_id"] == str(clinician.user_id))
    assert world.client(patient).post(f"/api/v1/memberships/{place}/end").status_code == 200
