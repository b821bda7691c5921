"""The log of a special note: its author reads it whole, the patient what was released to them, officers a name."""

from datetime import timedelta
from typing import Any

import pytest

from careteam.policy.vocabulary import Role
from tests.consent.acts import revoked
from tests.special.kit import authorised, place, reads, release_row, released, sentences, special, withdrawn
from tests.world import World


def told(world: World, author: Any, patient: Any, note: Any) -> list[str]:
    """What the author's log of the note says, newest first."""
    answer = world.client(author).get(f"{place(patient, note)}/access-log?limit=100")
    assert answer.status_code == 200, answer.json
    return [row["sentence"] for row in answer.json["items"]]


def test_its_author_sees_every_look_and_act(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = special(world, patient, therapist)
    authorised(world, patient, therapist, prescriber)
    made = released(world, patient, therapist, note, prescriber)
    assert reads(world, prescriber, patient, note)
    world.client(therapist).post(f"{place(patient, note)}/addenda", {"body": "x"}, version=1)
    withdrawn(world, patient, therapist, note, made)
    assert told(world, therapist, patient, note) == [
        "Tess Okafor took back the release of a note.",
        "Tess Okafor added to a note.",
        "Paul Reyes looked through the patient's notes.",
        "Paul Reyes read a note.",
        "Tess Okafor released a note to somebody.",
    ]
    assert told(world, therapist, patient, note)[0] == "Tess Okafor looked at who had read a note."


def test_a_row_says_which_version_was_shown_and_why(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = special(world, patient, therapist)
    authorised(world, patient, therapist, prescriber)
    release_row(world, patient, therapist, note, prescriber)
    world.client(prescriber).get(place(patient, note))
    (row,) = world.client(therapist).get(f"{place(patient, note)}/access-log").json["items"]
    assert (row["version"], row["why"], row["outcome"], row["purpose"]) == (1, "release", "disclosed", "treatment")
    assert row["actor"] == {"user_id": str(prescriber.user_id), "name": "Paul Reyes", "role": "prescriber"}


def test_it_is_paged_and_holds_nothing_of_other_notes(world: World) -> None:
    patient, therapist, _ = world.trio()
    note, other = special(world, patient, therapist), special(world, patient, therapist)
    for one in (note, other, note, note):
        world.client(therapist).get(place(patient, one))
    address = f"{place(patient, note)}/access-log?limit=2"
    first = world.client(therapist).get(address).json
    second = world.client(therapist).get(f"{address}&cursor={first['next']}").json
    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    elsewhere = f"{place(patient, other)}/access-log?limit=2&cursor={first['next']}"
    assert world.client(therapist).get(elsewhere).status_code == 422


def test_nobody_else_reads_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, plain = special(world, patient, therapist), world.note(patient, therapist)
    authorised(world, patient, therapist, prescriber)
    release_row(world, patient, therapist, note, prescriber)
    release_row(world, patient, therapist, note, None)
    for person in (patient, prescriber):
        assert world.client(person).get(f"{place(patient, note)}/access-log").status_code == 403
    assert world.client(therapist).get(f"{place(patient, plain)}/access-log").status_code == 403


def test_a_former_author_sees_their_own_acts_alone(world: World) -> None:
    patient, therapist = world.patient(), world.therapist()
    world.join(patient, therapist, Role.THERAPIST, ended_at=world.now)
    note = special(world, patient, therapist)
    release_row(world, patient, therapist, note, None)
    world.client(patient).get(place(patient, note))
    world.client(therapist).get(place(patient, note))
    assert told(world, therapist, patient, note) == ["Tess Okafor read a note."]


def test_the_patient_sees_its_rows_from_the_beginning_once_it_is_released_to_them(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = special(world, patient, therapist)
    authorised(world, patient, therapist, prescriber)
    released(world, patient, therapist, note, prescriber)
    world.client(prescriber).get(place(patient, note))
    assert sentences(world, patient) == []
    released(world, patient, therapist, note, "patient")
    of_tess = "1 psychotherapy note of Tess Okafor"
    assert [s for s in sentences(world, patient) if "access log" not in s] == [
        f"Tess Okafor released a note to somebody: {of_tess}.",
        f"Paul Reyes read a note: {of_tess}.",
        f"Tess Okafor released a note to somebody: {of_tess}.",
    ]


def test_when_it_is_taken_back_the_rows_until_then_stay_and_no_more_come(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = special(world, patient, therapist)
    made = released(world, patient, therapist, note, "patient")
    withdrawn(world, patient, therapist, note, made)
    before = [s for s in sentences(world, patient) if "access log" not in s]
    world.client(therapist).get(place(patient, note))
    assert [s for s in sentences(world, patient) if "access log" not in s] == before
    assert [s.partition(":")[0] for s in before] == [
        "Tess Okafor took back the release of a note",
        "Tess Okafor released a note to somebody",
    ]


def test_a_list_that_held_some_besides_tells_the_patient_of_the_rest(world: World) -> None:
    patient, therapist, _ = world.trio()
    special(world, patient, therapist)
    world.note(patient, therapist)
    world.client(therapist).get(f"{patient.record}/notes")
    assert sentences(world, patient) == ["Tess Okafor looked through your notes: 1 progress note of Tess Okafor."]
    rows = world.client(patient).get(f"{patient.record}/access-log.csv").text.splitlines()
    assert not any("psychotherapy" in row for row in rows)


@pytest.mark.parametrize("told_patient", [True, False])
def test_the_receipt_of_a_revocation_counts_what_was_released_to_the_patient(world: World, told_patient: bool) -> None:
    patient, therapist, prescriber = world.trio()
    note, consent = special(world, patient, therapist), authorised(world, patient, therapist, prescriber)
    release_row(world, patient, therapist, note, prescriber)
    if told_patient:
        release_row(world, patient, therapist, note, None)
    world.client(prescriber).get(place(patient, note))
    receipt = revoked(world, patient, consent)
    assert [seen["items"] for seen in receipt["seen"]] == ([1] if told_patient else [])
    if not told_patient:
        release_row(world, patient, therapist, note, None, released_at=world.now + timedelta(days=1))
    assert revoked(world, patient, consent) == receipt


def test_an_officer_sees_a_special_record_and_no_more(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    officer = world.staff("Olga Officer", Role.PRIVACY_OFFICER, practice_id=therapist.practice_id)
    note = special(world, patient, therapist)
    released(world, patient, therapist, note, "patient")
    world.client(therapist).get(f"{place(patient, note)}/access-log")
    answer = world.client(officer).get(f"practices/{officer.practice_id}/access-log")
    assert {row["items"][0]["class"] for row in answer.json["items"]} == {"special_record"}
    for word in ("psychotherapy", str(note.id), "Maya", str(prescriber.user_id)):
        assert word not in answer.text
