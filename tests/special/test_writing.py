"""Special notes are written by therapists, labelled, signed, added to and marked, and read by their author alone."""

from typing import Any

import pytest

from careteam.models.types import new_id
from careteam.policy.vocabulary import Role
from tests.special.kit import COUNSELING, DRAFT, LABELLED, PSYCHOTHERAPY, place, release_row, special
from tests.world import World

KINDS = ("psychotherapy_note", "sud_counseling_note")


@pytest.mark.parametrize("kind", KINDS)
def test_a_therapist_writes_one_and_nobody_else_does(world: World, kind: str) -> None:
    patient, therapist, prescriber = world.trio()
    draft = {**DRAFT, "kind": kind}
    assert world.client(therapist).post(f"{patient.record}/notes", draft).status_code == 201
    for person in (prescriber, patient):
        assert world.client(person).post(f"{patient.record}/notes", draft).status_code == 403


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_drafted_signed_added_to_and_marked(world: World, kind: str) -> None:
    patient, therapist, prescriber = world.trio()
    writing = world.client(therapist)
    note = writing.post(f"{patient.record}/notes", {**DRAFT, "kind": kind}).json
    at = place(patient, note)
    signed = writing.post(f"{at}/signature", version=note["version"]).json
    added = writing.post(f"{at}/addenda", {"body": "And wept."}, version=signed["version"]).json
    assert [part["body"] for part in added["addenda"]] == ["And wept."]
    marked = writing.post(f"{at}/entered-in-error", {"reason": "Another patient."}, version=added["version"]).json
    assert marked["status"] == "entered_in_error"
    for person in (patient, prescriber):
        assert world.client(person).get(at).status_code == 404


SAID: dict[str, tuple[dict[str, Any], list[str], bool]] = {
    "nothing": ({}, ["substance_use"], True),
    "another label": ({"labels": ["violence"]}, ["substance_use", "violence"], True),
    "no programme": ({"part2": False}, ["substance_use"], False),
    "a programme": ({"part2": True}, ["substance_use"], True),
}


@pytest.mark.parametrize("what", SAID)
def test_a_counseling_note_is_part2_unless_its_author_says_otherwise(world: World, what: str) -> None:
    patient, therapist, _ = world.trio()
    said, labels, part2 = SAID[what]
    draft = {**DRAFT, "kind": "sud_counseling_note", **said}
    note = world.client(therapist).post(f"{patient.record}/notes", draft).json
    assert (note["labels"], note["part2"]) == (labels, part2)


def test_its_author_takes_the_label_off_with_a_reason_as_of_any_item(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = special(world, patient, therapist, kind=COUNSELING, labels=LABELLED, part2=True)
    at = f"{patient.record}/items/{note.id}/labels/substance_use"
    left = world.client(therapist)("DELETE", at, json={"reason": "A wrong note."}, version=1).json
    assert (left["labels"], left["part2"]) == ([], False)


def test_a_draft_is_given_back_with_what_belongs_elsewhere_and_saved_all_the_same(world: World) -> None:
    patient, therapist, _ = world.trio()
    body = "She laughed. PHQ-9 was 14. Then silence."
    made = world.client(therapist).post(f"{patient.record}/notes", {**DRAFT, "body": body})
    (found,) = made.json["belongs_elsewhere"]
    assert made.status_code == 201
    assert body[found["from"] : found["to"]] == found["text"] == "PHQ-9 was 14."
    assert (found["part"], found["category"]) == ("body", "test_result")
    assert "45 CFR 164.501" in found["sentence"]


def test_edits_signing_and_single_reads_point_it_out_too_and_the_title(world: World) -> None:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    note = writing.post(f"{patient.record}/notes", {**DRAFT, "title": "Prognosis: poor", "kind": KINDS[1]}).json
    edited = writing.patch(place(patient, note), {"body": "Sertraline 50 mg."}, version=note["version"]).json
    signed = writing.post(f"{place(patient, note)}/signature", version=edited["version"]).json
    read = writing.get(place(patient, note)).json
    for answer in (edited, signed, read):
        assert [f["part"] for f in answer["belongs_elsewhere"]] == ["title", "body"]
        assert "42 CFR 2.11" in answer["belongs_elsewhere"][0]["sentence"]


def test_other_notes_lists_and_other_readers_have_no_such_hints(world: World) -> None:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    plain = writing.post(f"{patient.record}/notes", {**DRAFT, "kind": "progress_note", "body": "PHQ-9 12"}).json
    note = special(world, patient, therapist, body="PHQ-9 12")
    release_row(world, patient, therapist, note, None)
    assert world.client(patient).get(place(patient, note)).json["belongs_elsewhere"] is None
    listed = writing.get(f"{patient.record}/notes").json["items"]
    assert plain["belongs_elsewhere"] is None
    assert [note["belongs_elsewhere"] for note in listed] == [None, None]


def test_a_former_author_keeps_reading_it_and_writes_no_more(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST, ended_at=world.now)
    note = special(world, patient, therapist)
    writing = world.client(therapist)
    assert writing.get(place(patient, note)).status_code == 200
    assert writing.post(f"{place(patient, note)}/addenda", {"body": "x"}, version="*").status_code == 403
    error = writing.post(f"{place(patient, note)}/entered-in-error", {"reason": "Wrong person."}, version="*")
    assert error.status_code == 200


def test_hidden_and_absent_notes_are_one_answer_to_every_act(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = special(world, patient, therapist, kind=PSYCHOTHERAPY)
    acts: list[tuple[str, str, Any]] = [
        ("PATCH", "", {"title": "x"}),
        ("POST", "/signature", None),
        ("POST", "/addenda", {"body": "x"}),
    ]
    acts += [("POST", "/entered-in-error", {"reason": "x"}), ("POST", "/releases", {"to": "patient"})]
    acts += [("POST", "/moves", {"spans": [{"from": 0, "to": 1}]}), ("GET", "/releases", None)]
    acts += [("GET", "/access-log", None), ("GET", "", None)]
    for person in (patient, prescriber):
        for method, act, body in acts:
            sent: dict[str, Any] = {"version": 1, **({} if body is None else {"json": body})}
            hidden = world.client(person)(method, f"{place(patient, note)}{act}", **sent)
            absent = world.client(person)(method, f"{patient.record}/notes/{new_id()}{act}", **sent)
            assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data) == (404, absent.data), act
