"""Who is told what about places in a care team: the other side, and nobody whose team it is before both agreed."""

from datetime import timedelta

import pytest

from careteam.models import Staff
from careteam.policy.vocabulary import NoticeKind, Role
from tests.fhir_reading.samples import bundle, request
from tests.fhir_reading.samples import patient as fhir_patient
from tests.importing.kit import post
from tests.notices.acts import kinds, listed, sentences, told
from tests.team.inviting import accept, to_team, to_treatment
from tests.world import LONG_AGO, Person, World


def proposed(world: World, patient: Person, clinician: Person, **values: object) -> str:
    """A place that waits for the patient, unless `values` say otherwise; its id."""
    row = {"patient_agreed_at": None, **values}
    return str(world.join(patient, clinician, Role.THERAPIST, **row).id)


def test_a_patient_is_told_that_somebody_would_join(world: World) -> None:
    patient, therapist, _ = world.trio()
    colleague = world.prescriber("Cole League")
    token = to_team(world, therapist, colleague.email, patient_id=str(patient.patient_id))
    assert kinds(world, patient) == ["membership_proposed"]
    first = listed(world, patient)[0]
    assert first["sentence"].startswith(f"{therapist.name} has invited somebody to your care team as a prescriber.")
    assert (first["about"]["kind"], colleague.email in first["sentence"]) == ("invitation", False)
    made = accept(world.client(colleague), token)
    assert made.status_code == 201
    assert kinds(world, patient) == ["membership_proposed"] * 2
    (newest, _) = listed(world, patient)
    assert newest["sentence"].startswith("Cole League would join your care team as a prescriber.")
    assert newest["about"] == {"kind": "membership", "id": made.json["membership_id"]}
    assert (kinds(world, therapist), kinds(world, colleague)) == ([], [])


def test_who_is_invited_by_the_patient_tells_them_by_accepting(world: World) -> None:
    patient, clinician = world.patient(), world.therapist()
    token = to_team(world, patient, clinician.email, Role.THERAPIST)
    assert kinds(world, patient) == []
    assert accept(world.client(clinician), token).status_code == 201
    assert (
        sentences(world, patient)
        == f"Both sides have agreed that {clinician.name} joins your care team as a therapist."
    )
    assert told(world, clinician) == []


def test_who_invites_a_patient_is_told_when_they_accept(world: World) -> None:
    patient, clinician = world.patient(), world.therapist()
    assert accept(world.client(patient), to_treatment(world, clinician, patient.email)).status_code == 201
    (notice,) = listed(world, clinician)
    assert notice["sentence"] == f"Both sides have agreed that you join the care team of {patient.name} as a therapist."
    assert notice["patient"]["id"] == str(patient.patient_id)


def test_the_patients_yes_is_told_to_the_clinician(world: World) -> None:
    patient, clinician = world.patient(), world.therapist()
    place = proposed(world, patient, clinician)
    assert world.client(patient).post(f"memberships/{place}/agreement").status_code == 200
    assert (kinds(world, clinician), kinds(world, patient)) == (["membership_accepted"], [])


@pytest.mark.parametrize("act", ["decline", "end"])
def test_a_proposal_that_comes_to_nothing_is_told_without_saying_whose_team_it_was(world: World, act: str) -> None:
    patient, clinician = world.patient("Canary Quill"), world.therapist()
    place = proposed(world, patient, clinician)
    assert world.client(patient).post(f"memberships/{place}/{act}").status_code == 200
    answer = world.client(clinician).get("me/notices")
    (notice,) = answer.json["items"]
    said = {
        "decline": "That you join a care team as a therapist was declined.",
        "end": "The proposal that you join a care team as a therapist has been taken back.",
    }
    assert notice["sentence"] == said[act]
    assert (notice["patient"], notice["about"]["id"]) == (None, place)
    assert [word for word in ("Canary", str(patient.patient_id)) if word in answer.text] == []


