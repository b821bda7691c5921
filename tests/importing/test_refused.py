"""Malformed files through both doors: refused with the place, nothing stored, the refusal logged."""

import os
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from careteam.models import Medication, Patient
from tests.fhir_reading.samples import bundle, note, patient, raw, request
from tests.importing.kit import clinicians, command, count, events, linked, post, rows, written
from tests.world import World

GOOD = raw(bundle(patient(), request()))
UNNAMED: dict[str, Any] = {"medicationCodeableConcept": None}
MISSING = request(**UNNAMED, medicationReference={"reference": "Medication/x"})
DOSE = [{"doseAndRate": [{"doseQuantity": {"value": "25"}}]}]
MALFORMED: dict[str, tuple[Any, str]] = {
    "empty": (b"", ""),
    "truncated": (GOOD[:-40], ""),
    "not UTF-8": (GOOD.replace(b"Okafor", b"Ok\xe5for"), ""),
    "no JSON object": (b"[" + GOOD + b"]", ""),
    "nested without end": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, ""),
    "a name twice": (GOOD.replace(b'"entry"', b'"type": "batch", "entry"'), "$"),
    "NUL": (GOOD.replace(b"Okafor", b"Oka\\u0000for"), "Bundle.entry[0].resource.name[0].family"),
    "a message": (bundle(patient(), kind="message"), "Bundle.type"),
    "a deletion": (
        {**bundle(patient()), "entry": [{"resource": patient(), "request": {"method": "DELETE", "url": "x"}}]},
        "Bundle.entry[0].request.method",
    ),
    "the same id twice": (bundle(patient(), request(), request()), "Bundle.entry[2].resource.id"),
    "two people": (bundle(patient(), patient(id="p2")), "Bundle.entry[1].resource"),
    "half a birth date": (bundle(patient(birthDate="1990-02")), "Bundle.entry[0].resource.birthDate"),
    "a status that is none": (bundle(patient(), request(status="bogus")), "Bundle.entry[1].resource.status"),
    "a status of another type": (bundle(patient(), request(status=1)), "Bundle.entry[1].resource.status"),
    "another person's": (
        bundle(patient(), request(subject={"reference": "Patient/p2"})),
        "Bundle.entry[1].resource.subject",
    ),
    "a missing medication": (bundle(patient(), MISSING), "Bundle.entry[1].resource.medicationReference"),
    "a dose in words": (
        bundle(patient(), request(dosageInstruction=DOSE)),
        "Bundle.entry[1].resource.dosageInstruction[0].doseAndRate[0].doseQuantity.value",
    ),
    "an unknown element": (bundle(patient(), request(colour="red")), "Bundle.entry[1].resource.colour"),
    "an attachment that is no base64": (
        bundle(patient(), note(content=[{"attachment": {"contentType": "text/plain", "data": "#"}}])),
        "Bundle.entry[1].resource.content[0].attachment.data",
    ),
    "a name of 201 letters": (
        bundle(patient(name=[{"family": "x" * 201}])),
        "Bundle.entry[0].resource.name",
    ),
    "nobody who can be told apart": (
        bundle(patient(birthDate=None, identifier=None)),
        "Bundle.entry[0].resource",
    ),
}  # fmt: skip
each = pytest.mark.parametrize(("content", "path"), MALFORMED.values(), ids=MALFORMED.keys())


@each
def test_the_command_refuses_it_and_stores_nothing(world: World, tmp_path: Path, content: Any, path: str) -> None:
    pair = clinicians(world)
    before = rows(world)
    done = command(world, written(tmp_path, content), pair=pair)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, "0 of 1 files imported")
    assert f"refused. {path}" in done.stdout
    assert rows(world) == before
    (event,) = events(world, "refused")
    assert (event.act, event.actor_id, event.actor_role, event.door) == ("import", None, "operator", "cli")


