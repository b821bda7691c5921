"""Notes through the REST door."""

from typing import Any

from careteam.policy.vocabulary import ItemClass
from tests.world import World

DRAFT = {"kind": "progress_note", "title": "First session", "body": "Worries at night.", "date": "2026-03-02"}


def test_a_prescriber_reads_a_progress_note_only_under_consent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist, body="Worries at night.")
    reading = world.client(prescriber)
    assert reading.get(f"{patient.record}/notes").json == {"items": [], "next": None}
    assert reading.get(f"{patient.record}/notes/{note.id}").status_code == 404
    world.consent(patient)
    found: Any = reading.get(f"{patient.record}/notes").json
    assert [n["body"] for n in found["items"]] == ["Worries at night."]
    assert reading.get(f"{patient.record}/notes/{note.id}").status_code == 200


def test_a_note_is_drafted_signed_and_added_to(world: World) -> None:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    made = writing.post(f"{patient.record}/notes", DRAFT)
    assert made.status_code == 201, made.json
    place = f"{patient.record}/notes/{made.json['id']}"
    assert world.client(patient).get(place).status_code == 404
    edited = writing.patch(place, {"body": "Worries in the evening."}, version=made.json["version"])
    signed = writing.post(f"{place}/signature", version=edited.json["version"])
    assert signed.json["status"] == "signed"
    assert world.client(patient).get(place).json["body"] == "Worries in the evening."
    assert writing.patch(place, {"body": "x"}, version=signed.json["version"]).status_code == 409
    added = writing.post(f"{place}/addenda", {"body": "Called on Friday."}, version=signed.json["version"])
    assert [a["body"] for a in added.json["addenda"]] == ["Called on Friday."]
    assert added.headers["ETag"] == f'"{added.json["version"]}"'


def test_a_change_needs_the_current_version(world: World) -> None:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    made = writing.post(f"{patient.record}/notes", DRAFT)
    place = f"{patient.record}/notes/{made.json['id']}"
    assert writing.patch(place, {"body": "x"}).status_code == 428
    assert writing.patch(place, {"body": "x"}, version=99).status_code == 412


def test_psychotherapy_notes_are_their_authors_alone(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, classes=ItemClass)
    note = world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    place = f"{patient.record}/notes/{note.id}"
    assert world.client(therapist).get(place).status_code == 200
    assert world.client(patient).get(place).status_code == 404
    assert world.client(prescriber).get(place).status_code == 404