@pytest.mark.parametrize("by", ["patient", "clinician"])
def test_an_end_is_told_to_the_other_side_once(world: World, by: str) -> None:
    patient, clinician = world.patient(), world.therapist()
    place = world.join(patient, clinician, Role.THERAPIST)
    acting, other = (patient, clinician) if by == "patient" else (clinician, patient)
    for _ in range(2):
        assert world.client(acting).post(f"memberships/{place.id}/end").status_code == 200
    assert (kinds(world, other), kinds(world, acting)) == (["membership_ended"], [])
    said = {
        "patient": f"Your place in the care team of {patient.name} as a therapist has ended.",
        "clinician": f"{clinician.name} is not in your care team as a therapist any more.",
    }
    assert sentences(world, other) == said[by]


def test_an_ended_role_is_told_to_every_patient_and_to_the_clinician(world: World) -> None:
    clinician = world.therapist()
    admin = world.staff("Ann Admin", Role.ADMINISTRATOR, practice_id=clinician.practice_id)
    patients = [world.patient(f"Patient {number}") for number in range(3)]
    for patient in patients:
        world.join(patient, clinician, Role.THERAPIST)
    role = world.session.query(Staff).filter_by(user_id=clinician.user_id).one()
    ended = world.client(admin)("DELETE", f"practices/{clinician.practice_id}/staff/{role.id}")
    assert ended.status_code == 204
    assert [kinds(world, patient) for patient in patients] == [["membership_ended"]] * 3
    assert told(world, clinician) == [NoticeKind.MEMBERSHIP_ENDED] * 3
    assert told(world, admin) == []


def test_who_is_no_longer_verified_reads_no_name_in_what_is_left(world: World) -> None:
    patient, clinician = world.patient("Canary Quill"), world.therapist()
    place = world.join(patient, clinician, Role.THERAPIST)
    world.client(patient).post(f"memberships/{place.id}/end")
    assert "Canary" in sentences(world, clinician)
    world.session.query(Staff).filter_by(user_id=clinician.user_id).update({"verified_at": None})
    world.session.commit()
    answer = world.client(clinician).get("me/notices")
    assert [n["patient"] for n in answer.json["items"]] == [None]
    assert "Canary" not in answer.text


def test_other_members_are_told_nothing_of_who_comes_and_goes(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    token = to_team(world, patient, world.prescriber("Cole League").email)
    colleague = world.client(None).post("invitations/decline", {"token": token})
    assert colleague.status_code == 204
    place = world.join(patient, world.therapist("Una New"), Role.THERAPIST, patient_agreed_at=None)
    world.client(patient).post(f"memberships/{place.id}/agreement")
    world.client(patient).post(f"memberships/{place.id}/end")
    assert (told(world, therapist), told(world, prescriber)) == ([], [])


def test_holders_are_told_what_waits_for_them_and_the_patient_when_they_leave(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    file = bundle(fhir_patient(birthDate="1990-05-17"), request())
    made = post(world, therapist, file, pair=(therapist, prescriber), patient_id=patient.patient_id)
    assert made.status_code == 201, made.json
    assert (kinds(world, prescriber), kinds(world, therapist)) == (["review_due"], [])
    assert sentences(world, prescriber).startswith(f"Items were imported into the record of {patient.name}.")
    place = next(
        m["id"] for m in world.client(prescriber).get("memberships").json["items"] if m["role"] == "prescriber"
    )
    world.client(prescriber).post(f"memberships/{place}/end")
    assert kinds(world, patient)[-2:] == ["membership_ended", "review_due"]
    assert f"wait for {prescriber.name}, who is not in your care team any more" in sentences(world, patient)


def test_a_place_that_was_never_there_says_nothing(world: World) -> None:
    patient, clinician = world.patient(), world.therapist()
    world.join(patient, clinician, Role.THERAPIST, valid_until=LONG_AGO + timedelta(days=1))
    assert (told(world, patient), told(world, clinician)) == ([], [])
