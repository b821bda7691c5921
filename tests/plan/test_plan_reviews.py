"""My current plan is not working: whom it reaches, who answers, and who closes it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from careteam.models import PlanReview
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Power
from tests.plan.acts import PLAN, linked
from tests.world import Person, World

ANSWER = {"outcome": "appointment", "text": "Let us talk on Thursday."}


def opened(world: World, patient: Person, **said: Any) -> Any:
    """Open a plan review, and return it."""
    answer = world.client(patient).post(f"{patient.record}/plan-reviews", {"text": "It is not working.", **said})
    assert answer.status_code == 201, answer.json
    return answer.json


def read(world: World, who: Person, patient: Person, review: Any) -> Any:
    """One plan review as this person reads it."""
    return world.client(who).get(f"{patient.record}/plan-reviews/{review['id']}")


def answered(world: World, who: Person, patient: Person, review: Any, **said: Any) -> Any:
    """Answer a plan review; return the response."""
    return world.client(who).post(f"{patient.record}/plan-reviews/{review['id']}/answers", {**ANSWER, **said})


def closed(world: World, who: Person, patient: Person, review: Any) -> Any:
    """Close a plan review; return the response."""
    where = f"{patient.record}/plan-reviews/{review['id']}/closing"
    return world.client(who)("POST", where, version=review["version"])


def test_it_reaches_everybody_who_can_receive_it_without_any_consent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = opened(world, patient)
    reached = sorted(one["name"] for one in made["delivery"]["sent_to"])
    assert (reached, made["delivery"]["not_reached"]) == (sorted([therapist.name, prescriber.name]), [])
    for who in (therapist, prescriber):
        found = read(world, who, patient, made).json
        assert (found["text"], found["sent_to"], found["unanswered"]) == ("It is not working.", None, True)
        told = world.client(who).get("me/notices").json["items"]
        assert [one["kind"] for one in told] == ["sent_to_you"]
    assert sorted(one["name"] for one in read(world, patient, patient, made).json["sent_to"]) == reached


def test_the_patient_is_told_at_once_whom_it_does_not_reach(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.restriction(patient, against_user_id=prescriber.user_id, item_class=PLAN)
    made = opened(world, patient)
    (missed,) = made["delivery"]["not_reached"]
    assert (missed["name"], missed["reason"], bool(missed["instead"])) == (prescriber.name, "restricted", True)
    hidden, none = read(world, prescriber, patient, made), read(world, prescriber, patient, {"id": new_id()})
    assert (hidden.status_code, hidden.data) == (404, none.data)


def test_it_goes_to_those_who_are_named_alone(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = opened(world, patient, send_to=[str(therapist.user_id)])
    assert read(world, therapist, patient, made).status_code == 200
    assert read(world, prescriber, patient, made).status_code == 404
    nobody = opened(world, patient, send_to=[])
    assert (nobody["delivery"]["read_by"], bool(nobody["delivery"]["note"])) == ([], True)
    assert world.client(prescriber).get(f"{patient.record}/plan-reviews").json["items"] == []
    stranger = world.client(patient).post(f"{patient.record}/plan-reviews", {"send_to": [str(new_id())]})
    assert (stranger.status_code, list(stranger.json["errors"])) == (422, ["send_to"])


def test_it_needs_no_words(world: World) -> None:
    patient, *_ = world.trio()
    made = world.client(patient).post(f"{patient.record}/plan-reviews", {})
    again = world.client(patient).get(made.headers["Location"])
    assert (made.status_code, again.json["text"], again.headers["ETag"]) == (201, None, made.headers["ETag"])


def test_only_the_patient_and_who_reports_for_them_open_one(world: World) -> None:
    patient, therapist, _ = linked(world)
    parent, reader = world.user("Pia Parent"), world.user("Otto Other")
    world.acts_for(patient, parent, classes=[PLAN], powers=[Power.READ, Power.REPORT])
    world.acts_for(patient, reader, classes=[PLAN], powers=[Power.READ])
    for who, status in {therapist: 403, reader: 403, parent: 201, world.therapist("Stella"): 404}.items():
        assert world.client(who).post(f"{patient.record}/plan-reviews", {"text": "x"}).status_code == status


def test_answers_are_seen_as_far_as_consent_reaches(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = opened(world, patient)
    assert answered(world, therapist, patient, made).status_code == 201
    seen = {who.name: read(world, who, patient, made).json for who in (patient, therapist, prescriber)}
    assert [one["text"] for one in seen[patient.name]["answers"]] == [ANSWER["text"]]
    assert (seen[therapist.name]["unanswered"], seen[prescriber.name]["unanswered"]) == (False, True)
    assert seen[prescriber.name]["answers"] == []
    consent = world.consent(patient, classes=[PLAN])
    assert len(read(world, prescriber, patient, made).json["answers"]) == 1
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    assert read(world, prescriber, patient, made).json == seen[prescriber.name]
    assert "answered" in [one["kind"] for one in world.client(patient).get("me/notices").json["items"]]


@pytest.mark.parametrize(("hours", "late"), [(-1, True), (0, True), (1, False)])
def test_it_is_overdue_from_the_end_of_its_time_for_who_sees_no_answer(world: World, hours: int, late: bool) -> None:
    patient, therapist, prescriber = world.trio()
    made = opened(world, patient)
    due = world.now + timedelta(hours=hours)
    world.session.execute(update(PlanReview).values(answer_due_at=due))
    world.session.commit()
    assert read(world, therapist, patient, made).json["overdue"] is late
    answered(world, therapist, patient, made)
    assert read(world, therapist, patient, made).json["overdue"] is False
    assert read(world, prescriber, patient, made).json["overdue"] is late


def test_an_answer_is_a_clinicians_and_fits(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = opened(world, patient)
    assert answered(world, patient, patient, made).status_code == 403
    assert answered(world, therapist, patient, made, outcome="approved").status_code == 422
    assert answered(world, therapist, patient, made, follow_up_on="2020-01-01").status_code == 422
    assert read(world, patient, patient, made).json["answers"] == []


def test_the_patient_closes_it_at_any_time_and_a_clinician_after_answering(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    for who in (patient, therapist):
        made = opened(world, patient)
        assert closed(world, therapist, patient, made).status_code == 403
        answered(world, therapist, patient, made)
        assert closed(world, prescriber, patient, made).status_code == 403
        done = closed(world, who, patient, made)
        assert (done.status_code, done.json["closed_by"]) == (200, str(who.user_id))
        assert closed(world, who, patient, done.json).status_code == 409
        assert answered(world, prescriber, patient, made).status_code == 409
    assert world.client(patient).get(f"{patient.record}/plan-reviews?open=true").json["items"] == []
    assert len(world.client(patient).get(f"{patient.record}/plan-reviews?open=false").json["items"]) == 2


def test_closing_names_the_version(world: World) -> None:
    patient, *_ = world.trio()
    made = opened(world, patient)
    where = f"{patient.record}/plan-reviews/{made['id']}/closing"
    assert world.client(patient)("POST", where).status_code == 428
    assert world.client(patient)("POST", where, version=9).status_code == 412


def test_who_closed_it_is_named_where_the_reader_sees_that_they_answered(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = opened(world, patient)
    answered(world, therapist, patient, made)
    closed(world, therapist, patient, made)
    shown = [read(world, who, patient, made).json["closed_by"] for who in (patient, therapist, prescriber)]
    assert shown == [str(therapist.user_id), str(therapist.user_id), None]
    world.consent(patient, classes=[PLAN])
    assert read(world, prescriber, patient, made).json["closed_by"] == str(therapist.user_id)


def test_the_patient_takes_it_back_as_entered_in_error(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = opened(world, patient)
    where = f"{patient.record}/plan-reviews/{made['id']}/entered-in-error"
    assert world.client(therapist).post(where, {"reason": "x"}, version=made["version"]).status_code == 403
    assert (
        world.client(patient).post(where, {"reason": "Pressed by mistake."}, version=made["version"]).status_code == 200
    )
    found = read(world, therapist, patient, made).json
    assert (found["entered_in_error_reason"], found["unanswered"]) == ("Pressed by mistake.", False)
    assert answered(world, therapist, patient, made).status_code == 409
    assert closed(world, patient, patient, found).status_code == 409


def test_a_consent_opens_a_review_that_was_sent_to_nobody(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = opened(world, patient, send_to=[])
    assert read(world, therapist, patient, made).status_code == 404
    world.consent(patient, disclosers=["patient"], classes=[ItemClass.TREATMENT_PLAN])
    assert read(world, therapist, patient, made).status_code == 200
