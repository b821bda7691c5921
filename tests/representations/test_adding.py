"""Who may have somebody act for a patient, who may accept, and what comes by default."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from careteam.models import Patient, Representation
from careteam.policy.vocabulary import Role
from tests.representations.acting import (
    NEWCOMER,
    SEEN,
    added,
    joined_team,
    minor,
    one,
    parent,
    registered,
    representations,
    token_of,
    told,
    without_account,
)
from tests.world import PASSWORD, World


def test_an_adult_adds_a_friend_who_acts_from_their_yes_on(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    made = added(world, patient, patient)
    assert (made["state"], made["representative"], made["attested"]) == ("proposed", None, None)
    nora = registered(world, made)
    assert world.client(nora).get(f"{patient.record}/notes").json["items"][0]["id"] == str(note.id)
    shown = world.client(patient).get(one(patient, made)).json
    assert (shown["state"], shown["representative"]["name"]) == ("standing", "Nora Newcomer")
    assert told(world, patient) == ["representation_added"]


def test_nothing_opens_before_it_is_accepted(world: World) -> None:
    patient = world.patient()
    nora = world.user("Nora Ellison")
    added(world, patient, patient, email=nora.email)
    assert world.client(nora).get(f"{patient.record}/notes").status_code == 404
    assert world.client(nora).get("me/representations").json["items"] == []


def test_somebody_with_an_account_accepts_by_their_address_alone(world: World) -> None:
    patient, nora = world.patient(), world.user("Nora Ellison")
    made = added(world, patient, patient, email=nora.email, powers=["read"])
    invitation = world.client(nora).get("invitations").json["items"][0]
    assert (invitation["kind"], invitation["role"], invitation["membership_kind"]) == ("representative", None, None)
    preview = world.client(nora).get(f"invitations/{invitation['id']}/preview").json
    assert preview["represents"]["patient"] == patient.name
    assert preview["represents"]["powers"] == ["read"]
    accepted = world.client(nora).post(f"invitations/{invitation['id']}/acceptance")
    assert accepted.json["representation_id"] == made["id"]
    assert world.client(nora).get(f"invitations/{invitation['id']}/acceptance").json == accepted.json
    assert [r["patient"]["name"] for r in world.client(nora).get("me/representations").json["items"]] == [patient.name]


def test_a_link_alone_names_no_patient(world: World) -> None:
    patient, therapist = minor(world), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    made = added(world, therapist, patient, basis="parent", attestation=SEEN)
    preview = world.client(None).post("invitations/preview", {"token": token_of(made)})
    assert preview.json["represents"]["patient"] is None
    assert patient.name not in preview.text


def test_a_clinician_adds_a_parent_by_attesting_and_the_patient_is_told_at_once(world: World) -> None:
    patient, therapist = minor(world), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    made = added(world, therapist, patient, basis="parent", attestation=SEEN)
    assert told(world, patient) == ["representation_proposed"]
    attested = world.client(patient).get(one(patient, made)).json["attested"]
    assert (attested["document"], attested["name"]) == (SEEN["document"], therapist.name)
    registered(world, made)
    assert told(world, patient) == ["representation_proposed", "representation_added"]


def test_what_was_attested_is_stored_sealed(world: World) -> None:
    patient, therapist = minor(world), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    made = added(world, therapist, patient, basis="parent", attestation=SEEN)
    stored = world.session.get_one(Representation, UUID(made["id"])).attested_document
    assert stored is not None
    assert SEEN["document"].encode() not in stored


def test_a_parent_gets_neither_questions_nor_the_sensitive_labels(world: World) -> None:
    patient, therapist = minor(world), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    made = added(world, therapist, patient, basis="parent", attestation=SEEN)
    assert not {"question", "psychotherapy_note", "sud_counseling_note"} & set(made["classes"])
    assert made["labels"] == ["hiv", "violence"]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"basis": "parent", "classes": ["question"]}, "classes"),
        ({"basis": "parent", "labels": ["substance_use"]}, "labels"),
        ({"basis": "parent", "labels": ["sexual_health", "hiv"]}, "labels"),
        ({"basis": "parent", "labels": ["gender_and_reproductive"]}, "labels"),
        ({"basis": "parent", "classes": ["psychotherapy_note"]}, "classes"),
        ({"basis": "guardian", "classes": ["sud_counseling_note"]}, "classes"),
        ({"basis": "power_of_attorney"}, "basis"),
        ({"basis": "parent", "powers": []}, "powers"),
        ({"basis": "parent", "valid_until": "2020-01-01T00:00:00Z"}, "valid_until"),
        ({"basis": "parent", "attestation": {**SEEN, "seen_on": "2999-01-01"}}, "date"),
        ({"basis": "parent", "attestation": None}, "attestation"),
    ],
)
def test_what_a_clinician_cannot_give_for_a_minor(world: World, words: dict[str, Any], field: str) -> None:
    patient, therapist = minor(world), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    body = {"attestation": SEEN, **words}
    if body["attestation"] is None:
        del body["attestation"]
    answer = added(world, therapist, patient, status=422, **body)
    assert field in str(answer["errors"])


def test_an_adult_has_no_parent_and_no_attestation_of_their_own(world: World) -> None:
    patient = world.patient()
    assert "basis" in added(world, patient, patient, status=422, basis="parent")["errors"]
    assert "attestation" in added(world, patient, patient, status=422, attestation=SEEN)["errors"]


def test_a_minor_adds_nobody_alone(world: World) -> None:
    patient = minor(world)
    assert "come of age" in added(world, patient, patient, status=403, basis="parent")["detail"]


def test_who_acts_for_the_patient_adds_nobody_and_neither_does_a_former_member(world: World) -> None:
    patient, therapist = minor(world), world.therapist()
    world.join(patient, therapist, Role.THERAPIST, ended_at=world.now)
    mother, _ = parent(world, patient)
    assert added(world, mother, patient, status=403, basis="guardian", attestation=SEEN)
    assert added(world, therapist, patient, status=403, basis="parent", attestation=SEEN)


def test_to_strangers_the_address_is_absent(world: World) -> None:
    patient, stranger = world.patient(), world.therapist()
    absent = world.client(stranger).get("patients/01900000-0000-7000-8000-000000000000/representations")
    body = {"email": NEWCOMER, "basis": "guardian", "powers": ["read"], "attestation": SEEN}
    for answer in (
        world.client(stranger).get(representations(patient)),
        world.client(stranger).post(representations(patient), body),
    ):
        assert (answer.status_code, answer.data) == (404, absent.data)


def test_who_brought_a_record_attests_a_parent_who_lets_them_treat(world: World) -> None:
    patient, therapist = minor(world), world.therapist()
    without_account(world, patient)
    place = world.join(patient, therapist, Role.THERAPIST, patient_agreed_at=None)
    made = added(world, therapist, patient, basis="parent", attestation=SEEN)
    mother = registered(world, made, "Petra Young")
    waiting = world.client(mother).get("memberships").json["items"]
    assert [m["id"] for m in waiting] == [str(place.id)]
    agreed = world.client(mother).post(f"memberships/{place.id}/agreement")
    assert agreed.json["state"] == "current"
    team = world.client(mother).get(f"{patient.record}/team").json["members"]
    assert [m["name"] for m in team] == [therapist.name]


def test_neither_the_attester_nor_the_patient_accepts(world: World) -> None:
    patient = minor(world)
    therapist, _ = joined_team(world, patient)
    own = added(world, therapist, patient, status=422, email=therapist.email, basis="parent", attestation=SEEN)
    assert "email" in own["errors"]
    mine = added(world, therapist, patient, email=patient.email, basis="guardian", attestation=SEEN)
    refused = world.client(patient).post("invitations/acceptance", {"token": token_of(mine)})
    assert (refused.status_code, "themselves" in refused.json["detail"]) == (409, True)


def test_an_invitation_dies_with_the_place_of_who_made_it(world: World) -> None:
    patient, therapist = minor(world), world.therapist()
    place = world.join(patient, therapist, Role.THERAPIST)
    made = added(world, therapist, patient, basis="parent", attestation=SEEN)
    place.ended_at = world.now
    world.add(place)
    body = {"token": token_of(made), "name": "Petra Young", "password": PASSWORD}
    assert world.client(None).post("invitations/acceptance", body).status_code == 410


def test_a_parent_of_somebody_who_came_of_age_meanwhile_cannot_accept(world: World) -> None:
    patient, therapist = minor(world), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    made = added(world, therapist, patient, basis="parent", attestation=SEEN)
    world.session.get_one(Patient, patient.patient_id).birth_date = date(1990, 1, 1)
    world.session.commit()
    body = {"token": token_of(made), "name": "Petra Young", "password": PASSWORD}
    assert world.client(None).post("invitations/acceptance", body).status_code == 410


def test_nobody_acts_twice_for_one_patient(world: World) -> None:
    patient, nora = world.patient(), world.user("Nora Ellison")
    world.acts_for(patient, nora)
    made = added(world, patient, patient, email=nora.email)
    refused = world.client(nora).post("invitations/acceptance", {"token": token_of(made)})
    assert (refused.status_code, "already" in refused.json["detail"]) == (409, True)


def test_who_was_a_parent_may_be_given_a_power_of_attorney(world: World) -> None:
    patient = world.patient()
    mother, _ = parent(world, patient)
    assert world.client(mother).get(patient.record).status_code == 404
    made = added(world, patient, patient, email=mother.email)
    assert world.client(mother).post("invitations/acceptance", {"token": token_of(made)}).status_code == 201
    assert world.client(mother).get(patient.record).status_code == 200
    stored = world.session.scalars(select(Representation.end_basis)).all()
    assert set(stored) == {None}


def test_saying_no_to_it_tells_the_patient_and_opens_nothing(world: World) -> None:
    patient, nora = world.patient(), world.user("Nora Ellison")
    made = added(world, patient, patient, email=nora.email)
    assert world.client(nora).post("invitations/decline", {"token": token_of(made)}).status_code == 204
    assert world.client(patient).get(one(patient, made)).json["state"] == "declined"
    assert told(world, patient) == ["representation_ended"]


def test_inviting_the_same_address_again_ends_the_older_link(world: World) -> None:
    patient = world.patient()
    first, second = added(world, patient, patient), added(world, patient, patient)
    assert world.client(None).post("invitations/preview", {"token": token_of(first)}).status_code == 410
    assert world.client(None).post("invitations/preview", {"token": token_of(second)}).status_code == 200
    states = [r["state"] for r in world.client(patient).get(representations(patient)).json["items"]]
    assert states == ["proposed", "withdrawn"]
