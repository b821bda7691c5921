"""Allergies and conditions written at the same moment, the number of statements, and what the database holds."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from careteam.actor import Actor, Post
from careteam.models import Base, EntryChange
from careteam.policy.vocabulary import AllergyScope, ItemClass, Role
from careteam.services.record import allergy_entries
from tests.queries import statements
from tests.races import during
from tests.record.acts import change, listed, place, record
from tests.world import Client, Person, World


def acting(person: Person) -> Actor:
    assert person.practice_id
    return Actor(person.user_id, person.name, person.email, (Post(person.practice_id, Role.THERAPIST, True),))


def test_a_statement_at_the_moment_of_an_allergy_is_refused(world: World) -> None:
    patient, therapist, _ = world.trio()
    assert patient.patient_id
    given = (world.session, acting(therapist), patient.patient_id)
    allergy_entries.record_allergy(*given, substance="Latex", at=world.now)
    where = f"{patient.record}/no-known-allergies"
    answer = during(world, Client(world.app, therapist.token).post, where, {"covers": "everything"})
    assert answer.status_code == 409
    assert [a["kind"] for a in listed(world, therapist, patient)] == ["allergy"]


def test_an_allergy_at_the_moment_of_a_statement_ends_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    assert patient.patient_id
    given = (world.session, acting(therapist), patient.patient_id)
    said = allergy_entries.state_none_known(*given, covers=AllergyScope.EVERYTHING, at=world.now)
    answer = during(
        world, Client(world.app, therapist.token).post, f"{patient.record}/allergies", {"substance": "Latex"}
    )
    assert (answer.status_code, answer.json["supersedes"]) == (201, [str(said["id"])])
    assert [a["current"] for a in listed(world, therapist, patient, query="?kind=no_known_allergies")] == [False]


@pytest.mark.parametrize("what", ["allergies", "conditions"])
def test_of_many_changes_at_the_same_time_exactly_one_is_written(world: World, what: str) -> None:
    patient, therapist, _ = world.trio()
    made = record(world, therapist, patient, what)
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(Client(world.app, therapist.token).patch, place(patient, made), {"note": str(n)}, version=1)
            for n in range(4)
        ]
        answers = sorted(done.result(timeout=60).status_code for done in asked)
    assert answers == [200, 412, 412, 412]
    world.session.rollback()
    assert len(list(world.session.scalars(select(EntryChange)))) == 1


@pytest.mark.parametrize("what", ["allergies", "conditions"])
def test_of_many_taken_back_at_the_same_time_one_counts(world: World, what: str) -> None:
    patient, therapist, _ = world.trio()
    where = f"{place(patient, record(world, therapist, patient, what))}/entered-in-error"
    with ThreadPoolExecutor(3) as pool:
        asked = [
            pool.submit(Client(world.app, therapist.token).post, where, {"reason": str(n)}, version=1) for n in range(3)
        ]
        answers = sorted(done.result(timeout=60).status_code for done in asked)
    assert answers == [200, 412, 412]


@pytest.mark.parametrize(("what", "most"), [("allergies", 12), ("conditions", 9)])
@pytest.mark.parametrize("query", ["?limit=100", "?limit=100&current=true"])
def test_a_list_takes_as_many_statements_for_one_entry_as_for_many(
    world: World, what: str, most: int, query: str
) -> None:
    patient, therapist, prescriber = world.trio()
    record(world, prescriber, patient, "no-known-allergies")
    counted = []
    for entries in (1, 12):
        for _ in range(entries):
            made = record(world, therapist, patient, what)
            change(world, therapist, patient, made, note="x")
        world.session.expire_all()
        world.session.commit()
        with statements(world.app) as sent:
            assert listed(world, therapist, patient, what, query)
        counted.append(len(sent))
    assert counted[0] == counted[1] <= most, counted


def test_the_shared_record_takes_as_many_statements_for_one_entry_as_for_many(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=[ItemClass.ALLERGY, ItemClass.CONDITION], disclosers=["team", "patient"])
    counted = []
    for entries in (1, 12):
        for _ in range(entries):
            world.allergy(patient, therapist)
            world.allergy(patient, prescriber, covers=AllergyScope.EVERYTHING)
            world.condition(patient, therapist)
        with statements(world.app) as sent:
            shown: Any = world.client(prescriber).get(f"{patient.record}/shared-record").json
        assert shown["allergies"]["contradiction"]
        counted.append(len(sent))
    assert counted[0] == counted[1], counted


CANARIES = {name: f"canary-{name}-6241" for name in ("words", "note", "reaction", "reason", "error", "code")}


def test_no_table_and_no_file_holds_the_words(world: World, database_url: str) -> None:
    patient, therapist, _ = world.trio()
    said: dict[str, Any] = {
        "note": CANARIES["note"],
        "codes": [{"system": "http://snomed.info/sct", "code": CANARIES["code"]}],
    }
    reactions = [{"manifestation": CANARIES["reaction"]}]
    allergy = record(world, therapist, patient, substance=CANARIES["words"], reactions=reactions, **said)
    condition = record(world, therapist, patient, "conditions", name=CANARIES["words"], **said)
    for entry in (allergy, condition):
        shown = change(world, therapist, patient, entry, note=None, reason=CANARIES["reason"]).json
        assert CANARIES["note"] in str(shown["changes"])
        wrong = world.client(therapist).post(
            f"{place(patient, entry)}/entered-in-error", {"reason": CANARIES["error"]}, version=2
        )
        assert wrong.json["entered_in_error_reason"] == CANARIES["error"]
    held = [
        str(row) for table in Base.metadata.tables for row in world.session.execute(text(f'SELECT * FROM "{table}"'))
    ]
    assert any("confirmed" in row or "active" in row for row in held)
    assert not [row for row in held if any(canary in row for canary in CANARIES.values())]
    world.session.rollback()
    if database_url.startswith("sqlite"):
        file = Path(database_url.removeprefix("sqlite:///"))
        written = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
        assert not any(canary.encode() in written for canary in CANARIES.values())
