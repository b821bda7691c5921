"""What a prescriber answers to a side effect, and to whom it is told that nobody did."""

from typing import Any

import pytest
from sqlalchemy import update

from careteam.models import Membership
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass
from tests.queries import statements
from tests.treatment.reporting import NAUSEA, answer, faults, listed, report
from tests.world import World


def test_a_report_is_answered_by_a_prescriber_and_the_patient_is_told(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    sent = report(world, patient, patient, send_to=[str(prescriber.user_id), str(therapist.user_id)])
    assert (sent["answered"], sent["answer_note"]) == (False, "No answer that you can see.")
    said = {"outcome": "manage", "text": "Take it with food."}
    assert answer(world, therapist, patient, sent, **said).status_code == 403
    made = answer(world, prescriber, patient, sent, **said)
    assert (made.status_code, made.json["answers_id"], made.json["class"]) == (201, sent["id"], "side_effect")
    assert world.client(prescriber).get(made.headers["Location"]).json == made.json
    (seen,) = listed(world, patient, patient)
    assert (seen["answers"], seen["answered"], seen["answer_note"], seen["overdue"]) == ([made.json], True, None, False)
    assert "answered" in [n["kind"] for n in world.client(patient).get("me/notices").json["items"]]
    (other,) = listed(world, therapist, patient)
    assert (other["answers"], other["answered"], other["answer_note"]) == ([], False, "No answer that you can see.")


NEEDS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"outcome": "manage"}, "text"),
    ({"outcome": "watch", "text": "Wait."}, "follow_up_on"),
    ({"outcome": "watch", "follow_up_on": "2020-01-01"}, "follow_up_on"),
    ({"outcome": "approved"}, "outcome"),
    ({"outcome": "adjust", "event_id": str(new_id())}, "event_id"),
)


@pytest.mark.parametrize(("said", "field"), NEEDS)
def test_an_answer_that_lacks_something_says_what(world: World, said: dict[str, Any], field: str) -> None:
    patient, _, prescriber = world.trio()
    sent = report(world, patient, patient, send_to=[str(prescriber.user_id)])
    refused = answer(world, prescriber, patient, sent, **said)
    assert (refused.status_code, [*faults(refused)]) == (422, [field])


def test_an_answer_names_the_change_that_it_caused_to_whoever_reads_the_entry(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["patient", "team"], classes=[ItemClass.SIDE_EFFECT])
    entry = world.medication(patient, prescriber)
    sent = report(world, patient, patient, medication_id=str(entry.id))
    change = {"kind": "dose_change", "dose_value": 25, "dose_unit": "mg"}
    at = f"{patient.record}/medications/{entry.id}"
    changed = world.client(prescriber).post(f"{at}/events", change, version=1).json
    start, dose = (event["id"] for event in changed["events"])
    assert answer(world, prescriber, patient, sent, outcome="adjust", event_id=start).status_code == 422
    hidden = listed(world, prescriber, patient)[0]
    assert hidden["medication_id"] == str(entry.id)
    made = answer(world, prescriber, patient, hidden, outcome="adjust", event_id=dose)
    assert (made.status_code, made.json["event_id"]) == (201, dose)
    assert [one["answers"][0]["event_id"] for one in listed(world, patient, patient)] == [dose]
    (seen,) = listed(world, therapist, patient)
    assert (seen["medication_id"], seen["answers"][0]["event_id"]) == (None, None)


def test_the_list_is_filtered_by_what_waits_as_far_as_one_sees(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.SIDE_EFFECT])
    first, second = report(world, patient, patient), report(world, patient, patient)
    made = answer(world, prescriber, patient, first, outcome="manage", text="Drink more.").json
    assert [i["id"] for i in listed(world, patient, patient, query="?unanswered=true")] == [second["id"]]
    assert [i["id"] for i in listed(world, patient, patient, query="?unanswered=false")] == [first["id"]]
    error = f"{patient.record}/answers/{made['id']}/entered-in-error"
    assert world.client(patient).post(error, {"reason": "x"}, version=made["version"]).status_code == 403
    taken = world.client(prescriber).post(error, {"reason": "Another patient"}, version=made["version"])
    assert (taken.status_code, taken.json["entered_in_error_reason"]) == (200, "Another patient")
    assert len(listed(world, patient, patient, query="?unanswered=true")) == 2
    assert world.client(patient).get(f"{patient.record}/side-effects?unanswered=maybe").status_code == 422


