"""Text that does not belong in a special note goes into a progress-note draft: in one act, or not at all."""

from typing import Any

import pytest
from sqlalchemy import event

from careteam.extensions import db
from careteam.policy.vocabulary import Label, NoteStatus
from tests.special.kit import COUNSELING, LABELLED, place, release_row, sentences, special
from tests.world import Person, World

BODY = "She laughed. PHQ-9 was 14. Then silence.\nSertraline 50 mg."
DRAFT = {"status": NoteStatus.DRAFT, "signed_at": None}


def span(text: str, body: str = BODY) -> dict[str, int]:
    start = body.index(text)
    return {"from": start, "to": start + len(text)}


def move(world: World, author: Person, patient: Person, note: Any, spans: Any, version: int = 1, **more: Any) -> Any:
    return world.client(author).post(f"{place(patient, note)}/moves", {"spans": spans, **more}, version=version)


def bodies(world: World, author: Person, patient: Person) -> dict[str, str]:
    listed = world.client(author).get(f"{patient.record}/notes?limit=100").json["items"]
    return {note["class"]: note["body"] for note in listed}


def test_what_the_checker_names_goes_into_a_progress_note_draft(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = special(world, patient, therapist, body=BODY, **DRAFT)
    named = world.client(therapist).get(place(patient, note)).json["belongs_elsewhere"]
    done = move(world, therapist, patient, note, [{"from": f["from"], "to": f["to"]} for f in named])
    assert done.status_code == 201, done.json
    assert done.json["special_note"]["body"] == "She laughed. Then silence."
    assert done.json["progress_note"]["body"] == "PHQ-9 was 14.\nSertraline 50 mg."
    assert done.json["special_note"]["belongs_elsewhere"] == []
    assert (done.json["removed"], done.json["special_note"]["version"]) == (True, 2)
    assert (done.json["version"], done.headers["ETag"]) == (2, '"2"')
    assert world.client(therapist).get(done.headers["Location"]).json == done.json["progress_note"]


def test_the_new_note_is_a_draft_of_the_same_author_with_the_date_and_labels(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, labels=list(Label))
    note = special(world, patient, therapist, body=BODY, kind=COUNSELING, labels=LABELLED, part2=True, **DRAFT)
    made = move(world, therapist, patient, note, [span("PHQ-9 was 14.")], title="Scores").json["progress_note"]
    assert (made["class"], made["status"], made["title"]) == ("progress_note", "draft", "Scores")
    assert (made["date"], made["labels"], made["part2"]) == ("2026-03-02", ["substance_use"], True)
    assert made["author_id"] == str(therapist.user_id)
    for person in (patient, prescriber):
        assert world.client(person).get(f"{patient.record}/notes/{made['id']}").status_code == 404


def test_out_of_a_signed_note_the_text_is_copied_and_the_answer_says_so(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = special(world, patient, therapist, body=BODY)
    done = move(world, therapist, patient, note, [span("PHQ-9 was 14.")]).json
    assert (done["removed"], done["special_note"]["body"], done["special_note"]["version"]) == (False, BODY, 1)
    assert done["progress_note"]["body"] == "PHQ-9 was 14."
    assert "copied" in done["sentence"]


def test_what_overlaps_is_moved_once(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = special(world, patient, therapist, body=BODY, **DRAFT)
    spans = [span("PHQ-9 was 14."), span("PHQ-9 was 14."), span("was 14. Then silence.")]
    done = move(world, therapist, patient, note, spans).json
    assert done["progress_note"]["body"] == "PHQ-9 was 14. Then silence."
    assert done["special_note"]["body"] == "She laughed.\nSertraline 50 mg."


REFUSED: dict[str, Any] = {
    "no span": [],
    "no such part": [{"from": 0, "to": 1000}],
    "nothing in it": [{"from": 3, "to": 3}],
    "the wrong way round": [{"from": 5, "to": 3}],
    "only space": [{"from": 12, "to": 13}],
    "before the beginning": [{"from": -1, "to": 3}],
    "words": [{"from": "0", "to": "3"}],
    "half a span": [{"from": 0}],
    "everything": [{"from": 0, "to": len(BODY)}],
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_moved_changes_nothing(world: World, what: str) -> None:
    patient, therapist, _ = world.trio()
    note = special(world, patient, therapist, body=BODY, **DRAFT)
    assert move(world, therapist, patient, note, REFUSED[what]).status_code == 422
    assert bodies(world, therapist, patient) == {"psychotherapy_note": BODY}


@pytest.mark.parametrize("signed", [True, False])
def test_it_needs_the_version_that_was_read(world: World, signed: bool) -> None:
    patient, therapist, _ = world.trio()
    note = special(world, patient, therapist, body=BODY, **({} if signed else DRAFT))
    assert move(world, therapist, patient, note, [span("Then silence.")], version=2).status_code == 412
    missing = world.client(therapist).post(f"{place(patient, note)}/moves", {"spans": [span("Then silence.")]})
    assert missing.status_code == 428
    assert bodies(world, therapist, patient) == {"psychotherapy_note": BODY}


def test_nothing_is_taken_from_a_note_that_was_entered_in_error(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = special(world, patient, therapist, body=BODY, status=NoteStatus.ENTERED_IN_ERROR)
    assert move(world, therapist, patient, note, [span("Then silence.")]).status_code == 409


def test_nothing_is_moved_out_of_other_notes_or_by_other_readers(world: World) -> None:
    patient, therapist, _ = world.trio()
    plain, note = world.note(patient, therapist, body=BODY), special(world, patient, therapist, body=BODY)
    release_row(world, patient, therapist, note, None)
    assert move(world, therapist, patient, plain, [span("Then silence.")]).status_code == 403
    assert move(world, patient, patient, note, [span("Then silence.")]).status_code == 403


def test_a_failure_between_the_two_writes_leaves_both_as_they_were(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = special(world, patient, therapist, body=BODY, **DRAFT)

    def fail(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO note "):
            raise OSError("no space left")

    event.listen(db.engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(OSError, match="no space"):
            move(world, therapist, patient, note, [span("Then silence.")])
    finally:
        event.remove(db.engine, "before_cursor_execute", fail)
    assert bodies(world, therapist, patient) == {"psychotherapy_note": BODY}


def test_a_repeated_key_moves_once(world: World) -> None:
    patient, therapist, _ = world.trio()
    note, key = special(world, patient, therapist, body=BODY, **DRAFT), {"Idempotency-Key": "once"}
    sent = [
        world.client(therapist).post(
            f"{place(patient, note)}/moves", {"spans": [span("Then silence.")]}, version=1, headers=key
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [201, 409]
    assert sent[1].headers["Location"] == sent[0].headers["Location"]
    assert bodies(world, therapist, patient)["progress_note"] == "Then silence."


def test_to_the_patients_log_a_draft_was_begun_and_no_more(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = special(world, patient, therapist, body=BODY, **DRAFT)
    move(world, therapist, patient, note, [span("Then silence.")])
    assert sentences(world, patient) == ["Tess Okafor began a note: 1 progress note of Tess Okafor."]
    told = world.client(therapist).get(f"{place(patient, note)}/access-log").json["items"]
    assert told[0]["sentence"] == "Tess Okafor took text out of this note into a new progress note."
    assert told[0]["version"] == 2
