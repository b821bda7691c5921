"""The one call that a clinician makes, as each of the people around one patient finds it."""

from datetime import date, timedelta
from typing import Any

import pytest

from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, Label, MedicationSource, NoteStatus, Role
from tests.queries import statements
from tests.world import Person, World


def record_of(world: World, patient: Person, reader: Person) -> Any:
    answer = world.client(reader).get(f"{patient.record}/shared-record")
    assert answer.status_code == 200, answer.json
    return answer.json


def test_without_consent_a_clinician_finds_their_own_work_and_that_nothing_is_shared(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, body="Slept badly.")
    world.medication(patient, prescriber, drug="Sertraline")
    shown = record_of(world, patient, prescriber)
    assert [m["drug_name"] for m in shown["medications"]["items"]] == ["Sertraline"]
    assert shown["notes"] == {"items": [], "next": None, "empty": "nothing that you can see"}
    assert [(h["name"], h["shared"]) for h in shown["sharing"]] == [("the patient", []), ("Tess Okafor", [])]
    assert shown["permits"] == []


def test_with_consent_both_halves_stand_together(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, body="Slept badly.")
    world.medication(patient, patient, drug="Melatonin", source=MedicationSource.PATIENT)
    consent = world.consent(patient, disclosers=["team", "patient"])
    shown = record_of(world, patient, prescriber)
    assert [n["body"] for n in shown["notes"]["items"]] == ["Slept badly."]
    assert [m["drug_name"] for m in shown["medications"]["items"]] == ["Melatonin"]
    assert [(h["name"], h["shared"]) for h in shown["sharing"]] == [
        ("the patient", ["medication", "progress_note"]),
        ("Tess Okafor", ["medication", "progress_note"]),
    ]
    assert [p["id"] for p in shown["permits"]] == [str(consent.id)]
    assert shown["permits"][0]["disclosers"] == ["patient", "team"]


def test_the_medication_list_says_what_it_is_and_is_not(world: World) -> None:
    patient, _, prescriber = world.trio()
    shown = record_of(world, patient, prescriber)["medications"]
    assert "The patient decides what is shared" in shown["caution"]
    assert "not an order" in shown["caution"]
    assert shown["last_reviewed"] is None
    assert world.client(prescriber).post(f"{patient.record}/medication-reviews").status_code == 201
    assert record_of(world, patient, prescriber)["medications"]["last_reviewed"]["by"] == str(prescriber.user_id)


def test_only_members_and_the_patient_see_the_team(world: World) -> None:
    patient, therapist, _ = world.trio()
    former = world.therapist("Fay Former")
    world.join(patient, former, Role.THERAPIST, ended_at=world.now)
    world.note(patient, former, body="Before I left.", labels=frozenset({Label.VIOLENCE}))
    names = ["Paul Reyes", "Tess Okafor"]
    assert [m["name"] for m in record_of(world, patient, therapist)["team"]] == names
    assert [m["name"] for m in record_of(world, patient, patient)["team"]] == names
    shown = record_of(world, patient, former)
    assert (shown["team"], shown["sharing"], shown["you_are"]["former"]) == ([], [], True)
    assert [(n["body"], n["labels"]) for n in shown["notes"]["items"]] == [("Before I left.", None)]


def test_the_patient_reads_everything_but_drafts_and_special_notes(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, title="signed")
    world.note(patient, therapist, title="draft", status=NoteStatus.DRAFT, signed_at=None)
    world.note(patient, therapist, title="special", kind=ItemClass.PSYCHOTHERAPY_NOTE)
    world.medication(patient, prescriber)
    shown = record_of(world, patient, patient)
    assert [n["title"] for n in shown["notes"]["items"]] == ["signed"]
    assert len(shown["medications"]["items"]) == 1


def test_a_restriction_on_one_item_is_nowhere_to_be_seen(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    before = record_of(world, patient, prescriber)
    note = world.note(patient, therapist, body="CANARY-1")
    world.restriction(patient, item_id=note.id)
    assert record_of(world, patient, prescriber) == before


def test_hidden_and_absent_patients_are_one_answer(world: World) -> None:
    patient, stranger = world.patient(), world.therapist()
    asking = world.client(stranger)
    absent = asking.get(f"patients/{new_id()}/shared-record")
    hidden = asking.get(f"{patient.record}/shared-record")
    assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_the_newest_notes_come_first_and_the_list_goes_on_where_they_end(world: World) -> None:
    patient, therapist, _ = world.trio()
    for n in range(25):
        world.note(patient, therapist, title=str(n), on=date(2026, 1, 1) + timedelta(n))
    shown = record_of(world, patient, therapist)["notes"]
    assert [n["title"] for n in shown["items"]] == [str(n) for n in range(24, 4, -1)]
    rest: Any = world.client(therapist).get(f"{patient.record}/notes?cursor={shown['next']}").json
    assert [n["title"] for n in rest["items"]] == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize("size", [1, 12])
def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(world: World, size: int) -> None:
    patient, therapist, prescriber = world.trio()
    for _ in range(size):
        world.consent(patient, disclosers=["team", "patient"])
        world.note(patient, therapist)
        world.medication(patient, prescriber)
        world.medication(patient, patient, source=MedicationSource.PATIENT)
    with statements(world.app) as sent:
        record_of(world, patient, prescriber)
    assert len(sent) == 16, "\n".join(sent)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("notes", 8), ("medications", 10), ("access-log", 8), ("allergies", 8), ("conditions", 7)],
)
@pytest.mark.parametrize("size", [2, 12])
def test_every_list_keeps_its_number_of_statements(world: World, path: str, expected: int, size: int) -> None:
    patient, therapist, prescriber = world.trio()
    for _ in range(size):
        world.note(patient, therapist)
        world.medication(patient, prescriber)
        world.allergy(patient, prescriber)
        world.condition(patient, prescriber)
        world.client(therapist).get(f"{patient.record}/notes")
    with statements(world.app) as sent:
        assert world.client(patient).get(f"{patient.record}/{path}").status_code == 200
    assert len(sent) == expected, "\n".join(sent)
