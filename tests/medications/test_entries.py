"""Beginning entries, and marking them as entered in error."""

from typing import Any

import pytest

from careteam.policy.vocabulary import ItemClass, Label, MedicationSource, Role
from tests.medications.acts import ago, listed, place, read, today
from tests.world import LONG_AGO, Person, World

FULL = {
    "drug_name": "Sertraline",
    "rxnorm_code": "36437",
    "dose_value": "12.5",
    "dose_unit": "mg",
    "dose_text": "half a tablet",
    "route": "by mouth",
    "timing": "in the morning",
    "as_needed": False,
    "reason": "low mood",
    "labels": ["sexual_health"],
}


def begin(world: World, who: Person, patient: Person, **body: Any) -> Any:
    said = {"drug_name": "Sertraline", "started_on": str(today(world)), **body}
    return world.client(who).post(f"{patient.record}/medications", {k: v for k, v in said.items() if v is not None})


def test_an_entry_shows_all_that_was_said(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = begin(world, prescriber, patient, **FULL, started_on=str(ago(world, 40)))
    assert made.status_code == 201, made.json
    assert made.headers["ETag"] == '"1"'
    shown = read(world.client(prescriber), patient, made.json)
    assert shown == made.json
    assert (
        shown.items()
        >= {k: FULL[k] for k in ("drug_name", "rxnorm_code", "route", "timing", "reason", "labels")}.items()
    )
    assert shown["dose"] == {"value": 12.5, "unit": "mg", "text": "half a tablet"}
    assert (shown["status"], shown["current"], shown["as_needed"]) == ("active", True, False)
    assert (shown["started_on"], shown["date"], shown["stopped_on"]) == (str(ago(world, 40)), str(ago(world, 40)), None)
    assert [(e["kind"], e["author_id"], e["planned"]) for e in shown["events"]] == [
        ("start", str(prescriber.user_id), False)
    ]


@pytest.mark.parametrize(
    ("who", "says", "source", "prescribed", "held_by_patient"),
    [
        ("prescriber", None, "prescriber", True, False),
        ("prescriber", "patient_stated", "patient_stated", False, False),
        ("therapist", None, "patient_stated", False, False),
        ("patient", None, "patient", False, True),
        ("patient", "patient", "patient", False, True),
    ],
)
def test_the_source_follows_from_who_writes(
    world: World, who: str, says: str | None, source: str, prescribed: bool, held_by_patient: bool
) -> None:
    people = dict(zip(("patient", "therapist", "prescriber"), world.trio(), strict=True))
    patient, writer = people["patient"], people[who]
    made = begin(world, writer, patient, source=says).json
    assert (made["source"], made["prescribed"], made["author_id"]) == (source, prescribed, str(writer.user_id))
    holder = {"kind": "patient"} if held_by_patient else {"kind": "member", "user_id": str(writer.user_id)}
    assert made["holder"] == holder


@pytest.mark.parametrize(
    ("who", "source"),
    [
        ("therapist", "prescriber"),
        ("therapist", "patient"),
        ("patient", "prescriber"),
        ("patient", "patient_stated"),
        ("prescriber", "patient"),
    ],
)
def test_nobody_writes_under_anothers_source(world: World, who: str, source: str) -> None:
    people = dict(zip(("patient", "therapist", "prescriber"), world.trio(), strict=True))
    patient = people["patient"]
    assert begin(world, people[who], patient, source=source).status_code == 403
    assert listed(world.client(patient), patient) == []


def test_who_is_prescriber_and_therapist_has_to_say(world: World) -> None:
    patient, both = world.patient(), world.staff("Bo Both", Role.THERAPIST, Role.PRESCRIBER)
    for role in (Role.THERAPIST, Role.PRESCRIBER):
        world.join(patient, both, role)
    silent = begin(world, both, patient)
    assert (silent.status_code, "source" in silent.json["errors"]) == (422, True)
    assert begin(world, both, patient, source="prescriber").json["prescribed"] is True
    assert begin(world, both, patient, source="patient_stated").json["prescribed"] is False


@pytest.mark.parametrize(
    ("who", "days_ago", "status"),
    [
        ("prescriber", 0, 201),
        ("prescriber", 4000, 201),
        ("prescriber", -1, 201),
        ("prescriber", -365, 201),
        ("prescriber", -366, 422),
        ("patient", 0, 201),
        ("patient", -1, 422),
        ("therapist", 0, 201),
        ("therapist", -1, 422),
        ("patient", 20000, 422),
    ],
)
def test_only_a_prescriber_plans_a_start_and_nobody_before_birth(
    world: World, who: str, days_ago: int, status: int
) -> None:
    people = dict(zip(("patient", "therapist", "prescriber"), world.trio(), strict=True))
    answer = begin(world, people[who], people["patient"], started_on=str(ago(world, days_ago)))
    assert answer.status_code == status, answer.json
    assert status == 201 or "started_on" in answer.json["errors"]


def test_a_planned_start_is_on_the_list_and_not_current(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = begin(world, prescriber, patient, started_on=str(ago(world, -10)), dose_value=50, dose_unit="mg").json
    assert (made["status"], made["current"], made["events"][0]["planned"]) == ("active", False, True)
    assert made["dose"]["value"] == 50


@pytest.mark.parametrize(
    "wrong",
    [
        {"dose_value": 50},
        {"dose_unit": "mg"},
        {"dose_unit": "mg", "dose_text": "one"},
        {"dose_value": 0, "dose_unit": "mg"},
        {"dose_value": "0.0000", "dose_unit": "mg"},
        {"dose_value": -5, "dose_unit": "mg"},
        {"dose_value": "1e3", "dose_unit": "mg"},
        {"dose_value": "1_000", "dose_unit": "mg"},
        {"dose_value": " 5", "dose_unit": "mg"},
        {"dose_value": "٥", "dose_unit": "mg"},
        {"dose_value": "5,5", "dose_unit": "mg"},
        {"dose_value": "NaN", "dose_unit": "mg"},
        {"dose_value": 0.00001, "dose_unit": "mg"},
        {"dose_value": 123456789, "dose_unit": "mg"},
        {"dose_value": True, "dose_unit": "mg"},
        {"dose_value": [5], "dose_unit": "mg"},
        {"dose_value": None, "dose_unit": "mg"},
        {"dose_text": " "},
        {"dose_text": "x" * 501},
        {"rxnorm_code": "36437a"},
        {"rxnorm_code": "36437\n"},
        {"rxnorm_code": 36437},
        {"rxnorm_code": "123456789"},
        {"rxnorm_code": "٣٦"},
        {"drug_name": ""},
        {"drug_name": "x" * 301},
        {"source": "imported"},
        {"as_needed": "true"},
        {"started_on": "2026-13-01"},
        {"started_on": None},
        {"labels": ["unknown"]},
        {"part2": True},
        {"status": "stopped"},
        {"holder_id": "x"},
        {"events": []},
    ],
)
def test_what_makes_no_sense_is_refused(world: World, wrong: dict[str, Any]) -> None:
    patient, _, prescriber = world.trio()
    said = {"drug_name": "Sertraline", "started_on": str(today(world)), **wrong}
    answer = world.client(prescriber).post(f"{patient.record}/medications", said)
    assert answer.status_code == 422, answer.json
    assert answer.json
    assert answer.json["errors"]


@pytest.mark.parametrize(
    ("said", "shown"), [(0.1, 0.1), ("0.0001", 0.0001), (99999999, 99999999), ("12345678.1234", 12345678.1234)]
)
def test_a_dose_is_kept_exactly(world: World, said: Any, shown: float) -> None:
    patient, _, prescriber = world.trio()
    made = begin(world, prescriber, patient, dose_value=said, dose_unit="mg").json
    assert read(world.client(prescriber), patient, made)["dose"]["value"] == shown


@pytest.mark.parametrize(
    ("said", "labels", "part2"),
    [
        ({}, [], False),
        ({"labels": ["hiv"]}, ["hiv"], False),
        ({"labels": ["substance_use"]}, ["substance_use"], True),
        ({"labels": ["substance_use"], "part2": False}, ["substance_use"], False),
    ],
)
def test_substance_use_is_part2_unless_said_otherwise(
    world: World, said: dict[str, Any], labels: list[str], part2: bool
) -> None:
    patient, _, prescriber = world.trio()
    made = begin(world, prescriber, patient, **said).json
    assert (made["labels"], made["part2"]) == (labels, part2)


def test_no_medication_starts_after_death(world: World) -> None:
    patient = world.patient(death_date=ago(world, 1))
    prescriber = world.prescriber()
    world.join(patient, prescriber, Role.PRESCRIBER)
    entry = world.medication(patient, prescriber)
    assert begin(world, prescriber, patient).status_code == 409
    shown = read(world.client(prescriber), patient, entry)
    assert (shown["status"], shown["current"]) == ("active", False)


@pytest.mark.parametrize("who", ["stranger", "former", "unverified", "invited"])
def test_who_is_no_current_member_begins_nothing(world: World, who: str) -> None:
    patient = world.patient()
    clinician = world.prescriber(verified=who != "unverified")
    if who != "stranger":
        ended = {"ended_at": world.now} if who == "former" else {}
        accepted = {"clinician_accepted_at": None} if who == "invited" else {}
        world.join(patient, clinician, Role.PRESCRIBER, **ended, **accepted)
    assert begin(world, clinician, patient).status_code == (403 if who == "former" else 404)


@pytest.mark.parametrize("who", ["author", "former author", "patient", "other prescriber", "therapist"])
def test_the_author_or_holder_marks_an_entry_as_entered_in_error(world: World, who: str) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.prescriber("Olga Other")
    world.join(patient, other, Role.PRESCRIBER)
    world.consent(patient)
    if who == "former author":
        prescriber = world.prescriber("Former Reyes")
        world.join(patient, prescriber, Role.PRESCRIBER, ended_at=LONG_AGO)
    entry = world.medication(patient, prescriber)
    doers = {"patient": patient, "other prescriber": other, "therapist": therapist}
    answer = world.client(doers.get(who, prescriber)).post(
        f"{place(patient, entry)}/entered-in-error", {"reason": "another person"}, version=1
    )
    assert answer.status_code == (200 if "author" in who else 403), answer.json
    shown = read(world.client(patient), patient, entry)
    assert shown["status"] == ("entered_in_error" if "author" in who else "active")
    assert shown["entered_in_error_reason"] == ("another person" if "author" in who else None)
    assert shown["current"] is ("author" not in who)


def test_the_patient_marks_what_they_hold_and_only_once(world: World) -> None:
    patient, therapist, _ = world.trio()
    entry = world.medication(patient, patient, source=MedicationSource.IMPORTED)
    client, where = world.client(patient), f"{place(patient, entry)}/entered-in-error"
    assert client.post(where, {"reason": "not mine"}).status_code == 428
    assert client.post(where, {"reason": "not mine"}, version=7).status_code == 412
    assert client.post(where, {}, version=1).status_code == 422
    assert client.post(where, {"reason": "not mine"}, version=1).json["version"] == 2
    assert client.post(where, {"reason": "not mine"}, version=2).status_code == 409
    assert world.client(therapist).post(where, {"reason": "x"}, version=2).status_code == 404


def test_an_entry_with_a_label_stays_with_those_who_may_read_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=[ItemClass.MEDICATION], labels=[Label.HIV])
    begin(world, prescriber, patient, drug_name="Dolutegravir", labels=["hiv"])
    begin(world, prescriber, patient, drug_name="Naltrexone", labels=["substance_use"])
    assert [e["drug_name"] for e in listed(world.client(therapist), patient)] == ["Dolutegravir"]
