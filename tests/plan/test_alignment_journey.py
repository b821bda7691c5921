"""Both sides plan, say what they think of it, and see how it stands, as far as the patient shares it."""

from typing import Any

import pytest

from careteam.policy.vocabulary import ItemClass, Power
from tests.plan.acts import PLAN, aligned, change, close, item, linked, plan, say, seen, write
from tests.world import World


def test_the_plan_from_before_consent_until_after_revocation(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    sleep = write(world, therapist, patient)
    dose = write(world, prescriber, patient, kind="medication", text="Lower the evening dose in two steps.")
    walk = write(world, patient, patient, kind="self_care", text="Walk after lunch.")
    assert seen(world, therapist, patient) == [sleep["text"]]
    assert seen(world, prescriber, patient) == [dose["text"]]
    assert aligned(item(world, patient, patient, sleep)) == (
        "waiting",
        {patient.name: "none_seen", therapist.name: "agree"},
    )
    consent = world.consent(patient, disclosers=["team", "patient"], classes=[PLAN])
    for who in (patient, therapist, prescriber):
        assert seen(world, who, patient) == [walk["text"], dose["text"], sleep["text"]]
    assert say(world, patient, patient, sleep).status_code == 201
    assert aligned(item(world, therapist, patient, sleep))[0] == "aligned"
    assert aligned(item(world, patient, patient, sleep))[0] == "waiting"
    assert say(world, prescriber, patient, sleep).status_code == 201
    assert aligned(item(world, patient, patient, sleep))[0] == "aligned"
    revoked = world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    assert revoked.status_code in {200, 201}, revoked.json
    assert seen(world, prescriber, patient) == [dose["text"]]
    assert aligned(item(world, therapist, patient, sleep)) == (
        "not_visible",
        {patient.name: "not_visible", therapist.name: "agree"},
    )
    assert aligned(item(world, patient, patient, sleep))[0] == "aligned"


def test_an_edit_asks_everybody_anew(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    for who in (patient, prescriber):
        say(world, who, patient, made)
    assert [plan(world, who, patient)["summary"]["aligned"] for who in (patient, therapist, prescriber)] == [1, 1, 1]
    after = change(world, therapist, patient, made, text="Sleep seven hours.").json
    assert aligned(after) == (
        "waiting",
        {patient.name: "none_seen", therapist.name: "agree", prescriber.name: "none_seen"},
    )
    assert [one["number"] for one in after["acknowledgements"]] == [1, 1]
    old = say(world, patient, patient, made)
    assert (old.status_code, say(world, patient, patient, after).status_code) == (409, 201)
    assert say(world, patient, patient, {**after, "number": 3}).status_code == 409


def test_aligned_since_is_when_the_last_of_them_agreed(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    say(world, prescriber, patient, made)
    last = say(world, patient, patient, made).json
    found: Any = item(world, therapist, patient, made)["alignment"]
    assert (found["state"], found["aligned_since"]) == ("aligned", last["said_at"])


def test_a_label_put_on_later_does_not_change_since_when_it_is_aligned(world: World) -> None:
    patient, therapist, _ = linked(world)
    made = write(world, therapist, patient)
    last = say(world, patient, patient, made).json
    labelled = world.client(patient)("PUT", f"{patient.record}/items/{last['id']}/labels/hiv", version=last["version"])
    assert labelled.status_code in {200, 201}, labelled.json
    found = world.client(patient).get(f"{patient.record}/plan-acknowledgements/{last['id']}").json
    assert (found["labels"], found["said_at"]) == (["hiv"], last["said_at"])


def test_saying_it_again_replaces_ones_word_and_keeps_the_one_before(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    made = write(world, therapist, patient)
    first = say(world, prescriber, patient, made, "differ", text="Too early.").json
    second = say(world, prescriber, patient, made, "agree").json
    assert (second["id"], second["version"], second["text"]) == (first["id"], 2, None)
    (earlier,) = second["earlier"]
    assert (earlier["answer"], earlier["text"], earlier["until"]) == ("differ", "Too early.", second["said_at"])
    assert say(world, prescriber, patient, made, "agree").json == second
    assert item(world, patient, patient, made)["acknowledgements"] == [second]


def test_whoever_wrote_a_version_agrees_until_they_say_otherwise(world: World) -> None:
    patient, therapist, _ = linked(world)
    made = write(world, therapist, patient)
    (_, mine) = made["alignment"]["parties"]
    assert (mine["says"], mine["by_writing"], mine["said_at"]) == ("agree", True, made["versions"][0]["at"])
    said = say(world, therapist, patient, made, "discuss", text="I am in doubt.").json
    assert aligned(item(world, patient, patient, made))[0] == "to_discuss"
    where = f"{patient.record}/plan-acknowledgements/{said['id']}/entered-in-error"
    assert world.client(therapist).post(where, {"reason": "Wrong item."}, version=1).status_code == 200
    assert aligned(item(world, patient, patient, made))[0] == "waiting"
    again = say(world, therapist, patient, made, "differ").json
    assert (again["entered_in_error_at"], again["earlier"][0]["entered_in_error_reason"]) == (None, "Wrong item.")


def test_only_ones_own_word_is_taken_back(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    said = say(world, prescriber, patient, write(world, therapist, patient)).json
    where = f"{patient.record}/plan-acknowledgements/{said['id']}/entered-in-error"
    for who in (patient, therapist):
        assert world.client(who).post(where, {"reason": "x"}, version=1).status_code == 403
    assert world.client(prescriber).post(where, {"reason": "x"}).status_code == 428
    assert world.client(prescriber).post(where, {"reason": "x"}, version=7).status_code == 412
    assert world.client(prescriber).post(where, {"reason": "x"}, version=1).status_code == 200
    assert world.client(prescriber).post(where, {"reason": "x"}, version=2).status_code == 409


def test_nobody_is_asked_of_what_is_closed(world: World) -> None:
    patient, therapist, _ = linked(world)
    made = write(world, therapist, patient)
    assert plan(world, patient, patient)["summary"]["waits_for_you"] == 1
    ended = close(world, therapist, patient, made).json
    assert say(world, patient, patient, ended).status_code == 409
    found = plan(world, patient, patient)
    assert (found["summary"]["active"], found["items"][0]["waits_for_you"]) == (0, False)


def test_the_words_carry_the_labels_of_what_they_are_about(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    said = say(world, patient, patient, write(world, therapist, patient, labels=["substance_use"])).json
    assert (said["labels"], said["part2"], said["class"]) == (["substance_use"], True, "treatment_plan")
    assert world.client(prescriber).get(f"{patient.record}/plan-acknowledgements").json["items"] == []


def test_the_summary_counts_what_its_reader_may_read(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    items = [write(world, therapist, patient, text=str(n)) for n in range(4)]
    for made, word in zip(items, ("agree", "differ", "discuss"), strict=False):
        say(world, patient, patient, made, word)
        say(world, prescriber, patient, made)
    expected = {"active": 4, "aligned": 1, "differing": 1, "to_discuss": 1, "waiting": 1, "not_visible": 0, "alone": 0}
    for who in (patient, prescriber):
        assert plan(world, who, patient, "?limit=1")["summary"] == {**expected, "waits_for_you": 1}
    assert plan(world, therapist, patient)["summary"] == {**expected, "waits_for_you": 0}


def test_who_reports_for_the_patient_plans_and_answers_for_them(world: World) -> None:
    patient, therapist, _ = linked(world)
    parent, other = world.user("Pia Parent"), world.user("Otto Other")
    world.acts_for(patient, parent, classes=[PLAN], powers=[Power.READ, Power.REPORT])
    world.acts_for(patient, other, classes=[PLAN], powers=[Power.READ])
    made = write(world, therapist, patient)
    assert say(world, other, patient, made).status_code == 403
    said = say(world, parent, patient, made).json
    assert (said["holder"], said["on_behalf_of"]["kind"]) == ({"kind": "patient"}, "patient")
    assert aligned(item(world, therapist, patient, made))[0] == "aligned"
    say(world, patient, patient, made, "differ")
    assert aligned(item(world, therapist, patient, made))[1][patient.name] == "differ"
    assert aligned(item(world, parent, patient, made))[0] == "differing"


def test_who_acts_for_the_patient_in_another_class_does_not_plan(world: World) -> None:
    patient, therapist, _ = linked(world)
    parent = world.user("Pia Parent")
    world.acts_for(patient, parent, classes=[ItemClass.MEDICATION])
    made = write(world, therapist, patient)
    assert plan(world, parent, patient)["items"] == []
    assert say(world, parent, patient, made).status_code == 403


@pytest.mark.parametrize("said", [{"number": "1"}, {"number": 0}, {"answer": "yes"}, {"text": ""}, {"by_id": "x"}])
def test_an_answer_that_is_none_is_refused(world: World, said: dict[str, Any]) -> None:
    patient, therapist, _ = world.trio()
    made = write(world, therapist, patient)
    assert say(world, patient, patient, made, **said).status_code == 422
