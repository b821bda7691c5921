"""While reads are locked, nobody but patients in their own record gets anything of it, by whichever door."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from careteam import access
from careteam.services.chain import locking
from tests.world import Person, World

PARTS = (
    "", "/team", "/shared-record", "/notes", "/medications", "/medication-pairs", "/medication-reviews",
    "/medication-reminders",
    "/medication-reconciliations", "/allergies", "/conditions", "/consents", "/sharing", "/label-reviews",
)  # fmt: skip


@pytest.fixture
def locked(world: World) -> tuple[Person, Person]:
    """A patient and a therapist who could read everything, if reads were not locked."""
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.medication(patient, prescriber)
    world.consent(patient)
    for part in PARTS:
        assert world.client(therapist).get(f"{patient.record}{part}").status_code == 200, part
    locking.lock(world.session, "A test.", at=datetime.now(UTC))
    world.session.commit()
    return patient, therapist


@pytest.mark.parametrize("part", PARTS)
def test_a_clinician_reads_nothing_and_is_told_why(world: World, locked: tuple[Person, Person], part: str) -> None:
    patient, therapist = locked
    answer = world.client(therapist).get(f"{patient.record}{part}")
    assert answer.status_code == 503
    assert answer.json["detail"] == access.READ_LOCKED
    assert b"Sertraline" not in answer.data


def test_patients_read_their_own_record_and_say_no(world: World, locked: tuple[Person, Person]) -> None:
    patient, _ = locked
    mine = world.client(patient)
    assert {part: mine.get(f"{patient.record}{part}").status_code for part in PARTS} == dict.fromkeys(PARTS, 200)
    assert mine.post(f"{patient.record}/restrictions", {"against": "anyone", "holder": "patient"}).status_code == 201


def test_what_is_hidden_stays_absent(world: World, locked: tuple[Person, Person]) -> None:
    patient, _ = locked
    stranger = world.client(world.therapist("Sam Stranger"))
    hidden, absent = stranger.get(f"{patient.record}/notes"), stranger.get(f"patients/{UUID(int=7)}/notes")
    assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data) == (404, hidden.data)


def test_every_address_of_a_record_is_locked(world: World, app: Flask, locked: tuple[Person, Person]) -> None:
    """Whatever a later version adds below a patient's address."""
    patient, therapist = locked
    answers = {rule: world.client(therapist).get(path) for rule, path in readable(app, patient)}
    assert len(answers) > len(PARTS)
    given = {rule: a.status_code for rule, a in answers.items() if a.status_code == 200}
    assert given == {}


def readable(app: Flask, patient: Person) -> list[tuple[str, str]]:
    """Every GET below a patient's address, with ids of nothing where it names more."""
    adapter, found = app.url_map.bind("localhost"), list[tuple[str, str]]()
    for rule in app.url_map.iter_rules():
        if "patient_id" in rule.arguments and "GET" in (rule.methods or ()):
            values: dict[str, Any] = {name: UUID(int=7) for name in rule.arguments if name.endswith("_id")}
            values |= {name: "hiv" for name in rule.arguments if not name.endswith("_id")}
            found.append((rule.rule, adapter.build(rule.endpoint, {**values, "patient_id": patient.patient_id})))
    return found
