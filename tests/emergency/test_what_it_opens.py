"""What an emergency session shows, how an answer says so, and what stays shut and silent."""

from datetime import date
from typing import Any

import pytest

from careteam.models import AccessEvent, AccessEventItem
from careteam.policy.vocabulary import EmergencyRule, ItemClass, Label, NoteStatus, Role
from tests.emergency.acts import opened, place
from tests.queries import statements
from tests.world import Person, World

HEADER = "X-CareTeam-Emergency"
LISTS = ("notes", "medications", "allergies", "conditions", "shared-record", "medication-pairs", "sharing")


def answers(world: World, person: Person, patient: Person) -> dict[str, tuple[int, Any, Any]]:
    """Every list of a record, as somebody gets it."""
    found = {where: world.client(person).get(f"{patient.record}/{where}") for where in LISTS}
    return {where: (a.status_code, a.headers.get(HEADER), a.json) for where, a in found.items()}


def test_an_answer_that_it_opens_says_until_when(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, reading = world.note(patient, therapist), world.client(prescriber)
    made = opened(world, prescriber, patient)
    for where in ("notes", f"notes/{note.id}", "shared-record"):
        answer = reading.get(f"{patient.record}/{where}")
        assert (answer.status_code, answer.headers[HEADER]) == (200, made["until"])
    for where in ("medications", "team"):
        assert HEADER not in reading.get(f"{patient.record}/{where}").headers


def test_what_a_consent_opens_too_is_not_marked(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.consent(patient)
    opened(world, prescriber, patient)
    answer = world.client(prescriber).get(f"{patient.record}/notes")
    assert (len(answer.json["items"]), HEADER in answer.headers) == (1, False)
    assert world.client(prescriber).get(place(patient)).json["items"][0]["disclosed"] == []


def test_the_shared_record_names_the_items_that_nothing_else_opens(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shared = world.note(patient, therapist)
    kept = world.note(patient, therapist, labels=frozenset({Label.HIV}))
    world.consent(patient)
    made = opened(world, prescriber, patient)
    shown = world.client(prescriber).get(f"{patient.record}/shared-record").json
    assert {note["id"] for note in shown["notes"]["items"]} == {str(shared.id), str(kept.id)}
    assert (shown["emergency"]["id"], shown["emergency"]["items"]) == (made["id"], [str(kept.id)])
    for other in (patient, therapist):
        assert world.client(other).get(f"{patient.record}/shared-record").json["emergency"] is None


def test_the_next_answer_of_the_same_person_is_not_marked(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    made = opened(world, prescriber, patient)
    assert HEADER in world.client(prescriber).get(f"{patient.record}/notes").headers
    world.client(prescriber).post(place(patient, made["id"], "ended"))
    assert HEADER not in world.client(prescriber).get(f"{patient.record}/notes").headers


@pytest.mark.parametrize("limit", ["item", "class", "label", "holder"])
def test_what_a_restriction_withholds_is_byte_for_byte_absent(world: World, limit: str) -> None:
    """The same record with and without the item that the patient keeps."""
    patient, therapist, prescriber = world.trio()
    world.medication(patient, prescriber)
    holder = world.therapist("Hal Holder") if limit == "holder" else therapist
    opened(world, prescriber, patient)
    if limit == "holder":
        world.join(patient, holder, Role.THERAPIST)
    before = answers(world, prescriber, patient)
    row: Any = {}
    hidden = world.note(patient, holder, labels=frozenset({Label.HIV}))
    words = {"item": {"item_id": hidden.id}, "class": {"item_class": ItemClass.PROGRESS_NOTE}}
    words |= {"label": {"label": Label.HIV}, "holder": {"holder": f"member:{holder.user_id}"}}
    row = words[limit]
    world.restriction(patient, **row)
    after = answers(world, prescriber, patient)
    for where in LISTS:
        assert _still(after[where]) == _still(before[where])
    absent = world.client(prescriber).get(f"{patient.record}/notes/{patient.user_id}")
    assert world.client(prescriber).get(f"{patient.record}/notes/{hidden.id}").data == absent.data
    assert world.client(prescriber).get(place(patient)).json["items"][0]["disclosed"] == []


def _still(answer: tuple[int, Any, Any]) -> tuple[int, Any, Any]:
    """Without when this reader looked last, which every look changes."""
    status, header, body = answer
    return status, header, {**body, "new": None} if "new" in body else body


def test_a_restriction_that_allows_it_does_not_hold(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    world.restriction(patient, item_class=ItemClass.PROGRESS_NOTE, emergency=EmergencyRule.ALLOW)
    opened(world, prescriber, patient)
    assert world.client(prescriber).get(f"{patient.record}/notes/{note.id}").status_code == 200


def test_special_notes_and_drafts_stay_shut(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    world.note(patient, therapist, status=NoteStatus.DRAFT, signed_at=None)
    opened(world, prescriber, patient, classes=["progress_note", "coordination_note", "medication", "allergy"])
    assert world.client(prescriber).get(f"{patient.record}/notes").json["items"] == []


def test_it_opens_nothing_of_another_record_and_nothing_to_others(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    noor, theo = world.patient("Noor Haddad"), world.prescriber("Theo Brandt")
    world.join(noor, prescriber, Role.PRESCRIBER)
    world.join(noor, therapist, Role.THERAPIST)
    world.join(patient, theo, Role.PRESCRIBER)
    world.note(noor, therapist)
    world.note(patient, therapist)
    opened(world, prescriber, patient)
    assert world.client(prescriber).get(f"{noor.record}/notes").json["items"] == []
    assert world.client(theo).get(f"{patient.record}/notes").json["items"] == []


def test_the_log_names_the_session_for_each_item(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    made = opened(world, prescriber, patient)
    world.client(prescriber).get(f"{patient.record}/notes")
    row = world.session.query(AccessEventItem).one()
    assert (row.item_id, row.clause, str(row.emergency_id), row.consent_id) == (note.id, "emergency", made["id"], None)


def test_the_patients_log_says_it_in_plain_words(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    made = opened(world, prescriber, patient)
    world.client(prescriber).get(f"{patient.record}/notes")
    looked, began = world.client(patient).get(f"{patient.record}/access-log").json["items"]
    assert began["sentence"] == "Paul Reyes opened parts of your record in an emergency, without your consent."
    assert looked["sentence"] == (
        "Paul Reyes looked through your notes under emergency access: 1 progress note of Tess Okafor."
    )
    assert (looked["items"][0]["why"], looked["items"][0]["emergency_id"]) == ("emergency", made["id"])
    saved = world.client(patient).get(f"{patient.record}/access-log.csv").text
    assert f"emergency,,{made['id']}" in saved


def test_the_practices_log_marks_it_on_both_sides(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    made = opened(world, prescriber, patient)
    world.client(prescriber).get(f"{patient.record}/notes")
    for clinician in (therapist, prescriber):
        who = world.staff(f"Officer of {clinician.name}", Role.PRIVACY_OFFICER, practice_id=clinician.practice_id)
        rows = world.client(who).get(f"practices/{who.practice_id}/access-log?act=read-notes").json["items"]
        assert [row["items"][0]["emergency_id"] for row in rows] == [made["id"]]
        assert "under emergency access" in rows[0]["sentence"]


def test_the_patient_sees_an_open_session_at_once_in_the_sharing_matrix(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    address = f"{patient.record}/sharing"
    before = world.client(patient).get(address)
    made = opened(world, prescriber, patient)
    tag = {"If-None-Match": before.headers["ETag"]}
    (shown,) = world.client(patient).get(address, headers=tag).json["emergencies"]
    assert (shown["id"], shown["name"], shown["until"]) == (made["id"], "Paul Reyes", made["until"])
    assert shown["classes"] == ["medication", "progress_note"]
    assert world.client(therapist).get(address).json["emergencies"] == []
    assert len(world.client(prescriber).get(address).json["emergencies"]) == 1
    world.client(prescriber).post(place(patient, made["id"], "ended"))
    assert world.client(patient).get(address).json["emergencies"] == []


def test_waiting_imports_are_opened_too(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, awaits_review=True, on=date(2026, 1, 1))
    world.consent(patient)
    opened(world, prescriber, patient)
    assert len(world.client(prescriber).get(f"{patient.record}/notes").json["items"]) == 1


def test_an_emergency_costs_a_read_a_fixed_number_of_statements(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    opened(world, prescriber, patient)
    counts = []
    for _ in range(3):
        world.note(patient, therapist)
        with statements(world.app) as sent:
            world.client(prescriber).get(f"{patient.record}/notes")
        counts.append(len(sent))
    assert len(set(counts)) == 1
    assert world.session.query(AccessEvent).count() == 4
