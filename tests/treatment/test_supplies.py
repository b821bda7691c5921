"""Supplies as their people walk through them: recorded, when they run out, and who may know it."""

from typing import Any

import pytest

from careteam.models.types import new_id
from careteam.policy.vocabulary import Label, MedicationSource, Role
from tests.queries import statements
from tests.treatment.managing import FILL, MEDICATION, ago, changed, listed, same, started, supplied
from tests.world import Person, World


def linked(world: World, **consent: Any) -> tuple[Person, Person, Person]:
    """A linked team in which the medications of members are shared."""
    people = world.trio()
    world.consent(people[0], classes=[MEDICATION], **consent)
    return people


def runs(world: World, who: Person, about: Person) -> list[tuple[str | None, str | None]]:
    """When each supply that this person reads runs out, and when the next is due."""
    return [(one["runs_out_on"], one["next_due_on"]) for one in listed(world, who, about, "supplies")]


def test_a_prescriber_records_a_supply_and_everybody_who_may_sees_when_it_runs_out(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    entry = started(world, patient, prescriber, days=40)
    said = {"date": ago(world, 10).isoformat(), "quantity": "30", "quantity_unit": "tablets"}
    made = supplied(world, prescriber, patient, entry, **said)
    assert (made["runs_out_on"], made["next_due_on"]) == (ago(world, -20).isoformat(), ago(world, -13).isoformat())
    assert (made["class"], made["drug_name"], made["refills_left"]) == ("medication", "Sertraline", 2)
    assert (float(made["quantity"]), made["quantity_unit"]) == (30.0, "tablets")
    for who in (patient, therapist, prescriber):
        assert [one["id"] for one in listed(world, who, patient, "supplies")] == [made["id"]]
        assert runs(world, who, patient) == [(made["runs_out_on"], made["next_due_on"])]


def test_fills_that_overlap_add_up_and_the_last_one_says_when_the_next_is_due(world: World) -> None:
    patient, _, prescriber = linked(world)
    entry = started(world, patient, prescriber, days=40)
    for days in (30, 5):
        supplied(world, prescriber, patient, entry, date=ago(world, days).isoformat())
    assert runs(world, patient, patient) == [
        (ago(world, -30).isoformat(), ago(world, -23).isoformat()),
        (ago(world, 0).isoformat(), None),
    ]


def test_a_supply_in_error_lasts_for_no_day(world: World) -> None:
    patient, _, prescriber = linked(world)
    entry = started(world, patient, prescriber, days=40)
    first, second = (supplied(world, prescriber, patient, entry, date=ago(world, d).isoformat()) for d in (30, 5))
    place = f"{patient.record}/supplies/{first['id']}/entered-in-error"
    answer = world.client(prescriber).post(place, {"reason": "Not fetched."}, version=1)
    assert (answer.status_code, answer.json["runs_out_on"]) == (200, None)
    shown = {one["id"]: one["runs_out_on"] for one in listed(world, patient, patient, "supplies")}
    assert shown == {first["id"]: None, second["id"]: ago(world, -25).isoformat()}


@pytest.mark.parametrize("kind", ["stop", "hold"])
def test_a_stopped_medication_has_no_next_fill_and_one_on_hold_has(world: World, kind: str) -> None:
    patient, _, prescriber = linked(world)
    entry = started(world, patient, prescriber, days=40)
    supplied(world, prescriber, patient, entry)
    changed(world, prescriber, patient, entry, kind=kind)
    runs_out, next_due = runs(world, patient, patient)[0]
    assert runs_out == ago(world, -30).isoformat()
    assert (next_due is None) is (kind == "stop")


def test_before_consent_and_after_it_is_revoked_a_supply_is_absent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = started(world, patient, prescriber, days=40)
    made = supplied(world, prescriber, patient, entry)
    place, absent = (f"{patient.record}/supplies/{i}" for i in (made["id"], new_id()))
    same(world.client(therapist).get(place), world.client(therapist).get(absent))
    consent = world.consent(patient, classes=[MEDICATION])
    assert world.client(therapist).get(place).json["runs_out_on"] == made["runs_out_on"]
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    same(world.client(therapist).get(place), world.client(therapist).get(absent))
    assert listed(world, therapist, patient, "supplies") == []


def test_where_a_prescribers_fills_may_be_hidden_nothing_is_said_to_run_out(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.prescriber("Quinn Adler")
    world.join(patient, other, Role.PRESCRIBER)
    world.consent(patient, disclosers=[f"member:{prescriber.user_id}"], classes=[MEDICATION])
    entry = started(world, patient, prescriber, days=40)
    supplied(world, prescriber, patient, entry)
    before = world.client(therapist).get(f"{patient.record}/supplies")
    assert runs(world, therapist, patient) == [(None, None)]
    supplied(world, other, patient, entry)
    same(before, world.client(therapist).get(f"{patient.record}/supplies"))
    assert [day for day, _ in runs(world, patient, patient)] == [
        ago(world, -60).isoformat(),
        ago(world, -30).isoformat(),
    ]


def test_an_item_level_restriction_on_the_entry_hides_what_a_supply_names(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    entry = started(world, patient, prescriber, days=40)
    supplied(world, prescriber, patient, entry)
    world.restriction(patient, item_id=entry.id)
    shown = listed(world, therapist, patient, "supplies")[0]
    hidden = ("medication_id", "drug_name", "runs_out_on", "next_due_on")
    assert {name: shown[name] for name in hidden} == dict.fromkeys(hidden)
    assert listed(world, therapist, patient, "supplies", f"?medication_id={entry.id}") == []


def test_only_a_prescriber_records_and_only_of_what_is_prescribed_and_read(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.prescriber("Quinn Adler")
    world.join(patient, other, Role.PRESCRIBER)
    entry = started(world, patient, prescriber, days=40)
    place, body = f"{patient.record}/supplies", {"medication_id": str(entry.id), **FILL}
    for who, status in {patient: 403, therapist: 403, other: 422, prescriber: 201}.items():
        assert world.client(who).post(place, body).status_code == status
    hidden = world.client(other).post(place, body)
    same(hidden, world.client(other).post(place, {**body, "medication_id": str(new_id())}))
    stated = world.medication(patient, prescriber, source=MedicationSource.PATIENT_STATED)
    wrong = started(world, patient, prescriber, days=40, error_at=world.now)
    assert world.client(prescriber).post(place, {**body, "medication_id": str(stated.id)}).status_code == 422
    assert world.client(prescriber).post(place, {**body, "medication_id": str(wrong.id)}).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"days_supply": 0},
        {"days_supply": 367},
        {"days_supply": "30"},
        {"refills_left": -1},
        {"visit_needed": "no"},
        {"date": "2999-01-01"},
        {"runs_out_on": "2026-04-01"},
    ],
)
def test_what_does_not_fit_is_refused(world: World, wrong: dict[str, Any]) -> None:
    patient, _, prescriber = world.trio()
    entry = started(world, patient, prescriber, days=40)
    body = {"medication_id": str(entry.id), **FILL, **wrong}
    assert world.client(prescriber).post(f"{patient.record}/supplies", body).status_code == 422


def test_a_supply_carries_the_labels_of_its_entry(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    marks = {"labels": frozenset({Label.SUBSTANCE_USE}), "part2": True}
    made = supplied(world, prescriber, patient, started(world, patient, prescriber, days=9, **marks), labels=["hiv"])
    assert (made["labels"], made["part2"]) == (["hiv", "substance_use"], True)
    assert listed(world, therapist, patient, "supplies") == []
    stated = {"labels": frozenset({Label.SUBSTANCE_USE}), "part2": False}
    made = supplied(world, prescriber, patient, started(world, patient, prescriber, days=9, **stated))
    assert (made["labels"], made["part2"]) == (["substance_use"], False)


def test_supplies_are_filtered_by_medication_and_day_and_statements_do_not_grow(world: World) -> None:
    patient, therapist, prescriber = linked(world)
    entry = started(world, patient, prescriber, days=40)
    counts = []
    for _ in range(2):
        for days in (30, 20, 10):
            supplied(world, prescriber, patient, entry, date=ago(world, days).isoformat())
        entry = started(world, patient, prescriber, days=40)
        client = world.client(therapist)
        with statements(world.app) as sent:
            assert client.get(f"{patient.record}/supplies").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 14
    asked = {"": 6, f"?from_date={ago(world, 20)}": 4, f"?through_date={ago(world, 20)}": 4}
    asked |= {f"?medication_id={entry.id}": 0, "?limit=4": 4}
    assert {query: len(listed(world, patient, patient, "supplies", query)) for query in asked} == asked
