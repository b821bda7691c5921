"""PHQ-9 item 9 above 0: what is said at once, to whom the flag is shown, and what to do where nobody can read it."""

from typing import Any

import pytest
from sqlalchemy import update

from careteam.models import Membership, Practice
from careteam.policy.vocabulary import ItemClass, Role
from tests.measures.acts import MEASURE, answers, listed, post, read, record, told
from tests.world import Person, World

DEFAULT = "Call or text 988 in the US, or 911."


def flagged(world: World, who: Person, about: Person, **said: Any) -> dict[str, Any]:
    """Answer PHQ-9 with thoughts of being better off dead on several days."""
    return record(world, who, about, answers=answers(value=0, q9=1), **said)


def says(world: World, clinician: Person, text: str) -> None:
    """Let the practice of this clinician say something of its own."""
    world.session.execute(update(Practice).where(Practice.id == clinician.practice_id).values(crisis_text=text))
    world.session.commit()


@pytest.mark.parametrize("value", [0, 1, 2, 3])
def test_any_answer_above_0_raises_the_flag(world: World, value: int) -> None:
    patient, *_ = world.trio()
    made = record(world, patient, patient, answers=answers(value=0, q9=value))
    assert (made["safety_flag"], made["safety"] is not None) == (value > 0, value > 0)


