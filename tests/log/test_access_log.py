"""The access log: one event per answer, one row per item, told to the patient in plain words."""

from typing import Any

import pytest
from sqlalchemy import func, select, text

from careteam.models import AccessEvent, AccessEventItem
from careteam.models.types import new_id
from careteam.policy.vocabulary import ItemClass, MedicationSource
from tests.world import Person, World


def log_of(world: World, patient: Person) -> list[dict[str, Any]]:
    answer: Any = world.client(patient).get(f"{patient.record}/access-log").json
    found: list[dict[str, Any]] = answer["items"]
    return found


def test_a_disclosure_names_item_version_consent_and_clause(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, consent = world.note(patient, therapist), world.consent(patient)
    assert world.client(prescriber).get(f"{patient.record}/notes/{note.id}").status_code == 200
    row = world.session.execute(select(AccessEventItem)).scalar_one()
    assert (row.item_id, row.version, row.consent_id, row.clause) == (note.id, 1, consent.id, "consent")


def test_the_patient_reads_who_looked_in_plain_words(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.consent(patient)
    world.client(prescriber).get(f"{patient.record}/notes")
    told = log_of(world, patient)[0]
    assert told["sentence"] == "Paul Reyes looked through your notes: 1 progress note of Tess Okafor."
    assert told["items"][0]["why"] == "consent"


def test_what_the_patient_holds_is_called_their_own(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.medication(patient, patient, drug="Melatonin", source=MedicationSource.PATIENT)
    world.consent(patient, disclosers=["patient"])
    world.client(therapist).get(f"{patient.record}/medications")
    assert log_of(world, patient)[0]["sentence"].endswith(": 1 medication of your own.")


def test_a_refusal_is_logged_even_though_nothing_was_answered(world: World) -> None:
    patient, stranger = world.patient(), world.therapist()
    assert world.client(stranger).get(f"{patient.record}/notes").status_code == 404
    told = log_of(world, patient)[0]
    assert told["sentence"] == "Tess Okafor asked for notes and was refused."
    assert told["outcome"] == "refused"


def test_the_log_of_special_notes_is_not_the_patients(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    writing = world.client(therapist)
    writing.get(f"{patient.record}/notes?kind=psychotherapy_note")
    draft = {"kind": "psychotherapy_note", "title": "t", "body": "b", "date": "2026-03-02"}
    assert writing.post(f"{patient.record}/notes", draft).status_code == 201
    (looked,) = log_of(world, patient)
    assert (looked["sentence"], looked["items"]) == ("Tess Okafor looked through your notes.", [])


@pytest.mark.parametrize("who", ["therapist", "stranger"])
def test_nobody_else_reads_the_log(world: World, who: str) -> None:
    patient, therapist, _ = world.trio()
    stranger = world.therapist("Sam Stranger")
    asking = world.client(therapist if who == "therapist" else stranger)
    absent = asking.get(f"patients/{new_id()}/access-log")
    hidden = asking.get(f"{patient.record}/access-log")
    assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_the_log_is_paged_without_loss_or_repeat(world: World) -> None:
    patient, therapist, _ = world.trio()
    for _ in range(7):
        world.client(therapist).get(f"{patient.record}/notes")
    reading, seen, cursor = world.client(patient), [], ""
    for _ in range(4):
        answer: Any = reading.get(
            f"{patient.record}/access-log?limit=2&outcome=disclosed&actor_id={therapist.user_id}{cursor}"
        ).json
        seen += [event["id"] for event in answer["items"]]
        cursor = f"&cursor={answer['next']}"
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("table", ["access_event", "access_event_item"])
def test_an_answer_that_cannot_be_logged_does_not_leave(world: World, table: str) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist, body="CANARY-7")
    world.consent(patient)
    with unwritable(world, table):
        answers = [
            world.client(prescriber).get(f"{patient.record}/notes"),
            world.client(prescriber).get(f"{patient.record}/notes/{note.id}"),
        ]
    assert [a.status_code for a in answers] == [503, 503]
    assert not any(b"CANARY" in a.data for a in answers)
    assert world.session.execute(select(func.count()).select_from(AccessEvent)).scalar() == 0


def test_a_refusal_that_cannot_be_logged_is_a_refusal_all_the_same(world: World) -> None:
    patient, stranger = world.patient(), world.therapist()
    with unwritable(world, "access_event"):
        assert world.client(stranger).get(f"{patient.record}/notes").status_code == 503


class unwritable:
    """A table that refuses every INSERT, as a full or damaged disk would."""

    def __init__(self, world: World, table: str) -> None:
        self.world, self.table = world, table

    def __enter__(self) -> None:
        sqlite = self.world.session.get_bind().dialect.name == "sqlite"
        statements = _SQLITE if sqlite else _POSTGRESQL
        for statement in statements:
            self.world.session.execute(text(statement.format(table=self.table)))
        self.world.session.commit()

    def __exit__(self, *_: object) -> None:
        self.world.session.rollback()
        sqlite = self.world.session.get_bind().dialect.name == "sqlite"
        on = "" if sqlite else f" ON {self.table}"
        self.world.session.execute(text(f"DROP TRIGGER unwritable{on}"))
        self.world.session.commit()


_SQLITE = ("CREATE TRIGGER unwritable BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'disk full'); END",)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger AS "
    "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER unwritable BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
)
