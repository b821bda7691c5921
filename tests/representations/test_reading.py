"""What a representation reads, through every door, and that the log says on whose behalf."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from careteam.models import Item
from careteam.policy.vocabulary import (
    SHAREABLE_CLASSES,
    AllergyScope,
    ItemClass,
    Label,
    MedicationSource,
    NoteStatus,
    Power,
    Role,
)
from tests.representations.acting import events, friend, minor, one, parent, representations
from tests.world import LONG_AGO, Person, World

READS = (
    "",
    "/shared-record",
    "/notes",
    "/medications",
    "/medication-pairs",
    "/medication-reviews",
    "/medication-reconciliations",
    "/allergies",
    "/conditions",
    "/team",
    "/sharing",
    "/consents",
    "/restrictions",
    "/access-log",
    "/label-reviews",
    "/representations",
)


@pytest.fixture
def stage(world: World) -> tuple[Person, Person, Any]:
    """A patient with a team and some items, and a friend who may read, report and sign for them."""
    patient, therapist, prescriber = world.trio()
    nora, by = friend(world, patient)
    world.note(patient, therapist)
    world.note(patient, therapist, labels=frozenset({Label.SEXUAL_HEALTH}))
    world.note(patient, therapist, status=NoteStatus.DRAFT, signed_at=None)
    world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    world.note(patient, therapist, awaits_review=True)
    world.medication(patient, prescriber)
    world.allergy(patient, prescriber)
    world.condition(patient, therapist)
    return patient, nora, by


@pytest.mark.parametrize("door", READS)
def test_every_read_says_on_whose_behalf(world: World, stage: tuple[Person, Person, Any], door: str) -> None:
    patient, nora, by = stage
    answer = world.client(nora).get(f"{patient.record}{door}")
    assert answer.status_code == 200, answer.json
    rows = events(world, patient, nora)
    assert [(e.representation_id, e.actor_role) for e in rows] == [(by.id, "representative")]


def test_a_refusal_says_it_too(world: World, stage: tuple[Person, Person, Any]) -> None:
    patient, nora, by = stage
    absent = "01900000-0000-7000-8000-000000000000"
    assert world.client(nora).get(f"{patient.record}/notes/{absent}").status_code == 404
    assert [e.representation_id for e in events(world, patient, nora)] == [by.id]


def test_it_reads_what_it_covers_and_no_more(world: World, stage: tuple[Person, Person, Any]) -> None:
    patient, nora, _ = stage
    seen = world.client(nora).get(f"{patient.record}/shared-record").json
    assert [len(seen[part]["items"]) for part in ("notes", "medications", "allergies", "conditions")] == [1, 1, 1, 1]
    assert seen["you_are"]["patient"] is False
    assert seen["you_are"]["representation"]["basis"] == "power_of_attorney"
    assert {m["name"] for m in seen["team"]} == {"Tess Okafor", "Paul Reyes"}
    assert seen["new"] is not None


def test_hidden_is_absent_byte_for_byte(world: World, stage: tuple[Person, Person, Any]) -> None:
    patient, nora, _ = stage
    world.session.rollback()
    notes = world.session.query(Item).filter(Item.record_type == "note").all()
    ask: Callable[[Any], Any] = lambda item: world.client(nora).get(f"{patient.record}/notes/{item}")  # noqa: E731
    ids = [str(note.id) for note in notes]
    answers = {i: ask(i) for i in ids}
    absent = ask("01900000-0000-7000-8000-000000000000")
    hidden = [a for a in answers.values() if a.status_code == 404]
    assert len(hidden) == 4
    assert {a.data for a in hidden} == {absent.data}


def test_without_the_power_to_read_it_reads_its_own_reports_only(world: World) -> None:
    patient, therapist, _ = world.trio()
    nora, _ = friend(world, patient, powers=[Power.REPORT])
    world.note(patient, therapist)
    made = world.client(nora).post(f"{patient.record}/allergies", {"substance": "Penicillin V"})
    assert made.status_code == 201
    seen = world.client(nora).get(f"{patient.record}/shared-record").json
    assert (seen["notes"]["items"], len(seen["allergies"]["items"])) == ([], 1)


@pytest.mark.parametrize(
    ("limit", "left"),
    [
        ({"item_class": "progress_note"}, 0),
        ({"item_class": "medication"}, 1),
        ({"holder": "patient"}, 1),
    ],
)
def test_the_patients_no_against_a_representation_holds(
    world: World, stage: tuple[Person, Person, Any], limit: dict[str, str], left: int
) -> None:
    patient, nora, by = stage
    body = {"against": f"representation:{by.id}", **limit}
    made = world.client(patient).post(f"{patient.record}/restrictions", body)
    assert (made.status_code, made.json["against"]) == (201, f"representation:{by.id}")
    assert len(world.client(nora).get(f"{patient.record}/notes").json["items"]) == left
    assert world.client(nora).get(f"{patient.record}/restrictions").json["items"] == []


def test_a_restriction_names_only_ones_own_representations(world: World, stage: tuple[Person, Person, Any]) -> None:
    patient, _, _ = stage
    other = world.patient("Omar Vale")
    _, theirs = friend(world, other, "Fritz Vale")
    body = {"against": f"representation:{theirs.id}", "item_class": "medication"}
    assert world.client(patient).post(f"{patient.record}/restrictions", body).status_code == 422


@pytest.mark.parametrize(
    ("values", "stands"),
    [
        ({}, True),
        ({"accepted_at": None}, False),
        ({"patient_agreed_at": None}, False),
        ({"patient_agreed_at": None, "attested_at": LONG_AGO}, True),
        ({"declined_at": LONG_AGO}, False),
        ({"ended_at": LONG_AGO}, False),
        ({"valid_from": timedelta(hours=1)}, False),
        ({"valid_until": timedelta(hours=-1)}, False),
        ({"valid_until": timedelta(hours=1)}, True),
    ],
)
def test_it_reads_only_while_it_stands(world: World, values: dict[str, Any], stands: bool) -> None:
    patient = world.patient()
    row: dict[str, Any] = {
        key: world.now + value if isinstance(value, timedelta) else value for key, value in values.items()
    }
    nora, _ = friend(world, patient, **row)
    answer = world.client(nora).get(f"{patient.record}/notes")
    absent = world.client(nora).get("patients/01900000-0000-7000-8000-000000000000/notes")
    assert answer.status_code == (200 if stands else 404)
    assert stands or answer.data == absent.data


def test_the_pairs_take_what_it_covers_for_the_whole(world: World, stage: tuple[Person, Person, Any]) -> None:
    patient, nora, by = stage
    line = world.client(nora).get(f"{patient.record}/medication-pairs").json["items"][0]
    assert (line["state"], line["unseen_side"]) == ("only_prescribed", None)
    world.restriction(patient, against_representation_id=by.id, holder="patient")
    line = world.client(nora).get(f"{patient.record}/medication-pairs").json["items"][0]
    assert (line["state"], line["unseen_side"]) == (None, "taken")


def test_clinicians_see_who_signs_and_not_what_it_covers(world: World, stage: tuple[Person, Person, Any]) -> None:
    patient, _, by = stage
    world.session.rollback()
    colleague = world.therapist("Cory Lane")
    world.join(patient, colleague, Role.THERAPIST)
    found = world.client(colleague).get(representations(patient)).json["items"]
    assert [(r["representative"]["name"], r["state"]) for r in found] == [("Nora Ellison", "standing")]
    hidden = ("classes", "labels", "email", "attested", "patient_agreed_at", "added_by", "version")
    assert {found[0][key] for key in hidden} == {None}
    by.ended_at = world.now
    world.add(by)
    assert world.client(colleague).get(representations(patient)).json["items"] == []
    assert world.client(colleague).get(one(patient, by)).status_code == 404
    assert world.client(patient).get(one(patient, by)).json["state"] == "ended"


def test_the_patient_sees_in_the_matrix_and_the_log_what_it_reads(
    world: World, stage: tuple[Person, Person, Any]
) -> None:
    patient, nora, by = stage
    no = world.restriction(patient, item_class=ItemClass.MEDICATION)
    world.client(nora).get(f"{patient.record}/notes")
    row = world.client(patient).get(f"{patient.record}/sharing").json["representations"][0]
    assert (row["name"], row["narrowed_by"]) == ("Nora Ellison", [str(no.id)])
    assert row["classes"] == sorted(by.classes)
    own = world.client(nora).get(f"{patient.record}/sharing").json
    assert (own["readers"], own["representations"][0]["narrowed_by"]) == ([], None)
    log = world.client(patient).get(f"{patient.record}/access-log").json["items"]
    said = next(e for e in log if "notes" in e["sentence"])
    assert said["sentence"].startswith("Nora Ellison, on behalf of Maya Ellison, looked through your notes: 1 progress")
    assert (said["actor"]["role"], said["representation_id"]) == ("representative", str(by.id))


def test_of_the_log_it_reads_what_it_did_itself(world: World, stage: tuple[Person, Person, Any]) -> None:
    patient, nora, _ = stage
    world.client(patient).get(f"{patient.record}/notes")
    world.client(nora).get(f"{patient.record}/conditions")
    said = [e["sentence"] for e in world.client(nora).get(f"{patient.record}/access-log").json["items"]]
    assert len(said) == 1
    assert "looked through your conditions" in said[0]


def test_several_children_are_several_records(world: World) -> None:
    mother = world.user("Petra Young")
    children = [minor(world, name) for name in ("Milo Young", "Mira Young")]
    made = [parent(world, child, f"Other {child.name}")[1] for child in children]
    for row in made:
        row.user_id = mother.user_id
    world.add(*made)
    own = world.client(mother).get("me/representations").json["items"]
    assert {r["patient"]["name"] for r in own} == {"Milo Young", "Mira Young"}
    for child, row in zip(children, made, strict=True):
        assert world.client(mother).get(f"{child.record}/notes").status_code == 200
        assert {e.representation_id for e in events(world, child, mother)} == {row.id}


def test_the_patient_of_another_record_acts_there_for_themselves(world: World) -> None:
    patient, nora = world.patient(), world.patient("Nora Ellison")
    world.acts_for(patient, nora)
    world.client(nora).get(f"{nora.record}/notes")
    world.client(nora).get(f"{patient.record}/notes")
    assert [(e.representation_id, e.actor_role) for e in events(world, nora, nora)] == [(None, "patient")]
    assert [e.actor_role for e in events(world, patient, nora)] == ["representative"]


def test_a_member_of_the_team_acts_as_a_clinician(world: World) -> None:
    patient, therapist, _ = world.trio()
    by = world.acts_for(patient, therapist)
    made = world.client(therapist).post(f"{patient.record}/allergies", {"substance": "Latex"})
    assert made.json["holder"] == {"kind": "member", "user_id": str(therapist.user_id)}
    assert (made.json["on_behalf_of"], world.client(therapist).get(f"{patient.record}/restrictions").status_code) == (
        None,
        404,
    )
    assert {e.representation_id for e in events(world, patient, therapist)} == {None}
    assert by.ended_at is None


def test_what_it_reads_is_what_the_rule_says(world: World) -> None:
    patient, therapist, _ = world.trio()
    nora, _ = friend(world, patient, classes=SHAREABLE_CLASSES, labels=[Label.HIV])
    seen = world.allergy(patient, therapist, labels=frozenset({Label.HIV}))
    world.allergy(patient, therapist, labels=frozenset({Label.HIV, Label.VIOLENCE}))
    world.allergy(patient, therapist, substance=None, covers=AllergyScope.FOOD, labels=frozenset({Label.VIOLENCE}))
    found = world.client(nora).get(f"{patient.record}/allergies").json["items"]
    assert [a["id"] for a in found] == [str(seen.id)]


def test_reports_of_the_patient_stay_theirs(world: World) -> None:
    patient = world.patient()
    nora, by = friend(world, patient)
    entry = world.medication(patient, patient, source=MedicationSource.PATIENT)
    address = f"{patient.record}/medications/{entry.id}"
    assert world.client(nora).post(f"{address}/entered-in-error", {"reason": "no"}, version=1).status_code == 403
    stopped = world.client(nora).post(f"{address}/events", {"kind": "stop"}, version=1)
    assert stopped.status_code == 201 or stopped.status_code == 200, stopped.json
    last = stopped.json["events"][-1]
    assert last["on_behalf_of"] == {"kind": "patient", "representation_id": str(by.id)}
