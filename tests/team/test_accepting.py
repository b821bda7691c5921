"""Answering invitations: once, in time, by the right person, in the right order."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from careteam.models import AccessEvent, Membership, Patient, Staff
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Role
from tests.team.inviting import (
    BORN,
    accept,
    account,
    as_new,
    at_instant,
    invitation,
    record_of,
    register,
    to_staff,
    to_team,
    to_treatment,
)
from tests.world import PASSWORD, World

WHO = "nia.new@example.org"


def test_the_link_says_who_invites_to_what(world: World) -> None:
    therapist = world.therapist()
    shown: Any = world.client(None).post("invitations/preview", {"token": to_treatment(world, therapist, WHO)}).json
    assert (shown["invited_by"], shown["practice"]["name"]) == ("Tess Okafor", "Tess Okafor's practice")
    assert (shown["kind"], shown["role"], shown["email"]) == ("patient", "therapist", WHO)
    assert "consents" in shown["meaning"]
    assert shown["opens"] is None


def test_a_proposal_by_a_member_does_not_name_the_patient(world: World) -> None:
    patient, therapist, _ = world.trio()
    token = to_team(world, therapist, WHO, patient_id=str(patient.patient_id))
    shown = world.client(None).post("invitations/preview", {"token": token})
    made = register(world, token)
    theirs = world.client(as_new(world, WHO))
    seen = [shown, made, theirs.get("memberships"), theirs.get("invitations"), theirs.get("patients")]
    assert not any(word in a.text for a in seen for word in (patient.name, str(patient.patient_id), patient.email))
    assert theirs.get(patient.record).data == theirs.get(f"patients/{new_id()}").data


def test_a_new_person_registers_by_the_link_and_gets_their_own_record(world: World) -> None:
    therapist = world.therapist()
    made = register(world, to_treatment(world, therapist, WHO), birth_date=BORN, time_zone="America/Chicago")
    assert made.status_code == 201
    assert made.json["registered"] is True
    user = account(world, WHO)
    assert user is not None
    record = record_of(world, user.id)
    assert record is not None
    assert (str(record.id), record.name, str(record.birth_date), record.time_zone) == (
        made.json["patient_id"],
        "Nia New",
        BORN,
        "America/Chicago",
    )
    assert world.client(therapist).get(f"patients/{record.id}").status_code == 200


def test_a_new_clinician_reads_nothing_until_an_administrator_verifies_them(world: World) -> None:
    patient = world.patient()
    made = register(world, to_team(world, patient, WHO))
    newcomer = world.client(as_new(world, WHO))
    assert (made.status_code, made.json["patient_id"]) == (201, None)
    assert patient.name not in newcomer.get("memberships").text
    assert newcomer.get(patient.record).data == newcomer.get(f"patients/{new_id()}").data
    assert newcomer.get("patients").json["items"] == []
    ada = world.staff("Ada Admin", Role.ADMINISTRATOR)
    assert accept(newcomer, to_staff(world, ada, WHO, Role.PRESCRIBER)).status_code == 201
    newcomer = world.client(as_new(world, WHO))
    assert newcomer.get(patient.record).status_code == 404
    staff = f"practices/{ada.practice_id}/staff"
    rows: Any = world.client(ada).get(staff).json
    (row,) = [r for r in rows["items"] if r["role"] == "prescriber"]
    assert row["verified"] is False
    world.client(ada)("PUT", f"{staff}/{row['id']}/verification")
    seen: Any = newcomer.get(patient.record).json
    assert seen["team"][0]["practice"]["id"] == str(ada.practice_id)


def test_who_has_an_account_signs_in_first(world: World) -> None:
    therapist, patient = world.therapist(), world.patient("Nia New")
    token = to_treatment(world, therapist, patient.email)
    refused = register(world, token, birth_date=BORN)
    assert (refused.status_code, "sign in" in refused.text) == (409, True)
    assert accept(world.client(patient), token, name="X", password=PASSWORD).status_code == 422
    made = accept(world.client(patient), token)
    assert (made.status_code, made.json["registered"]) == (201, False)
    assert made.json["patient_id"] == str(patient.patient_id)


def test_an_existing_person_finds_and_accepts_it_without_the_link(world: World) -> None:
    therapist, patient = world.therapist(), world.patient("Nia New")
    token = to_treatment(world, therapist, "  NIA.New@Example.org ")
    listed: Any = world.client(patient).get("invitations").json
    (shown,) = listed["items"]
    assert (shown["sent_by_you"], shown["addressed_to_you"]) == (False, True)
    address = f"invitations/{shown['id']}"
    assert world.client(patient).get(f"{address}/preview").status_code == 200
    assert world.client(patient).post(f"{address}/acceptance").status_code == 201
    assert world.client(patient).post(f"{address}/acceptance").status_code == 410
    assert accept(world.client(patient), token).status_code == 410


@pytest.mark.parametrize("act", ["preview", "acceptance", "decline"])
def test_links_that_are_no_good_answer_all_alike(world: World, act: str) -> None:
    therapist, patient, stranger = world.therapist(), world.patient("Nia New"), world.patient("Ola Other")
    used = to_treatment(world, therapist, patient.email)
    accept(world.client(patient), used)
    declined, withdrawn = (to_treatment(world, world.therapist(n), patient.email) for n in ("A B", "C D"))
    world.client(patient).post("invitations/decline", {"token": declined})
    gone = invitation(world, withdrawn)
    gone.withdrawn_at = world.now
    world.session.commit()
    expired = to_treatment(world, world.therapist("E F"), patient.email)
    gone = invitation(world, expired)
    gone.expires_at = world.now - timedelta(seconds=1)
    world.session.commit()
    others = to_treatment(world, world.therapist("G H"), patient.email)
    answers = [
        world.client(patient).post(f"invitations/{act}", {"token": t})
        for t in (used, declined, withdrawn, expired, "x")
    ]
    answers.append(world.client(stranger).post(f"invitations/{act}", {"token": others}))
    assert {(a.status_code, a.data) for a in answers} == {(410, answers[0].data)}
    assert invitation(world, others).accepted_at is None


@pytest.mark.parametrize("act", ["preview", "acceptance", "decline"])
def test_an_invitation_to_somebody_else_is_absent_by_its_id(world: World, act: str) -> None:
    therapist, stranger = world.therapist(), world.patient("Ola Other")
    token = to_treatment(world, therapist, WHO)
    method = "GET" if act == "preview" else "POST"
    for person in (stranger, therapist):
        hidden = world.client(person)(method, f"invitations/{invitation(world, token).id}/{act}")
        absent = world.client(person)(method, f"invitations/{new_id()}/{act}")
        assert (hidden.status_code, hidden.data) == (404, absent.data)


@pytest.mark.parametrize(("microseconds", "status"), [(-1, 200), (0, 410), (1, 410)])
def test_an_invitation_ends_at_the_instant_that_it_names(world: World, microseconds: int, status: int) -> None:
    token = to_treatment(world, world.therapist(), WHO)
    end, look = invitation(world, token).expires_at, world.client(None)
    moment = end + timedelta(microseconds=microseconds)
    answer = at_instant(world, moment, lambda: look.post("invitations/preview", {"token": token}))
    assert answer.status_code == status


def test_declining_needs_no_account_and_is_final(world: World) -> None:
    therapist = world.therapist()
    token = to_treatment(world, therapist, WHO)
    assert world.client(None).post("invitations/decline", {"token": token}).status_code == 204
    assert register(world, token, birth_date=BORN).status_code == 410
    assert account(world, WHO) is None
    listed: Any = world.client(therapist).get("invitations").json
    assert listed["items"][0]["state"] == "declined"


@pytest.mark.parametrize("to_the_team", [True, False])
def test_declining_by_the_link_is_logged_as_nobodys(world: World, to_the_team: bool) -> None:
    patient, therapist, _ = world.trio()
    token = to_team(world, patient, WHO) if to_the_team else to_treatment(world, therapist, WHO)
    assert world.client(None).post("invitations/decline", {"token": token}).status_code == 204
    declined = invitation(world, token).id
    row = world.session.scalars(select(AccessEvent).where(AccessEvent.act == "decline-invitation")).one()
    assert (row.actor_id, row.actor_role, row.door, row.target) == (None, "", "api", str(declined))
    assert row.patient_id == (patient.patient_id if to_the_team else None)
    assert row.address
    assert row.request_id


def test_a_registration_that_fails_leaves_nothing_and_keeps_the_link_good(world: World) -> None:
    token = to_treatment(world, world.therapist(), WHO)
    assert register(world, token, birth_date="1700-01-01").status_code == 422
    assert account(world, WHO) is None
    assert register(world, token, birth_date=BORN).status_code == 201


def test_a_second_use_makes_neither_a_second_account_nor_a_second_membership(world: World) -> None:
    token = to_treatment(world, world.therapist(), WHO)
    statuses = [register(world, token, birth_date=BORN).status_code for _ in range(3)]
    assert statuses == [201, 410, 410]
    assert world.session.execute(select(func.count()).select_from(Membership)).scalar() == 1


def test_a_staff_role_begins_unverified_and_comes_back_unverified(world: World) -> None:
    ada = world.staff("Ada Admin", Role.ADMINISTRATOR)
    register(world, to_staff(world, ada, WHO))
    row = world.session.execute(select(Staff).where(Staff.role == Role.THERAPIST)).scalar_one()
    row.verified_at, row.ended_at = world.now, world.now
    world.session.commit()
    assert accept(world.client(as_new(world, WHO)), to_staff(world, ada, WHO)).status_code == 201
    world.session.refresh(row)
    assert [row.verified_at, row.ended_at] == [None, None]


def test_whom_the_practice_disabled_does_not_come_back_by_an_older_invitation(world: World) -> None:
    ada = world.staff("Ada Admin", Role.ADMINISTRATOR)
    register(world, to_staff(world, ada, WHO, Role.PRIVACY_OFFICER))
    token = to_staff(world, ada, WHO, Role.ADMINISTRATOR)
    client = world.client(as_new(world, WHO))
    world.add(Patient(user_id=as_new(world, WHO).user_id, name="N", name_key="n", created_at=world.now))
    row = world.session.execute(select(Staff).where(Staff.role == Role.PRIVACY_OFFICER)).scalar_one()
    row.disabled_at = world.now
    world.session.commit()
    assert accept(client, token).status_code == 410


def test_a_clinician_of_several_practices_says_from_which_one_they_join(world: World) -> None:
    patient, prescriber = world.patient(), world.prescriber()
    second = world.staff("Second", Role.ADMINISTRATOR)
    world.add(
        Staff(
            user_id=prescriber.user_id,
            practice_id=second.practice_id,
            role=Role.PRESCRIBER,
            created_at=world.now,
            verified_at=world.now,
        )
    )
    token = to_team(world, patient, prescriber.email)
    client = world.client(prescriber)
    assert accept(client, token).status_code == 422
    assert accept(client, token, practice_id=str(world.therapist().practice_id)).status_code == 422
    made = accept(client, token, practice_id=str(second.practice_id))
    assert (made.status_code, made.json["practice_id"]) == (201, str(second.practice_id))


def test_the_patient_invites_and_the_clinicians_yes_is_the_last_one(world: World) -> None:
    patient, prescriber = world.patient(), world.prescriber()
    made = accept(world.client(prescriber), to_team(world, patient, prescriber.email))
    assert made.json["patient_id"] == str(patient.patient_id)
    assert world.client(prescriber).get(patient.record).status_code == 200


def test_a_member_proposes_and_the_patients_yes_is_the_last_one(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    prescriber = world.prescriber()
    token = to_team(world, therapist, prescriber.email, patient_id=str(patient.patient_id))
    made = accept(world.client(prescriber), token)
    assert made.json["patient_id"] is None
    assert world.client(prescriber).get(patient.record).status_code == 404
    agreed = world.client(patient).post(f"memberships/{made.json['membership_id']}/agreement")
    assert (agreed.status_code, agreed.json["state"]) == (200, "current")
    assert world.client(prescriber).get(patient.record).status_code == 200


def test_the_same_role_in_the_same_team_is_not_given_twice(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    again = to_treatment(world, therapist, patient.email)
    assert accept(world.client(patient), again).status_code == 409
    assert accept(world.client(prescriber), to_team(world, patient, prescriber.email)).status_code == 409
    assert invitation(world, again).accepted_at is None


def test_a_clinician_with_two_roles_holds_two_memberships(world: World) -> None:
    patient = world.patient()
    both = world.staff("Bo Both", Role.THERAPIST, Role.PRESCRIBER)
    world.join(patient, both, Role.THERAPIST)
    token = to_team(world, both, both.email, patient_id=str(patient.patient_id))
    made = accept(world.client(both), token)
    world.client(patient).post(f"memberships/{made.json['membership_id']}/agreement")
    seen: Any = world.client(both).get(patient.record).json
    assert seen["roles"] == ["prescriber", "therapist"]


def test_the_patient_does_not_become_a_member_of_their_own_team(world: World) -> None:
    patient, therapist, _ = world.trio()
    token = to_team(world, therapist, patient.email, patient_id=str(patient.patient_id))
    assert accept(world.client(patient), token).status_code == 409


def test_before_accepting_a_signed_in_patient_sees_what_it_opens(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.consent(patient, recipients=["role:prescriber"], disclosers=[f"member:{therapist.user_id}"])
    newcomer = world.prescriber("Newt Newcomer")
    token = to_treatment(world, newcomer, patient.email, Role.PRESCRIBER)
    shown: Any = world.client(patient).post("invitations/preview", {"token": token}).json
    opened = {h["name"]: h["shared"] for h in shown["opens"]["opens"]}
    assert opened == {"the patient": [], "Paul Reyes": [], "Tess Okafor": ["medication", "progress_note"]}
    note = world.note(patient, therapist, kind=ItemClass.PROGRESS_NOTE)
    accept(world.client(patient), token)
    read: Any = world.client(newcomer).get(f"{patient.record}/notes").json
    assert [n["id"] for n in read["items"]] == [str(note.id)]


def test_accepting_is_told_in_the_patients_log(world: World) -> None:
    therapist = world.therapist()
    made = register(world, to_treatment(world, therapist, WHO), birth_date=BORN)
    acts = select(AccessEvent.act).where(AccessEvent.patient_id == UUID(made.json["patient_id"]))
    assert list(world.session.scalars(acts)) == ["accept-invitation"]


def test_a_read_only_token_accepts_nothing(world: World) -> None:
    therapist, patient = world.therapist(), world.patient("Nia New")
    token = to_treatment(world, therapist, patient.email)
    assert accept(world.client(as_new(world, patient.email, writes=False)), token).status_code == 403
    assert invitation(world, token).accepted_at is None
