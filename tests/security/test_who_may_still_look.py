"""Doors that forget who somebody has become: unverified, former, ended, or handed over."""

from typing import Any

from sqlalchemy import select

from careteam.models import AccessEvent, MedicationEvent, Patient, Staff
from careteam.policy.vocabulary import Label, MedicationChange, Role
from tests.team.inviting import accept, to_team, to_treatment
from tests.world import Person, World


def unverify(world: World, who: Person) -> None:
    """Withdraw every verification of a clinician."""
    for row in world.session.scalars(select(Staff).where(Staff.user_id == who.user_id)):
        row.verified_at = None
    world.session.commit()


def test_a_clinician_who_is_no_longer_verified_finds_no_patients_name_in_any_list(world: World) -> None:
    patient, therapist, _ = world.trio()
    client = world.client(therapist)
    assert patient.name in client.get("memberships").text
    unverify(world, therapist)
    for address in ("patients", "patients?state=former", "invitations", "memberships"):
        assert patient.name not in client.get(address).text, address


def test_a_clinician_who_is_no_longer_verified_does_not_agree_to_join_a_team(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    row = world.join(patient, therapist, Role.THERAPIST, clinician_accepted_at=None)
    unverify(world, therapist)
    answer = world.client(therapist).post(f"memberships/{row.id}/agreement")
    assert patient.name not in answer.text


def test_whom_the_patient_put_out_does_not_come_back_by_an_older_invitation(world: World) -> None:
    patient, therapist, prescriber = world.patient(), world.therapist(), world.prescriber()
    world.join(patient, therapist, Role.THERAPIST)
    older = to_team(world, patient, prescriber.email)
    accept(world.client(prescriber), to_team(world, therapist, prescriber.email, patient_id=str(patient.patient_id)))
    (place,) = world.client(prescriber).get("memberships").json["items"]
    for act in ("agreement", "end"):
        assert world.client(patient).post(f"memberships/{place['id']}/{act}").status_code == 200
    accept(world.client(prescriber), older)
    listed: Any = world.client(patient).get(f"{patient.record}/team").json["members"]
    assert "current" not in {m["state"] for m in listed if m["user_id"] == str(prescriber.user_id)}


def test_whom_the_patient_declined_does_not_come_in_by_an_older_invitation(world: World) -> None:
    patient, therapist, prescriber = world.patient(), world.therapist(), world.prescriber()
    world.join(patient, therapist, Role.THERAPIST)
    older = to_team(world, patient, prescriber.email)
    accepted = accept(
        world.client(prescriber), to_team(world, therapist, prescriber.email, patient_id=str(patient.patient_id))
    )
    world.client(patient).post(f"memberships/{accepted.json['membership_id']}/decline")
    accept(world.client(prescriber), older)
    assert world.client(prescriber).get(patient.record).status_code == 404


def test_a_former_holder_does_not_learn_that_others_changed_the_entry(world: World) -> None:
    patient, prescriber, other = world.patient(), world.prescriber(), world.prescriber("Otto Other")
    place = world.join(patient, prescriber, Role.PRESCRIBER)
    world.join(patient, other, Role.PRESCRIBER)
    world.consent(patient)
    entry = world.medication(patient, prescriber)
    place.ended_at = world.now
    world.session.commit()
    address = f"{patient.record}/medications/{entry.id}"
    before = world.client(prescriber).get(address)
    change = {"kind": "dose_change", "dose_value": 75, "dose_unit": "mg"}
    assert world.client(other).post(f"{address}/events", change, version=1).status_code in (200, 201)
    after = world.client(prescriber).get(address)
    assert (after.headers.get("ETag"), after.text) == (before.headers.get("ETag"), before.text)


def test_a_former_author_does_not_learn_that_the_patient_labelled_the_note(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    place = world.join(patient, therapist, Role.THERAPIST)
    note = world.note(patient, therapist)
    place.ended_at = world.now
    world.session.commit()
    address = f"{patient.record}/notes/{note.id}"
    before = world.client(therapist).get(address)
    labelled = world.client(patient)("PUT", f"{patient.record}/items/{note.id}/labels/hiv", version=1)
    assert labelled.status_code == 200
    after = world.client(therapist).get(address)
    assert (after.headers.get("ETag"), after.text) == (before.headers.get("ETag"), before.text)


def test_looks_at_a_record_before_it_was_folded_are_in_its_persons_log(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    brought = world.patient("Maya Ellyson")

    row = world.session.get_one(Patient, brought.patient_id)
    row.user_id = None
    world.session.commit()
    world.join(brought, therapist, Role.THERAPIST, patient_agreed_at=None)
    assert world.client(therapist).get(f"{brought.record}/shared-record").status_code == 200
    link = to_treatment(world, therapist, patient.email, patient_id=str(brought.patient_id))
    assert accept(world.client(patient), link).status_code == 201
    told = [e["sentence"] for e in world.client(patient).get(f"{patient.record}/access-log").json["items"]]
    assert any("opened your shared record" in sentence for sentence in told), told


def test_declining_by_the_link_leaves_a_trace_in_the_log(world: World) -> None:
    patient = world.patient()
    link = to_team(world, patient, "nobody@example.org")
    before = len(world.session.scalars(select(AccessEvent)).all())
    assert world.client(None).post("invitations/decline", {"token": link}).status_code == 204
    assert len(world.session.scalars(select(AccessEvent)).all()) > before


def test_a_switch_to_a_hidden_entry_is_a_plain_stop(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    hidden = world.medication(patient, prescriber, drug="Naltrexone", labels=frozenset({Label.HIV}))
    kinds = []
    for kind, target in ((MedicationChange.SWITCH, hidden.id), (MedicationChange.STOP, None)):
        entry = world.medication(patient, prescriber, drug="Sertraline")
        world.add(
            MedicationEvent(
                medication_id=entry.id,
                position=2,
                kind=kind,
                effective_on=entry.date,
                author_id=prescriber.user_id,
                created_at=world.now,
                switched_to_id=target,
            )
        )
        got = world.client(therapist).get(f"{patient.record}/medications/{entry.id}")
        kinds.append([(event["kind"], event["switched_to"]) for event in got.json["events"]])
    assert kinds[0] == kinds[1] == [("start", None), ("stop", None)]