def test_a_report_is_taken_back_by_who_wrote_it_and_then_needs_no_answer(world: World) -> None:
    patient, _, prescriber = world.trio()
    sent = report(world, patient, patient, send_to=[str(prescriber.user_id)])
    address = f"{patient.record}/side-effects/{sent['id']}/entered-in-error"
    assert world.client(prescriber).post(address, {"reason": "x"}, version=sent["version"]).status_code == 403
    assert world.client(patient).post(address, {"reason": "x"}).status_code == 428
    taken = world.client(patient).post(address, {"reason": "It was the tea."}, version=sent["version"])
    assert (taken.status_code, taken.json["overdue"], taken.json["answer_note"]) == (200, False, None)
    assert answer(world, prescriber, patient, sent, outcome="manage", text="x").status_code == 409
    assert listed(world, patient, patient, query="?unanswered=true") == []


def test_who_left_reads_what_they_recorded_without_what_others_answered(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["team"], classes=[ItemClass.SIDE_EFFECT])
    made = report(world, therapist, patient)
    assert answer(world, prescriber, patient, made, outcome="manage", text="x").status_code == 201
    left = update(Membership).where(Membership.user_id == therapist.user_id).values(ended_at=world.now)
    world.session.execute(left)
    world.session.commit()
    (seen,) = listed(world, therapist, patient)
    assert (seen["answers"], seen["answer_note"], seen["overdue"]) == ([], None, False)
    assert world.client(therapist).post(f"{patient.record}/side-effects", NAUSEA).status_code == 403


def test_a_hidden_report_and_answer_are_like_absent_ones(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = report(world, patient, patient, send_to=[str(prescriber.user_id)])
    said = answer(world, prescriber, patient, made, outcome="manage", text="x").json
    for path, one in (("side-effects", made), ("answers", said)):
        tails: list[tuple[str, str, Any]] = [("GET", "", None), ("POST", "/entered-in-error", {"reason": "x"})]
        tails += [("POST", "/answers", {"outcome": "manage", "text": "x"})] if path == "side-effects" else []
        for method, tail, body in tails:
            places = (f"{patient.record}/{path}/{i}{tail}" for i in (one["id"], new_id()))
            hidden, absent = (world.client(therapist)(method, where, json=body, version=1) for where in places)
            assert (hidden.status_code, hidden.data) == (404, absent.data)
    assert listed(world, therapist, patient) == []


def test_an_answer_does_not_name_what_its_reader_may_not_read(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["team"], classes=[ItemClass.SIDE_EFFECT])
    made = report(world, patient, patient, send_to=[str(prescriber.user_id)])
    said = answer(world, prescriber, patient, made, outcome="manage", text="x").json
    shown = {who: world.client(who).get(f"{patient.record}/answers/{said['id']}").json for who in (patient, therapist)}
    assert (shown[patient]["answers_id"], shown[therapist]["answers_id"]) == (made["id"], None)


def test_a_list_of_any_length_takes_the_same_statements(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, disclosers=["patient", "team"], classes=[ItemClass.SIDE_EFFECT, ItemClass.MEDICATION])
    counts = []
    for _ in range(3):
        entry = world.medication(patient, prescriber)
        made = report(world, patient, patient, medication_id=str(entry.id), effect="I want to die")
        answer(world, prescriber, patient, made, outcome="manage", text="x")
        with statements(world.app) as sent:
            listed(world, prescriber, patient)
        counts.append(len(sent))
    assert len(set(counts)) == 1


def test_an_answer_that_is_marked_as_entered_in_error_is_no_answer(world: World) -> None:
    patient, _, prescriber = world.trio()
    sent = report(world, patient, patient, send_to=[str(prescriber.user_id)])
    made = answer(world, prescriber, patient, sent, outcome="manage", text="x").json
    where = f"{patient.record}/answers/{made['id']}/entered-in-error"
    assert world.client(prescriber).post(where, {"reason": "x"}, version=1).status_code == 200
    (seen,) = listed(world, patient, patient)
    assert (seen["answered"], seen["answer_note"], len(seen["answers"])) == (False, "No answer that you can see.", 1)
