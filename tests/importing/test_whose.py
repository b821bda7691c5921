"""Whose record a file goes into. Two people are never made one, and nobody's no is undone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import Medication, Membership, Patient
from careteam.services.importing import whose
from tests.fhir_reading.samples import Resource, bundle, patient, raw, request
from tests.importing.kit import BORN, clinicians, command, count, linked, post, rows, written
from tests.world import LONG_AGO, Person, World

FILE = bundle(patient(), request())


def member(world: World, who: Person) -> Membership:
    world.session.rollback()
    return world.session.scalars(select(Membership).where(Membership.user_id == who.user_id)).one()


def test_a_new_person_waits_for_both_clinicians_patient(world: World, tmp_path: Path) -> None:
    pair = clinicians(world)
    command(world, written(tmp_path, FILE), pair=pair)
    made = world.session.scalars(select(Patient)).one()
    assert (made.user_id, made.name, made.name_key, made.birth_date) == (None, "Ada Okafor", "ada okafor", BORN)
    for who in pair:
        place = member(world, who)
        assert (place.patient_id, place.practice_id, place.patient_agreed_at) == (made.id, who.practice_id, None)
        assert place.clinician_accepted_at is not None


def test_over_the_api_a_clinician_accepts_for_nobody_else(world: World) -> None:
    pair = clinicians(world)
    assert post(world, pair[0], FILE, pair=pair).json["made_record"]
    assert member(world, pair[0]).clinician_accepted_at is not None
    assert member(world, pair[1]).clinician_accepted_at is None
    assert not post(world, pair[1], FILE, pair=pair).json["made_record"]
    assert member(world, pair[1]).clinician_accepted_at is not None


OTHERS: dict[str, Resource] = {
    "another number": patient(identifier=[{"system": "urn:clinic", "value": "18"}]),
    "another number and birth date": patient(
        identifier=[{"system": "urn:clinic", "value": "18"}], birthDate="1991-01-01"
    ),
    "no number and another birth date": patient(identifier=None, birthDate="1991-01-01"),
    "no number and another name": patient(identifier=None, name=[{"family": "Okafor", "given": ["Ida"]}]),
    "another key, no number, same birth date and name": patient(id="p2", identifier=None),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_another_person_gets_another_record(world: World, tmp_path: Path, other: Resource) -> None:
    files = [written(tmp_path, FILE, "a.json"), written(tmp_path, bundle(other), "b.json")]
    assert command(world, *files, pair=clinicians(world)).exit_code == 0
    assert count(world, Patient) == 2


SAME: dict[str, Resource] = {
    "a new name": patient(name=[{"family": "Ellison", "given": ["Ada"]}]),
    "no number, same birth date and name": patient(identifier=None),
    "a second number": patient(
        identifier=[{"system": "urn:clinic", "value": "17"}, {"system": "urn:other", "value": "4"}]
    ),
}


@pytest.mark.parametrize("same", SAME.values(), ids=SAME.keys())
def test_the_same_person_is_recognised_and_left_as_it_is(world: World, tmp_path: Path, same: Resource) -> None:
    files = [written(tmp_path, FILE, "a.json"), written(tmp_path, bundle(same, request(id="m2")), "b.json")]
    done = command(world, *files, pair=clinicians(world))
    assert (done.exit_code, count(world, Patient), count(world, Medication)) == (0, 1, 2)
    assert world.session.scalars(select(Patient)).one().name == "Ada Okafor"
    assert "Bundle.entry[0].resource: changed at the source; the record keeps what it has" in done.stdout


def test_a_number_with_another_birth_date_is_refused(world: World, tmp_path: Path) -> None:
    files = [written(tmp_path, FILE, "a.json"), written(tmp_path, bundle(patient(birthDate="1990-02-27")), "b.json")]
    done = command(world, *files, pair=clinicians(world))
    assert "came before with another birth date" in done.stdout
    assert (done.exit_code, count(world, Patient)) == (1, 1)


def test_a_number_that_comes_back_under_another_id_is_refused(world: World, tmp_path: Path) -> None:
    files = [written(tmp_path, FILE, "a.json"), written(tmp_path, bundle(patient(id="p2")), "b.json")]
    done = command(world, *files, pair=clinicians(world))
    assert "Bundle.entry[0].resource.identifier: has a number that came before with another id" in done.stdout
    assert (done.exit_code, count(world, Patient)) == (1, 1)


def test_other_clinicians_do_not_find_a_record_that_they_did_not_import(world: World, tmp_path: Path) -> None:
    pair, others = clinicians(world), (world.therapist("Tom Else"), world.prescriber("Pia Else"))
    for both in (pair, others, (pair[0], others[1])):
        assert command(world, written(tmp_path, FILE), pair=both).exit_code == 0
    assert count(world, Patient) == 3


def test_a_named_record_with_another_birth_date_is_refused(world: World, tmp_path: Path) -> None:
    person, *pair = linked(world)
    wrong = written(tmp_path, bundle(patient(birthDate="1991-02-28"), request()))
    before = rows(world)
    done = command(world, wrong, pair=(pair[0], pair[1]), patient=person.email)
    assert "Bundle.entry[0].resource.birthDate: differs from the birth date of the record" in done.stdout
    assert rows(world) == before


def test_a_named_record_with_another_name_is_imported_with_a_warning(world: World, tmp_path: Path) -> None:
    person, *pair = linked(world)
    married = written(tmp_path, bundle(patient(name=[{"family": "Ellison", "given": ["Ada"]}]), request()))
    done = command(world, married, pair=(pair[0], pair[1]), patient=str(person.patient_id))
    assert (done.exit_code, count(world, Medication, patient_id=person.patient_id)) == (0, 1)
    assert "! The name in the file is not the name of the record" in done.stdout
    assert world.session.get_one(Patient, person.patient_id).name == "Ada Okafor"


def test_another_number_of_the_same_system_is_another_person(world: World, tmp_path: Path) -> None:
    person, *pair = linked(world)
    twin = bundle(patient(id="p2", identifier=[{"system": "urn:clinic", "value": "18"}]))
    files = [written(tmp_path, FILE, "a.json"), written(tmp_path, twin, "b.json")]
    done = command(world, *files, pair=(pair[0], pair[1]), patient=person.email)
    assert "numbers another person than the record's" in done.stdout
    assert done.exit_code == 1


def test_a_name_alone_confirms_nobody(world: World, tmp_path: Path) -> None:
    person, *pair = linked(world)
    nameless = bundle(patient(birthDate=None, name=[{"family": "Else"}]))
    done = command(world, written(tmp_path, nameless), pair=(pair[0], pair[1]), patient=person.email)
    assert "no birth date confirms the person" in done.stdout


def test_on_the_command_line_a_membership_is_proposed_to_the_person(world: World, tmp_path: Path) -> None:
    person, pair = world.patient("Ada Okafor", birth_date=BORN), clinicians(world)
    command(world, written(tmp_path, FILE), pair=pair, patient=person.email)
    place = member(world, pair[1])
    assert (place.patient_id, place.patient_agreed_at) == (person.patient_id, None)
    assert world.client(pair[1]).get(f"{person.record}/medications").status_code == 404


@pytest.mark.parametrize("closed", [{"ended_at": LONG_AGO}, {"declined_at": LONG_AGO}])
@pytest.mark.parametrize("named", [True, False])
def test_a_membership_that_was_closed_is_not_opened_again(
    world: World, tmp_path: Path, closed: dict[str, Any], named: bool
) -> None:
    pair, file = clinicians(world), written(tmp_path, FILE)
    command(world, file, pair=pair)
    place = member(world, pair[1])
    world.session.merge(place)
    for name, value in closed.items():
        setattr(place, name, value)
    world.session.commit()
    before = rows(world)
    more = written(tmp_path, bundle(patient(), request(id="m2")), "more.json")
    done = command(world, more, pair=pair, **({"patient": str(place.patient_id)} if named else {}))
    assert "no longer in this person's team" in done.stdout
    assert rows(world) == before


def test_over_the_api_a_record_that_is_hidden_is_as_one_that_is_not_there(world: World) -> None:
    person, therapist, _ = linked(world)
    strangers = (world.therapist("Tom Else"), world.prescriber("Pia Else"))
    hidden = post(world, strangers[0], FILE, pair=strangers, patient_id=person.patient_id)
    absent = post(world, strangers[0], FILE, pair=strangers, patient_id=therapist.user_id)
    assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_over_the_api_both_clinicians_are_current_members(world: World) -> None:
    person, therapist, prescriber = linked(world)
    stranger = world.prescriber("Pia Else")
    refused = post(world, therapist, FILE, pair=(therapist, stranger), patient_id=person.patient_id)
    assert (refused.status_code, refused.json["detail"]) == (
        422,
        "The prescriber who is named is not a current member of this person's team.",
    )
    assert post(world, therapist, FILE, pair=(therapist, prescriber), patient_id=person.patient_id).status_code == 201


def test_over_the_api_a_former_member_imports_nothing(world: World) -> None:
    person, therapist, prescriber = linked(world)
    member(world, therapist).ended_at = LONG_AGO
    world.session.commit()
    answer = post(world, therapist, FILE, pair=(therapist, prescriber), patient_id=person.patient_id)
    assert answer.status_code == 403


def test_a_file_without_a_patient_needs_a_named_record(world: World, tmp_path: Path) -> None:
    done = command(world, written(tmp_path, request()), pair=clinicians(world), subject="Patient/p1")
    assert "name the record into which it goes" in done.stdout


def test_two_imports_of_a_new_person_at_once_make_one_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if world.session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite lets one transaction in at a time")
    pair, both, make = clinicians(world), threading.Barrier(2), whose._new
    first = threading.Semaphore(2)

    def together(*args: Any, **options: Any) -> Any:
        if first.acquire(blocking=False):
            both.wait(10)
        return make(*args, **options)

    monkeypatch.setattr(whose, "_new", together)
    query = {"therapist_id": pair[0].user_id, "prescriber_id": pair[1].user_id}
    options: Any = {"query_string": query, "data": raw(FILE), "headers": {"Content-Type": "application/json"}}
    with ThreadPoolExecutor(2) as sending:
        sent = [sending.submit(world.client(pair[0]), "POST", "imports", **options) for _ in range(2)]
        answers = [one.result(30) for one in sent]
    assert sorted(answer.json["made_record"] for answer in answers) == [False, True]
    assert (count(world, Patient), count(world, Medication)) == (1, 1)
