"""Who may import over the API, and what a request has to look like; and what the command asks for."""

from pathlib import Path
from typing import Any

import pytest

from careteam.models.types import new_id
from careteam.policy.vocabulary import Role
from tests.fhir_reading.samples import bundle, patient, raw, request
from tests.importing.kit import clinicians, command, events, linked, post, rows, written
from tests.world import World

FILE = bundle(patient(), request())


def test_nobody_imports_without_signing_in(world: World) -> None:
    assert post(world, None, FILE, pair=clinicians(world)).status_code == 401


def test_neither_the_patient_nor_another_clinician_imports(world: World) -> None:
    person, therapist, prescriber = linked(world)
    outsider = world.therapist("Tom Else")
    for who in (person, outsider):
        answer = post(world, who, FILE, pair=(therapist, prescriber), patient_id=person.patient_id)
        assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (403, "not-permitted")
    assert [event.patient_id for event in events(world, "refused")] == [person.patient_id] * 2


def test_a_clinician_imports_only_in_the_role_that_is_verified(world: World) -> None:
    therapist, prescriber = clinicians(world)
    unverified = world.staff("Una Verified", Role.PRESCRIBER, verified=False)
    assert post(world, therapist, FILE, pair=(prescriber, therapist)).status_code == 403
    assert post(world, unverified, FILE, pair=(therapist, unverified)).status_code == 403
    answer = post(world, therapist, FILE, pair=(therapist, unverified))
    assert (answer.status_code, answer.json["errors"]) == (422, {"prescriber_id": ["Name a verified prescriber."]})


def test_a_clinician_who_is_not_verified_is_as_one_who_is_not_there(world: World) -> None:
    therapist, _ = clinicians(world)
    unverified = world.staff("Una Verified", Role.PRESCRIBER, verified=False)
    there = post(world, therapist, FILE, pair=(therapist, unverified))
    absent = post(world, therapist, FILE, pair=(therapist, unverified), prescriber_id=new_id())
    assert there.data == absent.data


def test_one_person_verified_for_both_roles_is_both(world: World) -> None:
    both = world.staff("Bea Both", Role.THERAPIST, Role.PRESCRIBER)
    assert post(world, both, FILE, pair=(both, both)).status_code == 201


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/fhir+xml", ""])
def test_another_kind_of_body_is_refused(world: World, kind: str) -> None:
    pair = clinicians(world)
    query = {"therapist_id": pair[0].user_id, "prescriber_id": pair[1].user_id}
    answer = world.client(pair[0])(
        "POST", "imports", query_string=query, data=raw(FILE), headers={"Content-Type": kind}
    )
    assert answer.status_code == 415


QUERIES: list[dict[str, Any]] = [
    {"therapist_id": "Tess"},
    {"patient_id": "1"},
    {"subject": ""},
    {"author": ["Garcia"]},
    {"author": ["Garcia=1"]},
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_that_says_nothing_useful_is_refused(world: World, query: dict[str, Any]) -> None:
    pair = clinicians(world)
    before = rows(world)
    answer = post(world, pair[0], FILE, pair=pair, **query)
    assert (answer.status_code, rows(world)) == (422, before)


def test_the_subject_chooses_among_several_people(world: World) -> None:
    pair = clinicians(world)
    file = bundle(patient(), patient(id="p2", birthDate="1980-01-01"), request())
    answer = post(world, pair[0], file, pair=pair, subject="p1")
    assert answer.status_code == 201
    assert {p["resource_type"]: p["taken"] for p in answer.json["resources"]} == {"MedicationRequest": 1, "Patient": 1}


WRONG: list[tuple[dict[str, str], str]] = [
    ({"therapist": "nobody@example.org"}, "There is no account with the address nobody@example.org."),
    ({"prescriber": "tess.okafor@example.org"}, "not verified as a prescriber"),
    ({"therapist": "Tess"}, "This is no e-mail address."),
    ({"patient": "nobody@example.org"}, "There is no account with the address nobody@example.org."),
    ({"patient": "paul.reyes@example.org"}, "has no record of its own"),
    ({"patient": "0197d0a0-0000-7000-8000-000000000000"}, "There is no record with this id."),
    ({"author": "Garcia"}, 'write "Name of the author"=address'),
    ({"author": "Garcia=nobody@example.org"}, "There is no account with the address nobody@example.org."),
]


@pytest.mark.parametrize(("options", "said"), WRONG)
def test_the_command_says_whom_it_does_not_know(
    world: World, tmp_path: Path, options: dict[str, str], said: str
) -> None:
    pair = clinicians(world)
    before = rows(world)
    done = command(world, written(tmp_path, FILE), pair=pair, **options)
    assert (done.exit_code, rows(world)) == (2, before)
    assert said in " ".join(done.stderr.split())


def test_the_command_finds_addresses_in_capitals(world: World, tmp_path: Path) -> None:
    pair, file = clinicians(world), written(tmp_path, FILE)
    assert command(world, file, pair=pair, therapist=pair[0].email.upper()).exit_code == 0


def test_a_hostile_file_name_is_printed_harmlessly(world: World, tmp_path: Path) -> None:
    name = "[red]\x1b[31m\u202e.json"
    done = command(world, written(tmp_path, FILE, name), pair=clinicians(world))
    assert "[red]?[31m?.json: a new record" in done.stdout
    assert "\x1b" not in done.output
