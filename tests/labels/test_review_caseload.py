"""In which records something waits for me: over all my patients, in as many statements as for one."""

from datetime import timedelta
from typing import Any

import pytest

from careteam.policy.vocabulary import Label, MembershipKind, Role
from tests.labels.acts import waiting_condition, waiting_entry, waits
from tests.queries import statements
from tests.world import LONG_AGO, Person, World


def records(world: World, who: Person | None, query: str = "") -> Any:
    answer = world.client(who).get(f"label-reviews{query}")
    assert answer.status_code == 200, answer.json
    return answer.json


def test_a_holder_finds_their_patients_by_name_with_how_many_items_wait(world: World) -> None:
    prescriber, therapist = world.prescriber(), world.therapist()
    for name, items in (("Zoe Last", 1), ("Ada First", 2), ("Nora None", 0)):
        patient = world.patient(name)
        world.join(patient, prescriber, Role.PRESCRIBER)
        world.join(patient, therapist, Role.THERAPIST)
        for _ in range(items):
            waiting_entry(world, patient, prescriber, "Sertraline")
        world.medication(patient, prescriber)
    found = records(world, prescriber)
    assert [(r["patient"]["name"], r["waiting"], r["own"]) for r in found["items"]] == [
        ("Ada First", 2, False),
        ("Zoe Last", 1, False),
    ]
    assert found["waiting"] == 3
    assert records(world, therapist) == {"items": [], "next": None, "waiting": 0}


def test_it_says_since_when_the_oldest_waits(world: World) -> None:
    patient, _, prescriber = world.trio()
    for days in (3, 9, 1):
        entry = waiting_entry(world, patient, prescriber, "Sertraline")
        entry.created_at = world.now - timedelta(days=days)
        world.session.commit()
    (record,) = records(world, prescriber)["items"]
    assert record["oldest_imported_at"][:19] == (world.now - timedelta(days=9)).isoformat()[:19]


def test_a_patient_finds_their_own_record_with_what_they_hold(world: World) -> None:
    patient, _, prescriber = world.trio()
    waiting_entry(world, patient, patient, "Sertraline")
    waiting_entry(world, patient, prescriber, "Sertraline")
    (record,) = records(world, patient)["items"]
    assert (record["patient"]["id"], record["own"], record["waiting"]) == (str(patient.patient_id), True, 1)


STANDS = [
    ({}, 1),
    ({"ended_at": LONG_AGO}, 0),
    ({"patient_agreed_at": None}, 0),
    ({"clinician_accepted_at": None}, 0),
    ({"declined_at": LONG_AGO}, 0),
    ({"kind": MembershipKind.COVERING, "valid_from": -1, "valid_until": 1}, 1),
    ({"kind": MembershipKind.COVERING, "valid_from": 1, "valid_until": 2}, 0),
    ({"kind": MembershipKind.COVERING, "valid_from": -2, "valid_until": -1}, 0),
]


@pytest.mark.parametrize(("place", "shown"), STANDS)
def test_only_records_of_current_memberships_are_there(world: World, place: dict[str, Any], shown: int) -> None:
    patient, prescriber = world.patient(), world.prescriber()
    days = {key: world.now + timedelta(days=value) for key, value in place.items() if isinstance(value, int)}
    world.join(patient, prescriber, Role.PRESCRIBER, **{**place, **days})
    waiting_entry(world, patient, prescriber, "Sertraline")
    found = records(world, prescriber)
    assert (len(found["items"]), found["waiting"]) == (shown, shown)
    answer = world.client(prescriber).get(f"{patient.record}/label-reviews")
    assert (answer.json or {}).get("waiting", {}).get("total", 0) == shown


def test_who_is_not_verified_any_more_finds_nothing(world: World) -> None:
    patient, prescriber = world.patient(), world.prescriber(verified=False)
    world.join(patient, prescriber, Role.PRESCRIBER)
    waiting_entry(world, patient, prescriber, "Sertraline")
    assert records(world, prescriber)["items"] == []
    assert world.client(None).get("label-reviews").status_code == 401


def test_the_counts_are_those_of_the_records_themselves(world: World) -> None:
    prescriber = world.prescriber()
    patients = [world.patient(f"Patient {n}") for n in range(3)]
    for n, patient in enumerate(patients):
        world.join(patient, prescriber, Role.PRESCRIBER)
        for _ in range(n):
            waiting_entry(world, patient, prescriber, "Methadone", tagged=[Label.HIV])
            waiting_condition(world, patient, prescriber, "B20")
            waiting_condition(world, patient, patient, "B20")
    counted = {r["patient"]["id"]: r["waiting"] for r in records(world, prescriber)["items"]}
    read = {str(p.patient_id): waits(world.client(prescriber), p)["waiting"]["total"] for p in patients}
    assert counted == {patient_id: total for patient_id, total in read.items() if total}


def test_the_list_is_paged_and_takes_the_same_statements_for_one_and_many(world: World) -> None:
    prescriber, counted = world.prescriber(), list[int]()
    for size in (1, 5):
        for n in range(size):
            patient = world.patient(f"Patient {len(counted)} {n}")
            world.join(patient, prescriber, Role.PRESCRIBER)
            waiting_entry(world, patient, prescriber, "Sertraline")
        world.session.expire_all()
        world.session.commit()
        with statements(world.app) as sent:
            records(world, prescriber, "?limit=100")
        counted.append(len(sent))
    assert counted[0] == counted[1]
    first = records(world, prescriber, "?limit=4")
    rest = records(world, prescriber, f"?limit=4&cursor={first['next']}")
    names = [r["patient"]["name"] for r in first["items"] + rest["items"]]
    assert (len(names), names, rest["next"], first["waiting"]) == (6, sorted(names), None, 6)
