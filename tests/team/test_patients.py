"""Who a patient is: read by them and their clinicians, changed by whom it is up to."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from careteam.models import AccessEvent, Patient
from careteam.models.types import new_id
from careteam.policy.vocabulary import Role
from tests.world import World

KEYS = {
    "id",
    "name",
    "birth_date",
    "death_date",
    "time_zone",
    "own",
    "standing",
    "roles",
    "covering",
    "team",
    "version",
}


def test_a_member_sees_who_the_patient_is(world: World) -> None:
    patient, therapist, _ = world.trio()
    shown = world.client(therapist).get(patient.record).json
    assert shown.keys() == KEYS
    assert (shown["name"], shown["birth_date"], shown["own"], shown["roles"]) == (
        patient.name,
        "1990-05-17",
        False,
        ["therapist"],
    )


def test_a_former_member_sees_it_too_but_not_the_team(world: World) -> None:
    patient, therapist, _ = world.trio()
    former = world.prescriber("Fred Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=world.now)
    answer = world.client(former).get(patient.record)
    assert (answer.json["standing"], answer.json["roles"]) == ("former", ["prescriber"])
    assert [m["name"] for m in answer.json["team"]] == ["Fred Former"]
    assert therapist.name not in answer.text


def test_a_stranger_gets_what_an_absent_patient_gives(world: World) -> None:
    patient, _, _ = world.trio()
    stranger = world.client(world.therapist("Sam Stranger"))
    for method, body in (("GET", None), ("PATCH", {"death_date": "2026-01-01"}), ("PATCH", {"name": "X"})):
        hidden = stranger(method, patient.record, json=body, version=1)
        absent = stranger(method, f"patients/{new_id()}", json=body, version=1)
        assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_the_patient_changes_name_birth_date_and_time_zone(world: World) -> None:
    patient = world.patient()
    change = {"name": "Maya Müller", "birth_date": "1990-05-18", "time_zone": "Europe/Vienna"}
    changed = world.client(patient).patch(patient.record, change, version=1)
    assert {k: changed.json[k] for k in change} == change
    world.session.rollback()
    assert world.session.get_one(Patient, patient.patient_id).name_key == "maya muller"


def test_a_member_records_a_death_and_takes_a_mistake_back(world: World) -> None:
    patient, therapist, _ = world.trio()
    for version, day in ((1, "2026-03-01"), (2, None)):
        changed = world.client(therapist).patch(patient.record, {"death_date": day}, version=version)
        assert (changed.status_code, changed.json["death_date"]) == (200, day)


@pytest.mark.parametrize(
    ("who", "change"),
    [
        ("patient", {"death_date": "2026-03-01"}),
        ("patient", {"name": "X", "death_date": "2026-03-01"}),
        ("therapist", {"name": "X"}),
        ("therapist", {"birth_date": "1990-01-01", "death_date": "2026-03-01"}),
        ("therapist", {"time_zone": "Europe/Vienna"}),
        ("former", {"death_date": "2026-03-01"}),
    ],
)
def test_what_is_not_theirs_to_change_is_refused_whole(world: World, who: str, change: dict[str, Any]) -> None:
    patient, therapist, _ = world.trio()
    former = world.prescriber("Fred Former")
    world.join(patient, former, Role.PRESCRIBER, ended_at=world.now)
    before = world.client(patient).get(patient.record).json
    people = {"patient": patient, "therapist": therapist, "former": former}
    assert world.client(people[who]).patch(patient.record, change, version=1).status_code == 403
    assert world.client(patient).get(patient.record).json == before


@pytest.mark.parametrize(
    ("who", "change", "field"),
    [
        ("patient", {"name": "\n"}, "name"),
        ("patient", {"name": "x" * 201}, "name"),
        ("patient", {"birth_date": None}, "birth_date"),
        ("patient", {"birth_date": "1700-01-01"}, "birth_date"),
        ("patient", {"time_zone": "Mars/Olympus"}, "time_zone"),
        ("patient", {"user_id": str(new_id())}, "user_id"),
        ("patient", {"merged_into_id": str(new_id())}, "merged_into_id"),
        ("therapist", {"death_date": "1990-05-16"}, "death_date"),
    ],
)
def test_a_change_that_cannot_be_is_refused_by_field(
    world: World, who: str, change: dict[str, Any], field: str
) -> None:
    patient, therapist, _ = world.trio()
    answer = world.client(patient if who == "patient" else therapist).patch(patient.record, change, version=1)
    assert answer.status_code == 422
    assert f"'{field}'" in str(answer.json["errors"])


@pytest.mark.parametrize(("days", "status"), [(0, 200), (2, 422)])
def test_a_day_has_come_or_it_has_not(world: World, days: int, status: int) -> None:
    patient, therapist, _ = world.trio()
    day = (world.now + timedelta(days=days)).date().isoformat()
    assert world.client(therapist).patch(patient.record, {"death_date": day}, version=1).status_code == status
    version = world.client(patient).get(patient.record).json["version"]
    assert world.client(patient).patch(patient.record, {"birth_date": day}, version=version).status_code == status


def test_a_change_names_the_version_that_was_read(world: World) -> None:
    patient, therapist, _ = world.trio()
    read = world.client(therapist).get(patient.record)
    assert (read.headers["ETag"], read.json["version"]) == ('"1"', 1)
    changed = world.client(patient).patch(patient.record, {"time_zone": "Europe/Vienna"}, version=1)
    assert changed.headers["ETag"] == '"2"'
    for version, status in ((None, 428), (1, 412), ("*", 412)):
        answer = world.client(therapist).patch(patient.record, {"death_date": "2026-03-01"}, version=version)
        assert answer.status_code == status


def test_a_former_member_is_not_told_of_versions(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST, ended_at=world.now)
    read = world.client(therapist).get(patient.record)
    assert (read.json["version"], read.headers.get("ETag")) == (None, None)


def test_reading_and_changing_are_logged(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.client(therapist).get(patient.record)
    world.client(patient).patch(patient.record, {"name": "Maya E."}, version=1)
    rows = world.session.scalars(select(AccessEvent).order_by(AccessEvent.id)).all()
    assert [(r.act, r.outcome, r.patient_id) for r in rows] == [
        ("read-patient", "disclosed", patient.patient_id),
        ("change-patient", "changed", patient.patient_id),
    ]