def test_the_answer_says_first_what_to_do_and_that_no_one_watches(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    says(world, prescriber, "Call 555-0100 at any hour, or 911.")
    answer = post(world, patient, patient, answers=answers(value=0, q9=2))
    assert answer.data.startswith(b'{"safety":{"texts":[')
    safety = answer.json["safety"]
    assert safety["not_watched"] == "No one watches this live."
    assert safety["texts"] == [
        {"practice": f"{prescriber.name}'s practice", "text": "Call 555-0100 at any hour, or 911."},
        {"practice": f"{therapist.name}'s practice", "text": DEFAULT},
    ]


def test_without_a_team_the_default_is_said(world: World) -> None:
    patient = world.patient()
    safety = flagged(world, patient, patient)["safety"]
    assert (safety["texts"], safety["seen_by"]) == ([{"practice": None, "text": DEFAULT}], [])
    assert safety["share"]["recipients"] == []


def test_a_practice_of_a_former_or_pending_member_says_nothing(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    gone = Membership.user_id == prescriber.user_id
    world.session.execute(update(Membership).where(gone).values(ended_at=world.now))
    world.session.commit()
    world.join(patient, world.prescriber("Penny Pending"), Role.PRESCRIBER, patient_agreed_at=None)
    texts = flagged(world, patient, patient)["safety"]["texts"]
    assert [text["practice"] for text in texts] == [f"{therapist.name}'s practice"]


def test_where_nobody_can_read_it_the_patient_is_offered_to_share_this_one_form(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = flagged(world, patient, patient)
    share = made["safety"]["share"]
    assert (made["safety"]["seen_by"], "Nobody of your care team can read" in share["text"]) == ([], True)
    assert (share["method"], share["address"]) == ("POST", f"{patient.record}/sent-items/{made['id']}")
    assert {m["user_id"] for m in share["recipients"]} == {str(therapist.user_id), str(prescriber.user_id)}
    assert told(world, therapist) == told(world, prescriber) == []


def test_who_may_read_it_is_told_and_shown_the_flag(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=["patient"], recipients=["role:therapist"], classes=MEASURE)
    made = flagged(world, patient, patient)
    assert [m["name"] for m in made["safety"]["seen_by"]] == [therapist.name]
    assert made["safety"]["share"] is None
    assert (told(world, therapist), told(world, prescriber)) == (["safety_flag"], [])
    shown = read(world, therapist, patient, made)
    assert (shown["safety_flag"], shown["safety"]["seen_by"], shown["safety"]["share"]) == (True, None, None)
    assert [(m["safety_flag"], m["safety"]) for m in listed(world, therapist, patient)] == [(True, None)]
    assert listed(world, prescriber, patient) == []


def test_who_it_is_sent_to_is_told_so_and_of_the_flag(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = flagged(world, patient, patient, send_to=[str(prescriber.user_id)])
    assert [m["name"] for m in made["safety"]["seen_by"]] == [prescriber.name]
    assert told(world, prescriber) == ["safety_flag", "sent_to_you"]
    assert told(world, therapist) == []


def test_a_restriction_stops_the_flag_too_and_the_patient_is_told(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.consent(patient, disclosers=["patient"], recipients=["role:therapist"], classes=MEASURE)
    world.restriction(patient, item_class=ItemClass.MEASURE)
    made = flagged(world, patient, patient, send_to=[str(therapist.user_id)])
    assert (made["safety"]["seen_by"], made["safety"]["share"] is not None) == ([], True)
    assert [m["reason"] for m in made["delivery"]["not_reached"]] == ["restricted"]
    assert told(world, therapist) == []


def test_a_notice_of_a_flag_ends_with_what_opened_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    consent = world.consent(patient, disclosers=["patient"], recipients=["role:therapist"], classes=MEASURE)
    flagged(world, patient, patient)
    assert "safety_flag" in told(world, therapist)
    sentence = world.client(therapist).get("me/notices").json["items"][0]["sentence"]
    assert (patient.name in sentence, "PHQ" in sentence, "dead" in sentence) == (True, False, False)
    assert world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation", {}).status_code == 200
    assert "safety_flag" not in told(world, therapist)


def test_an_unverified_member_is_neither_told_nor_offered(world: World) -> None:
    patient = world.patient()
    uwe = world.therapist("Uwe Unverified", verified=False)
    world.join(patient, uwe, Role.THERAPIST)
    world.consent(patient, disclosers=["patient"], recipients=["role:therapist"], classes=MEASURE)
    safety = flagged(world, patient, patient)["safety"]
    assert (safety["seen_by"], safety["share"]["recipients"]) == ([], [])


def test_with_a_clinician_it_is_said_to_the_clinician_without_who_else_reads(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=MEASURE)
    safety = flagged(world, therapist, patient)["safety"]
    assert (len(safety["texts"]), safety["seen_by"], safety["share"]) == (2, None, None)
    assert (told(world, prescriber), told(world, therapist)) == (["safety_flag"], [])


def test_read_again_it_is_said_again_as_things_are_now(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = flagged(world, patient, patient)
    world.consent(patient, disclosers=["patient"], recipients=["role:therapist"], classes=MEASURE)
    answer = world.client(patient).get(f"{patient.record}/measures/{made['id']}")
    assert answer.data.startswith(b'{"safety":{"texts":[')
    assert [m["name"] for m in answer.json["safety"]["seen_by"]] == [therapist.name]


def test_a_retry_with_the_same_key_says_it_again(world: World) -> None:
    patient, *_ = world.trio()
    key = {"Idempotency-Key": "one-and-the-same-key-0001"}
    first, again = (post_keyed(world, patient, key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json["safety"]["texts"] == first.json["safety"]["texts"]
    assert len(listed(world, patient, patient)) == 1


def post_keyed(world: World, patient: Person, headers: dict[str, str]) -> Any:
    body = {"questionnaire": "phq-9", "answers": answers(value=0, q9=1)}
    return world.client(patient).post(f"{patient.record}/measures", body, headers=headers)


def test_a_former_member_is_told_of_no_practice_that_came_later(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = flagged(world, therapist, patient)
    gone = Membership.user_id == therapist.user_id
    world.session.execute(update(Membership).where(gone).values(ended_at=world.now))
    world.session.commit()
    safety = read(world, therapist, patient, made)["safety"]
    assert (safety["texts"], safety["seen_by"]) == ([{"practice": None, "text": DEFAULT}], None)
