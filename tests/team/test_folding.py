"""Two clinicians meet on one patient; a record that nobody had taken over becomes the person's own."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import (
    Base,
    CheckInSchedule,
    Consent,
    ImportSource,
    Item,
    MedicationReview,
    Membership,
    MessageThread,
    Patient,
    Restriction,
)
from careteam.policy.treatment_words import CheckInCause
from careteam.policy.vocabulary import ItemClass, Role
from careteam.services.team import folding
from tests.team.inviting import BORN, accept, as_new, brought, register, to_treatment
from tests.world import LONG_AGO, Person, World

WHO = "nia.new@example.org"
BIRTH = date.fromisoformat(BORN)


def source(world: World, patient: Person, key: str, **values: Any) -> ImportSource:
    row = ImportSource(
        patient_id=patient.patient_id,
        source_key=key,
        resource_type="MedicationRequest",
        content_sha256="0" * 64,
        imported_at=LONG_AGO,
        **values,
    )
    world.add(row)
    return row


def naming(world: World, record: Person, clinician: Person, email: str, role: Role = Role.THERAPIST) -> str:
    return to_treatment(world, clinician, email, role, patient_id=str(record.patient_id))


def patients(world: World) -> list[Patient]:
    world.session.rollback()
    return list(world.session.scalars(select(Patient)))


def test_two_practices_that_invite_one_person_meet_on_one_patient(world: World) -> None:
    therapist, prescriber = world.therapist(), world.prescriber()
    first = to_treatment(world, therapist, WHO)
    second = to_treatment(world, prescriber, WHO, Role.PRESCRIBER)
    made = register(world, first, birth_date=BORN).json
    assert register(world, second, birth_date=BORN).status_code == 409
    again = accept(world.client(as_new(world, WHO)), second).json
    assert made["patient_id"] == again["patient_id"] == str(patients(world)[0].id)
    assert len(patients(world)) == 1
    for clinician in (therapist, prescriber):
        team = world.client(clinician).get(f"patients/{made['patient_id']}").json["team"]
        assert {m["name"] for m in team} == {"Tess Okafor", "Paul Reyes"}


def test_a_record_brought_before_becomes_the_persons_own(world: World) -> None:
    therapist, prescriber = world.therapist(), world.prescriber()
    record = brought(world, (therapist, Role.THERAPIST), (prescriber, Role.PRESCRIBER), birth_date=BIRTH)
    entry = world.medication(record, prescriber, awaits_review=True)
    naming(world, record, prescriber, WHO, Role.PRESCRIBER)
    made = register(world, naming(world, record, therapist, WHO), birth_date=BORN)
    assert made.json["patient_id"] == str(record.patient_id)
    person = world.client(as_new(world, WHO))
    listed = person.get(f"{record.record}/medications").json
    assert [m["id"] for m in listed["items"]] == [str(entry.id)]
    states = {m["name"]: m["state"] for m in person.get(f"{record.record}/team").json["members"]}
    assert states == {"Tess Okafor": "current", "Paul Reyes": "proposed"}
    assert world.client(prescriber).get(record.record).status_code == 404


def test_a_record_brought_by_a_second_practice_folds_into_the_persons_own(world: World) -> None:
    therapist, prescriber = world.therapist(), world.prescriber()
    person = world.patient("Nia New", birth_date=BIRTH)
    world.join(person, therapist, Role.THERAPIST)
    record = brought(world, (prescriber, Role.PRESCRIBER), birth_date=BIRTH)
    entry = world.medication(record, prescriber)
    source(world, record, "MedicationRequest/1", item_id=entry.id)
    world.add(
        MedicationReview(patient_id=record.patient_id, reviewed_by=prescriber.user_id, reviewed_at=LONG_AGO, entries=1),
        CheckInSchedule(
            patient_id=record.patient_id,
            cause=CheckInCause.START,
            days=[7],
            set_by=prescriber.user_id,
            set_at=LONG_AGO,
        ),
        MessageThread(patient_id=record.patient_id, created_by=prescriber.user_id, created_at=LONG_AGO),
    )
    made = accept(world.client(person), naming(world, record, prescriber, WHO, Role.PRESCRIBER))
    assert made.json["patient_id"] == str(person.patient_id)
    world.session.rollback()
    for model in (Item, ImportSource, MedicationReview, CheckInSchedule, MessageThread, Membership):
        assert set(world.session.scalars(select(model.patient_id))) == {person.patient_id}, model
    assert world.session.get_one(Patient, record.patient_id).merged_into_id == person.patient_id
    assert folding.folded_into(world.session, person.patient_id or record.user_id) == [record.patient_id]
    listed = world.client(prescriber).get(f"{person.record}/medications").json
    assert [m["id"] for m in listed["items"]] == [str(entry.id)]
    assert world.client(therapist).get(f"{person.record}/medications").json["items"] == []


def test_a_folded_record_is_gone_for_everybody(world: World) -> None:
    prescriber, person = world.prescriber(), world.patient("Nia New")
    record = brought(world, (prescriber, Role.PRESCRIBER))
    accept(world.client(person), naming(world, record, prescriber, WHO, Role.PRESCRIBER))
    for who in (prescriber, person):
        assert world.client(who).get(record.record).status_code == 404
    assert world.client(prescriber).get("patients?state=unclaimed").json["items"] == []


def test_what_both_records_were_brought_from_is_kept_twice_and_known_by_its_first_reading(world: World) -> None:
    therapist, prescriber, person = world.therapist(), world.prescriber(), world.patient("Nia New")
    world.join(person, therapist, Role.THERAPIST)
    record = brought(world, (prescriber, Role.PRESCRIBER))
    longest = "L" * 500
    for whose, holder in ((person, therapist), (record, prescriber)):
        for key in ("MedicationRequest/1", longest):
            source(world, whose, key, item_id=world.medication(whose, holder).id)
    source(world, record, "MedicationRequest/2")
    accept(world.client(person), naming(world, record, prescriber, WHO, Role.PRESCRIBER))
    rows = world.session.scalars(select(ImportSource).where(ImportSource.patient_id == person.patient_id)).all()
    keys = {row.source_key for row in rows}
    assert len(rows) == len(keys) == 5
    assert {"MedicationRequest/1", "MedicationRequest/2", longest} < keys
    assert max(map(len, keys)) == 500
    assert len(world.client(person).get(f"{person.record}/medications").json["items"]) == 4


def test_a_clinician_who_is_in_the_team_already_is_in_it_once_after_folding(world: World) -> None:
    therapist, person = world.therapist(), world.patient("Nia New")
    world.join(person, therapist, Role.THERAPIST)
    record = brought(world, (therapist, Role.THERAPIST))
    assert accept(world.client(person), naming(world, record, therapist, WHO)).status_code == 201
    states = [m["state"] for m in world.client(person).get(f"{person.record}/team").json["members"]]
    assert states == ["current", "withdrawn"]
    assert world.client(therapist).get(person.record).json["standing"] == "current"


def test_the_second_invitation_to_the_same_record_only_adds_the_membership(world: World) -> None:
    therapist, prescriber = world.therapist(), world.prescriber()
    record = brought(world, (therapist, Role.THERAPIST), (prescriber, Role.PRESCRIBER))
    second = naming(world, record, prescriber, WHO, Role.PRESCRIBER)
    register(world, naming(world, record, therapist, WHO), birth_date=BORN)
    made = accept(world.client(as_new(world, WHO)), second)
    assert (made.status_code, made.json["patient_id"]) == (201, str(record.patient_id))
    assert world.client(prescriber).get(record.record).json["standing"] == "current"


def test_a_record_that_another_person_has_taken_over_is_nobody_elses(world: World) -> None:
    therapist, prescriber = world.therapist(), world.prescriber()
    record = brought(world, (therapist, Role.THERAPIST), (prescriber, Role.PRESCRIBER))
    strays = naming(world, record, prescriber, "other@example.org", Role.PRESCRIBER)
    register(world, naming(world, record, therapist, WHO), birth_date=BORN)
    assert register(world, strays, birth_date=BORN).status_code == 410
    other = world.user("Other")
    assert accept(world.client(other), strays, birth_date=BORN).status_code == 410
    assert len(patients(world)) == 1


@pytest.mark.parametrize("known", [False, True])
def test_another_birth_date_is_another_person(world: World, known: bool) -> None:
    therapist = world.therapist()
    record = brought(world, (therapist, Role.THERAPIST), birth_date=date(1971, 1, 1))
    token = naming(world, record, therapist, WHO)
    if known:
        made = accept(world.client(world.patient("Nia New", birth_date=BIRTH)), token)
    else:
        made = register(world, token, birth_date=BORN)
    assert (made.status_code, list(made.json["errors"])) == (422, ["birth_date"])
    assert world.session.get_one(Patient, record.patient_id).user_id is None


def test_only_who_brought_a_record_names_it(world: World) -> None:
    therapist, other = world.therapist(), world.therapist("Ola Other")
    record, taken = brought(world, (therapist, Role.THERAPIST)), world.patient()
    world.join(taken, therapist, Role.THERAPIST)
    offer = {"kind": "patient", "email": WHO, "role": "therapist"}

    def status(who: Person, whose: Person) -> int:
        naming = {"practice_id": str(who.practice_id), "patient_id": str(whose.patient_id)}
        answered: int = world.client(who).post("invitations", {**offer, **naming}).status_code
        return answered

    assert [status(therapist, record), status(other, record), status(other, taken)] == [201, 404, 404]
    assert status(therapist, taken) == 409


def test_a_record_is_named_in_the_role_in_which_it_was_brought(world: World) -> None:
    both = world.staff("Bo Both", Role.THERAPIST, Role.PRESCRIBER)
    record = brought(world, (both, Role.THERAPIST))
    offer = {"kind": "patient", "email": WHO, "role": "prescriber", "practice_id": str(both.practice_id)}
    assert world.client(both).post("invitations", {**offer, "patient_id": str(record.patient_id)}).status_code == 404


def test_who_left_a_record_that_they_brought_no_longer_hands_it_over(world: World) -> None:
    therapist = world.therapist()
    record = brought(world, (therapist, Role.THERAPIST))
    token = naming(world, record, therapist, WHO)
    (mine,) = world.client(therapist).get("memberships").json["items"]
    assert mine["patient"]["id"] == str(record.patient_id)
    assert world.client(therapist).post(f"memberships/{mine['id']}/end").status_code == 200
    assert register(world, token, birth_date=BORN).status_code == 410


def test_a_record_in_which_somebody_decided_is_not_folded(world: World) -> None:
    prescriber, person = world.prescriber(), world.patient("Nia New")
    record = brought(world, (prescriber, Role.PRESCRIBER))
    token = naming(world, record, prescriber, WHO, Role.PRESCRIBER)
    world.restriction(Person(person.user_id, "", "", "", record.patient_id), item_class=ItemClass.MEDICATION)
    assert accept(world.client(person), token).status_code == 409
    assert world.session.get_one(Patient, record.patient_id).merged_into_id is None


MOVED = {model.__tablename__ for model in folding.MOVED} | {Membership.__tablename__}
STAYS = {
    Consent.__tablename__: "none in such a record",
    Restriction.__tablename__: "none in such a record",
    "revocation": "none without a consent",
    "access_event": "the log is not rewritten; `folded_into` finds it",
    "invitation": "what was offered; `present_record` follows the pointer",
    "representation": "none in such a record",
    "access_case": "none without a patient, or somebody who acts for one",
    "special_release": "none in such a record: its patient agreed to no membership, and only a member writes",
    "emergency_session": "none in such a record: its patient agreed to no membership",
    Patient.__tablename__: "the pointer itself",
}


def test_every_table_that_names_a_patient_is_moved_or_stays_for_a_reason() -> None:
    patient_id = Base.metadata.tables["patient"].c.id
    names_patients = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column is patient_id for key in table.foreign_keys)
    }
    assert names_patients == MOVED | STAYS.keys()
