"""Notes through the REST door."""

from typing import Any

from careteam.policy.vocabulary import ItemClass, Role
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


def test_a_former_member_marks_their_own_note_as_entered_in_error_and_nothing_else(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST, ended_at=world.now)
    note = world.note(patient, therapist)
    place, writing = f"{patient.record}/notes/{note.id}", world.client(therapist)
    shown = writing.get(place)
    assert (shown.json["version"], shown.json["updated_at"], shown.headers.get("ETag")) == (None, None, None)
    assert writing.post(f"{place}/addenda", {"body": "x"}, version="*").status_code == 403
    assert writing.post(f"{place}/entered-in-error", {"reason": "Wrong person."}, version="*").status_code == 200


def test_a_current_member_names_the_version_that_they_read(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    place = f"{patient.record}/notes/{note.id}"
    answer = world.client(therapist).post(f"{place}/entered-in-error", {"reason": "Wrong person."}, version="*")
    assert answer.status_code == 412
