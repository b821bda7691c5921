"""A referral from its proposal to its answer, as those concerned walk through it."""

from datetime import timedelta
from typing import Any

import pytest

from careteam.models import Membership
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Role
from tests.consent.acts import member, notes_seen, revoked
from tests.notices.acts import kinds, sentences
from tests.queries import statements
from tests.referrals.acts import (
    QUESTION,
    REASON,
    SECRET,
    accepted,
    agreed,
    answered,
    place,
    proposed,
    read,
    referrals,
    state,
    to_me,
    to_them,
)
from tests.world import Person, World


def pair(world: World) -> tuple[Person, Person, Person]:
    """A patient with a therapist, and a prescriber who is not in the team."""
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    return patient, therapist, world.prescriber()


def test_from_therapist_to_prescriber_and_the_answer_back(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    note = world.note(patient, therapist)
    made = proposed(world, therapist, patient, prescriber)
    assert (made["state"], made["to"]["name"]) == ("proposed", prescriber.name)
    assert agreed(world, patient, made)["state"] == "sent"
    joined = accepted(world, prescriber, made)
    assert (joined["state"], joined["patient_id"]) == ("accepted", str(patient.patient_id))
    seen = read(world, prescriber, patient, made)
    assert (seen["reason"], seen["question"], seen["state"]) == (REASON, QUESTION, "accepted")
    assert notes_seen(world, prescriber, patient) == {str(note.id)}
    day = str(world.now.date() + timedelta(days=9))
    appointment = {"outcome": "appointment", "follow_up_on": day, "text": "At nine."}
    assert answered(world, prescriber, patient, made, **appointment).status_code == 201
    assert answered(world, prescriber, patient, made, outcome="assessed", text="Started.").status_code == 201
    assert state(world, patient, patient, made) == state(world, prescriber, patient, made) == "closed"


def test_from_prescriber_to_therapist(world: World) -> None:
    patient, prescriber, therapist = world.patient(), world.prescriber(), world.therapist()
    world.join(patient, prescriber, Role.PRESCRIBER)
    entry = world.medication(patient, prescriber)
    share = {"disclosers": [member(prescriber)], "classes": ["referral", "medication"]}
    made = proposed(world, prescriber, patient, therapist, to_role="therapist", share=share)
    agreed(world, patient, made)
    accepted(world, therapist, made)
    assert read(world, therapist, patient, made)["reason"] == REASON
    assert world.client(therapist).get(f"{patient.record}/medications/{entry.id}").status_code == 200


def test_before_the_patients_yes_the_addressee_knows_of_nothing(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    assert to_them(world, prescriber) == []
    absent = {"id": str(new_id())}
    for tail, body in (("", None), ("/acceptance", {}), ("/decline", {"reason": "Full."})):
        method = "POST" if tail else "GET"
        found, none = (world.client(prescriber)(method, to_me(r) + tail, json=body) for r in (made, absent))
        assert (found.status_code, found.data) == (none.status_code, none.data) == (404, none.data)
    assert kinds(world, prescriber) == []


def test_after_it_they_see_that_it_is_from_whom_and_neither_name_nor_content(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    (shown,) = to_them(world, prescriber)
    assert (shown["from"]["name"], shown["role"], shown["state"]) == (therapist.name, "prescriber", "sent")
    assert shown["patient_id"] is None
    whole = "".join(
        world.client(prescriber).get(at).text for at in ("me/referrals", to_me(made), "memberships", "me/notices")
    )
    for hidden in (patient.name, str(patient.patient_id), *SECRET):
        assert hidden not in whole
    assert kinds(world, prescriber) == ["membership_proposed", "referred_to_you"]
    hidden, none = (world.client(prescriber).get(f"{referrals(patient)}/{i}") for i in (made["id"], new_id()))
    assert (hidden.status_code, hidden.data) == (none.status_code, none.data) == (404, none.data)


def test_nobody_else_sees_a_referral_to_somebody(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    unverified = world.prescriber("Uwe Unverified", verified=False)
    for other in (patient, therapist, unverified, world.prescriber("Stella Stranger")):
        assert to_them(world, other) == []
        for tail in ("/acceptance", "/decline"):
            body: dict[str, Any] = {"reason": "No."} if tail == "/decline" else {}
            assert world.client(other).post(to_me(made) + tail, body).status_code == 404


def test_another_member_reads_it_by_consent_alone(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    other = world.prescriber("Olly Other")
    world.join(patient, other, Role.PRESCRIBER)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    for path in (made["id"], new_id()):
        refused = world.client(other).get(f"{referrals(patient)}/{path}")
        assert refused.status_code == 404
    assert world.client(other).get(referrals(patient)).json["items"] == []
    consent = world.consent(patient, recipients=[member(other)], classes=[ItemClass.REFERRAL])
    seen = read(world, other, patient, made)
    assert (seen["reason"], seen["consent_id"], seen["membership_id"]) == (REASON, None, None)
    revoked(world, patient, consent)
    assert world.client(other).get(place(patient, made)).status_code == 404


def test_revoking_closes_it_to_the_addressee(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    note = world.note(patient, therapist)
    made = proposed(world, therapist, patient, prescriber)
    consent_id = agreed(world, patient, made)["consent_id"]
    accepted(world, prescriber, made)
    assert notes_seen(world, prescriber, patient) == {str(note.id)}
    revoked(world, patient, {"id": consent_id})
    assert world.client(prescriber).get(place(patient, made)).status_code == 404
    assert notes_seen(world, prescriber, patient) == set()
    assert answered(world, prescriber, patient, made, outcome="assessed").status_code == 404


def test_who_refers_knows_of_appointment_and_answer_by_consent_alone(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    accepted(world, prescriber, made)
    before = kinds(world, therapist)
    day = str(world.now.date())
    first = answered(world, prescriber, patient, made, outcome="appointment", follow_up_on=day).json
    assert (first["referrer_reads"], "Ask the patient" in first["note"]) == (False, True)
    seen = read(world, therapist, patient, made)
    assert (seen["state"], seen["appointment_on"], seen["answers"]) == ("accepted", None, [])
    assert kinds(world, therapist) == before
    assert read(world, patient, patient, made)["appointment_on"] == day
    world.consent(patient, disclosers=[member(prescriber)], classes=[ItemClass.REFERRAL])
    seen = read(world, therapist, patient, made)
    assert (seen["state"], seen["appointment_on"]) == ("appointed", day)
    second = answered(world, prescriber, patient, made, outcome="answered", text="Yes, started.").json
    assert (second["referrer_reads"], second["note"]) == (True, None)
    assert [a["text"] for a in read(world, therapist, patient, made)["answers"]] == [None, "Yes, started."]
    assert kinds(world, therapist)[len(before) :][-1] == "referral_answered"


def test_each_side_is_told_and_only_the_patients_own_are_named(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    assert kinds(world, patient) == ["referral_proposed"]
    agreed(world, patient, made)
    accepted(world, prescriber, made)
    assert "referral_answered" in kinds(world, therapist)
    assert f"There is news of a referral of {patient.name}." in sentences(world, therapist)
    assert "A clinician refers somebody to you." in sentences(world, prescriber)


def test_accepting_can_ask_for_more(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    ask = {"disclosers": ["team", "patient"], "classes": ["medication", "allergy"], "message": "To be safe."}
    accepted(world, prescriber, made, ask=ask)
    (asked,) = world.client(patient).get(f"{patient.record}/consents?status=requested").json["items"]
    assert (asked["status"], asked["recipients"]) == ("requested", [member(prescriber)])
    assert asked["asked"]["message"] == "To be safe."


def test_what_is_asked_for_wrongly_leaves_the_referral_unaccepted(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    ask = {"disclosers": [f"member:{new_id()}"], "classes": ["medication"]}
    assert world.client(prescriber).post(f"{to_me(made)}/acceptance", {"ask": ask}).status_code == 422
    assert to_them(world, prescriber)[0]["state"] == "sent"
    assert world.session.query(Membership).filter_by(user_id=prescriber.user_id).one().clinician_accepted_at is None


def test_declining_gives_the_reason_to_patient_and_referrer(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    for _ in range(2):
        said = world.client(prescriber).post(f"{to_me(made)}/decline", {"reason": "I have no room before May."})
        assert (said.status_code, said.json["state"]) == (200, "declined")
    for reader in (patient, therapist):
        seen = read(world, reader, patient, made)
        assert (seen["state"], seen["decline_reason"]) == ("declined", "I have no room before May.")
    assert world.client(prescriber).post(f"{to_me(made)}/acceptance").status_code == 409
    assert kinds(world, therapist)[-1] == "referral_answered"
    assert world.client(prescriber).get(place(patient, made)).status_code == 404


@pytest.mark.parametrize("who", ["patient", "therapist", "another member"])
def test_only_the_addressee_answers(world: World, who: str) -> None:
    patient, therapist, prescriber = pair(world)
    other = world.prescriber("Olly Other")
    world.join(patient, other, Role.PRESCRIBER)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    accepted(world, prescriber, made)
    world.consent(patient, recipients=[member(other)], classes=[ItemClass.REFERRAL])
    acting = {"patient": patient, "therapist": therapist, "another member": other}[who]
    assert answered(world, acting, patient, made, outcome="assessed").status_code == 403


def test_who_has_left_reads_their_own_referral_without_what_came_of_it(world: World) -> None:
    patient, therapist, prescriber = pair(world)
    made = proposed(world, therapist, patient, prescriber)
    agreed(world, patient, made)
    accepted(world, prescriber, made)
    own = world.session.query(Membership).filter_by(user_id=therapist.user_id).one()
    own.ended_at = world.now
    world.session.commit()
    seen = read(world, therapist, patient, made)
    assert seen["reason"] == REASON
    hidden = ("state", "accepted_at", "patient_answered_at", "consent_id", "membership_id", "answer_by", "labels")
    assert {seen[name] for name in hidden} == {None}
    assert world.client(therapist).post(f"{place(patient, made)}/withdrawal").status_code == 403


def test_a_page_of_referrals_takes_as_many_statements_as_one(world: World) -> None:
    patient, therapist, _ = pair(world)
    counts = []
    for n in range(3):
        proposed(world, therapist, patient, world.prescriber(f"Paul {n}"))
        with statements(world.app) as sent:
            assert len(world.client(patient).get(referrals(patient)).json["items"]) == n + 1
        counts.append(len(sent))
    assert counts[0] == counts[-1], counts
