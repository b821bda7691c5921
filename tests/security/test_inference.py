"""Answers that would tell what the asker may not see, by what they refuse, count or echo."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from careteam.models import AccessEvent
from careteam.policy.vocabulary import Role
from tests.consent.acts import begun, place, signed
from tests.fhir_reading.samples import bundle, request
from tests.fhir_reading.samples import patient as fhir_patient
from tests.importing.kit import BORN, count, linked, post
from tests.team.inviting import register, to_treatment
from tests.world import Person, World

FILE = bundle(fhir_patient(), request())
NOT_YET: dict[str, dict[str, Any]] = {
    "waits for the patient": {"patient_agreed_at": None},
    "waits for the clinician": {"clinician_accepted_at": None},
}


def test_an_import_report_does_not_tell_what_hidden_items_the_record_holds(world: World) -> None:
    first, therapist, prescriber = linked(world)
    second = world.patient("Ida Okafor", birth_date=BORN)
    world.join(second, therapist, Role.THERAPIST)
    world.join(second, prescriber, Role.PRESCRIBER)
    pair = (therapist, prescriber)
    assert post(world, prescriber, FILE, pair=pair, patient_id=first.patient_id).status_code == 201
    assert world.client(therapist).get(f"{first.record}/medications").json["items"] == []
    holds = post(world, therapist, FILE, pair=pair, patient_id=first.patient_id).json
    empty = post(world, therapist, FILE, pair=pair, patient_id=second.patient_id).json
    assert holds["resources"] == empty["resources"]


def test_an_import_does_not_tell_that_a_hidden_entry_differs_from_a_guess(world: World) -> None:
    first, therapist, prescriber = linked(world)
    pair = (therapist, prescriber)
    post(world, prescriber, FILE, pair=pair, patient_id=first.patient_id)
    guess = bundle(fhir_patient(), request(status="stopped"))
    report = post(world, therapist, guess, pair=pair, patient_id=first.patient_id).json
    (found,) = [part for part in report["resources"] if part["resource_type"] == "MedicationRequest"]
    assert found["changed"] == []


@pytest.mark.parametrize("state", NOT_YET)
def test_an_import_does_not_tell_who_is_asked_to_join_the_team(world: World, state: str) -> None:
    patient, therapist, prescriber = linked(world)
    asked, stranger = world.prescriber("Asked Already"), world.prescriber("Stranger Here")
    world.join(patient, asked, Role.PRESCRIBER, **NOT_YET[state])
    post(world, therapist, FILE, pair=(therapist, prescriber), patient_id=patient.patient_id)
    about_asked = post(world, therapist, FILE, pair=(therapist, asked))
    about_stranger = post(world, therapist, FILE, pair=(therapist, stranger))
    assert about_asked.status_code == about_stranger.status_code


def test_an_import_does_not_tell_a_former_member_who_joined_later(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    post(world, therapist, FILE, pair=(therapist, prescriber), patient_id=patient.patient_id)
    (place,) = [m for m in world.client(therapist).get("memberships").json["items"] if m["role"] == "therapist"]
    world.client(therapist).post(f"memberships/{place['id']}/end")
    later, stranger = world.prescriber("Later Here"), world.prescriber("Stranger Here")
    world.join(patient, later, Role.PRESCRIBER)
    statuses = [post(world, therapist, FILE, pair=(therapist, who)).status_code for who in (later, stranger)]
    assert statuses[0] == statuses[1]


@pytest.mark.parametrize("state", NOT_YET)
@pytest.mark.parametrize("part", ["recipients", "disclosers", "exceptions"])
def test_a_request_does_not_tell_who_is_asked_to_join_the_team(world: World, part: str, state: str) -> None:
    patient, therapist, _ = world.trio()
    asked, stranger = world.prescriber("Asked Already"), world.prescriber("Stranger Here")
    world.join(patient, asked, Role.PRESCRIBER, **NOT_YET[state])
    assert str(asked.user_id) not in world.client(therapist).get(f"{patient.record}/team").text
    answers = [_request(world, therapist, patient, part, who) for who in (asked, stranger)]
    assert answers[0].status_code == answers[1].status_code


def _request(world: World, therapist: Person, patient: Person, part: str, who: Person) -> Any:
    body: dict[str, Any] = {"disclosers": ["patient"], "recipients": ["role:therapist"], "classes": ["medication"]}
    named = f"member:{who.user_id}"
    body[part] = {"items": [], "holders": [named]} if part == "exceptions" else [named]
    return world.client(therapist).post(f"{patient.record}/consents", body)


@pytest.mark.parametrize("state", NOT_YET)
def test_recording_a_revocation_does_not_tell_who_is_asked_to_join_the_team(world: World, state: str) -> None:
    patient, therapist, _ = world.trio()
    asked, stranger = world.prescriber("Asked Already"), world.prescriber("Stranger Here")
    world.join(patient, asked, Role.PRESCRIBER, **NOT_YET[state])
    answers = [
        world.client(therapist).post(
            f"{patient.record}/revocations", {"given": "orally", "recipient": f"member:{who.user_id}"}
        )
        for who in (asked, stranger)
    ]
    assert answers[0].status_code == answers[1].status_code


def test_the_shared_record_and_the_consents_name_one_end(world: World) -> None:
    patient, therapist, _ = world.trio()
    consent = world.consent(patient, superseded_at=world.now + timedelta(days=30))
    listed = world.client(therapist).get(f"{patient.record}/consents/{consent.id}").json["valid_until"]
    (permit,) = world.client(therapist).get(f"{patient.record}/shared-record").json["permits"]
    assert permit["valid_until"] == listed


def test_a_hidden_item_cannot_be_named_in_a_requests_exceptions(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    hidden = world.medication(patient, prescriber)
    body: dict[str, Any] = {"disclosers": ["team"], "recipients": ["role:therapist"], "classes": ["medication"]}
    answers = [
        world.client(therapist).post(
            f"{patient.record}/consents", {**body, "exceptions": {"items": [str(i)], "holders": []}}
        )
        for i in (hidden.id, uuid4())
    ]
    assert answers[0].status_code == 422
    assert answers[0].data == answers[1].data


def test_recording_a_revocation_again_does_not_reach_a_consent_that_one_may_not_know_of(world: World) -> None:
    patient, therapist, _ = world.trio()
    first = world.consent(patient)
    part = {"given": "orally", "item_class": "medication"}
    address = f"{patient.record}/consents/{first.id}/revocation"
    assert world.client(therapist).post(address, part).status_code == 200
    second = world.client(patient).get(address).json["successor_id"]
    narrower = f"{patient.record}/consents/{second}/revocation"
    third = world.client(patient).post(narrower, {"recipient": "role:therapist"}).json["successor_id"]
    assert world.client(therapist).get(f"{patient.record}/consents/{third}").status_code == 404
    assert third not in world.client(therapist).post(address, {"given": "orally"}).text


def test_a_requester_whom_the_patient_left_out_does_not_end_the_consent(world: World) -> None:
    patient, _, prescriber = world.trio()
    asked = begun(world, prescriber, patient, ends_when="when I move")
    edited = world.client(patient).patch(place(patient, asked), {"recipients": ["role:therapist"]}, version=1)
    assert edited.status_code == 200
    signed(world, patient, asked)
    assert world.client(prescriber).get(place(patient, asked)).json["ends_when"] is None
    assert world.client(prescriber).post(f"{place(patient, asked)}/ended").status_code != 200


def test_asking_by_the_link_whether_an_address_has_an_account_leaves_a_trace(world: World) -> None:
    """The inviter holds the link, too: 409 tells them, at no cost, that there is an account."""
    therapist, known = world.therapist(), world.user("Known Already")
    link = to_treatment(world, therapist, known.email)
    before = count(world, AccessEvent)
    assert register(world, link, birth_date="1990-05-17").status_code == 409
    assert count(world, AccessEvent) > before