@each
def test_the_api_refuses_it_and_stores_nothing(world: World, content: Any, path: str) -> None:
    pair = clinicians(world)
    before = rows(world)
    answer = post(world, pair[0], content, pair=pair)
    assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (422, "invalid")
    assert list(answer.json.get("errors", {"": 0})) == [path]
    assert rows(world) == before
    (event,) = events(world, "refused")
    assert (event.act, event.actor_id, event.patient_id) == ("import", pair[0].user_id, None)


def test_a_refusal_after_the_first_writes_takes_them_back(world: World, tmp_path: Path) -> None:
    pair, stranger = clinicians(world), world.therapist("Tom Else")
    file = written(tmp_path, GOOD)
    before = rows(world)
    done = command(world, file, pair=pair, author=f"Dr. Garcia={stranger.email}")
    answer = post(world, pair[0], GOOD, pair=pair, author=[f"Dr. Garcia={stranger.user_id}"])
    assert (done.exit_code, answer.status_code) == (1, 422)
    assert rows(world) == before
    assert len(events(world, "refused")) == 2


def test_a_refusal_says_nothing_of_the_file(world: World, tmp_path: Path) -> None:
    pair = clinicians(world)
    hostile = bundle(patient(), request(status="CANARY-1"), note("CANARY-2"))
    with capture_logs() as logged:
        done = command(world, written(tmp_path, hostile, "CANARY-3.json"), pair=pair)
        answer = post(world, pair[0], hostile, pair=pair)
    assert [line["event"] for line in logged] == ["import-refused", "import-refused"]
    assert all("not a code that FHIR R4 has here" in line["reason"] for line in logged)
    assert not [line for line in logged if "Bundle" in line["reason"]]
    assert all("Bundle.entry[1].resource.status" in told for told in (done.stdout, answer.text))
    assert "CANARY" not in repr(logged) + answer.text
    assert "CANARY-1" not in done.output


def test_the_other_files_are_imported_all_the_same(world: World, tmp_path: Path) -> None:
    files = [
        written(tmp_path, GOOD[:-1], "a.json"),
        written(tmp_path, GOOD, "b.json"),
        tmp_path / "absent.json",
        written(tmp_path, bundle(patient(id="p2", identifier=None, birthDate="1980-01-01")), "c.json"),
    ]
    done = command(world, *files, pair=clinicians(world))
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, "2 of 4 files imported")
    assert (count(world, Patient), count(world, Medication)) == (2, 1)
    assert len(events(world, "refused")) == 2


def test_a_refusal_about_a_named_record_is_in_its_patients_log(world: World, tmp_path: Path) -> None:
    person, *pair = linked(world)
    command(world, written(tmp_path, GOOD[:-1]), pair=(pair[0], pair[1]), patient=person.email)
    post(world, pair[0], GOOD[:-1], pair=(pair[0], pair[1]), patient_id=person.patient_id)
    told: Any = world.client(person).get(f"{person.record}/access-log").json
    assert [event["sentence"] for event in told["items"]] == [
        "Tess Okafor tried to import a file into your record and was refused.",
        "The operator of this service tried to import a file into your record and was refused.",
    ]


def test_what_is_no_regular_file_is_refused_without_waiting(world: World, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = command(world, tmp_path / "pipe", tmp_path, Path("/dev/zero"), pair=clinicians(world))
    assert done.stdout.count("not a regular file") == 3
    assert done.exit_code == 1


def test_what_is_too_large_is_not_read(
    world: World, tmp_path: Path, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(small + 1)
    monkeypatch.setattr("careteam.cli.files.os.fdopen", None)
    done = command(world, large, pair=clinicians(world))
    assert f"refused. larger than {small} bytes" in done.stdout


def test_the_api_takes_a_body_up_to_the_limit_and_no_more(world: World, small: int) -> None:
    pair = clinicians(world)
    assert post(world, pair[0], GOOD + b" " * (small - len(GOOD)), pair=pair).status_code == 201
    answer = post(world, pair[0], GOOD + b" " * (small - len(GOOD) + 1), pair=pair)
    assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (413, "too-large")
    assert len(events(world, "refused")) == 1
