"""What an import tells of a record whose items and members whoever imports may not know."""

import subprocess
import sys
from typing import Any

import pytest
from structlog.testing import capture_logs

from careteam.models import ImportSource, Medication
from careteam.policy.vocabulary import Role
from tests.fhir_reading.samples import ACT_CODE, bundle, made, note, observation, patient, request
from tests.importing.kit import BORN, clinicians, count, linked, post
from tests.world import LONG_AGO, Person, World

TAGGED = {"meta": {"security": [{"system": ACT_CODE, "code": "PSYTHPN"}]}}
FILE = bundle(patient(), made(note(id="n2"), TAGGED), request(), note(date=None), observation())


@pytest.fixture
def two(world: World) -> tuple[Person, Person, Person, Person]:
    """A patient whose record holds the file by the prescriber's import, one whose record is empty, and their team."""
    first, therapist, prescriber = linked(world)
    second = world.patient("Ida Okafor", birth_date=BORN, name_key="ada okafor")
    world.join(second, therapist, Role.THERAPIST)
    world.join(second, prescriber, Role.PRESCRIBER)
    assert post(world, prescriber, FILE, pair=(therapist, prescriber), patient_id=first.patient_id).status_code == 201
    return first, second, therapist, prescriber


def test_the_whole_report_is_that_of_an_empty_record(world: World, two: tuple[Person, ...]) -> None:
    first, second, therapist, prescriber = two
    told: list[Any] = [
        post(world, therapist, FILE, pair=(therapist, prescriber), patient_id=who.patient_id).json
        for who in (first, second)
    ]
    assert [one.pop("patient_id") for one in told] == [str(first.patient_id), str(second.patient_id)]
    assert told[0] == told[1]
    assert "psychotherapy" in told[0]["warnings"][0]


def test_what_is_hidden_is_not_stored_again(world: World, two: tuple[Person, ...]) -> None:
    first, _, therapist, prescriber = two
    held = [count(world, model, patient_id=first.patient_id) for model in (Medication, ImportSource)]
    more = bundle(*(entry["resource"] for entry in FILE["entry"]), request(id="m2"))
    post(world, therapist, more, pair=(therapist, prescriber), patient_id=first.patient_id)
    again = [count(world, model, patient_id=first.patient_id) for model in (Medication, ImportSource)]
    assert again == [number + 1 for number in held]


def test_the_holder_is_told_what_is_unchanged(world: World, two: tuple[Person, ...]) -> None:
    first, _, therapist, prescriber = two
    theirs = bundle(patient(), request(), request(id="m2"))
    post(world, therapist, theirs, pair=(therapist, prescriber), patient_id=first.patient_id)
    report: Any = post(world, prescriber, theirs, pair=(therapist, prescriber), patient_id=first.patient_id).json
    assert {part["resource_type"]: (part["taken"], part["unchanged"]) for part in report["resources"]} == {
        "Patient": (0, 1),
        "MedicationRequest": (0, 2),
    }


def test_the_patients_log_says_that_nothing_was_stored(world: World, two: tuple[Person, ...]) -> None:
    first, _, therapist, prescriber = two
    post(world, therapist, FILE, pair=(therapist, prescriber), patient_id=first.patient_id)
    told: Any = world.client(first).get(f"{first.record}/access-log").json
    assert "of which your record held everything already" in told["items"][0]["sentence"]


def test_over_the_api_a_record_that_nobody_took_over_is_that_of_both_clinicians(world: World) -> None:
    therapist, prescriber = clinicians(world)
    file = bundle(patient(), request())
    pairs = ((therapist, prescriber), (therapist, world.prescriber("Pia Else")), (therapist, prescriber))
    assert [post(world, therapist, file, pair=pair).json["made_record"] for pair in pairs] == [True, True, False]


def test_a_former_member_is_told_of_their_own_place_alone(world: World) -> None:
    person, prescriber = world.patient("Ada Okafor", birth_date=BORN), world.prescriber()
    before, later, stranger = world.therapist(), world.therapist("Later Here"), world.therapist("Stranger Here")
    world.join(person, before, Role.THERAPIST)
    place = world.join(person, prescriber, Role.PRESCRIBER)
    file = bundle(patient(), request())
    assert post(world, prescriber, file, pair=(before, prescriber), patient_id=person.patient_id).status_code == 201
    place.ended_at = LONG_AGO
    world.session.commit()
    world.join(person, later, Role.THERAPIST)
    answers = [post(world, prescriber, file, pair=(who, prescriber)) for who in (before, later, stranger)]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert len({answer.json["detail"] for answer in answers}) == 1


def test_a_made_up_type_is_not_in_the_log_line(world: World) -> None:
    person, *pair = linked(world)
    group = {"resourceType": "Canary", "id": "x"}
    file = bundle(patient(), group, request(subject={"reference": "Canary/x"}))
    with capture_logs() as lines:
        answer = post(world, pair[0], file, pair=(pair[0], pair[1]), patient_id=person.patient_id)
    assert (answer.status_code, [line["event"] for line in lines]) == (422, ["import-refused"])
    assert "Canary" not in repr(lines) + answer.json["detail"]


def test_the_models_of_fhir_do_not_load_before_a_file_is_read() -> None:
    said = "import sys, careteam.services.importing; print(sorted({'fhir', 'pydantic'} & {m for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
