"""What a consent document may say, and how it is kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from careteam.models import Consent, Membership
from careteam.policy.consent import default_end
from careteam.policy.vocabulary import ItemClass, Role
from tests.consent.acts import DOCUMENT, begun, consents, member, place, signature
from tests.world import LONG_AGO, Person, World

REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "no discloser": ({"disclosers": []}, 422, "disclosers"),
    "no recipient": ({"recipients": []}, 422, "recipients"),
    "no class": ({"classes": []}, 422, "classes"),
    "no discloser at all": ({"disclosers": None}, 422, "disclosers"),
    "a word that is no discloser": ({"disclosers": ["everyone"]}, 422, "disclosers"),
    "a member without an id": ({"disclosers": ["member:"]}, 422, "disclosers"),
    "a word and a line end": ({"disclosers": ["team\n"]}, 422, "disclosers"),
    "an id in another form": ({"disclosers": [f"member:urn:uuid:{uuid4()}"]}, 422, "disclosers"),
    "an id without its dashes": ({"recipients": [f"member:{uuid4().hex}"]}, 422, "recipients"),
    "a role as discloser": ({"disclosers": ["role:therapist"]}, 422, "disclosers"),
    "the team as recipient": ({"recipients": ["team"]}, 422, "recipients"),
    "a role that does not read": ({"recipients": ["role:administrator"]}, 422, "recipients"),
    "a class that there is not": ({"classes": ["notes"]}, 422, "classes"),
    "a label that there is not": ({"labels": ["secret"]}, 422, "labels"),
    "a special class in a sharing consent": ({"classes": ["medication", "psychotherapy_note"]}, 422, "classes"),
    "the other special class": ({"classes": ["sud_counseling_note"]}, 422, "classes"),
    "a class of another kind": ({"kind": "psychotherapy_notes"}, 422, "classes"),
    "a mix of special kinds": (
        {"kind": "psychotherapy_notes", "classes": ["psychotherapy_note", "sud_counseling_note"]},
        422,
        "classes",
    ),
    "psychotherapy notes of the whole team": (
        {"kind": "psychotherapy_notes", "classes": ["psychotherapy_note"]},
        422,
        "disclosers",
    ),
    "counselling notes to a role": (
        {"kind": "sud_counseling_notes", "classes": ["sud_counseling_note"]},
        422,
        "recipients",
    ),
    "legal proceedings": ({"purpose": "legal_proceedings"}, 422, "use paper"),
    "another purpose": ({"purpose": "research"}, 422, "purpose"),
    "a purpose that there is not": ({"purpose": "curiosity"}, 422, "purpose"),
    "a period that is over": ({"valid_until": "2020-01-01T00:00:00Z"}, 422, "valid_until"),
    "an end before the start": (
        {"valid_from": "2090-01-02T00:00:00Z", "valid_until": "2090-01-01T00:00:00Z"},
        422,
        "valid_until",
    ),
    "an end at the start": (
        {"valid_from": "2090-01-01T00:00:00Z", "valid_until": "2090-01-01T00:00:00Z"},
        422,
        "valid_until",
    ),
    "an instant without a time zone": ({"valid_until": "2090-01-01T00:00:00"}, 422, "valid_until"),
    "the last year of the calendar": ({"valid_from": "9999-12-31T00:00:00Z"}, 422, "valid_until"),
    "a data period backwards": ({"data_from": "2026-02-02", "data_through": "2026-02-01"}, 422, "data_through"),
    "a field that there is not": ({"status": "active"}, 422, "status"),
    "a signature in the document": ({"signed_at": "2026-01-01T00:00:00Z"}, 422, "signed_at"),
    "a consent that there is not": ({"supersedes_id": str(uuid4())}, 422, "supersedes_id"),
    "a message of the patient to themself": ({"message": "please"}, 422, "message"),
    "an item that there is not": ({"exceptions": {"items": [str(uuid4())]}}, 422, "exceptions"),
    "a stranger as discloser": ({"disclosers": [f"member:{uuid4()}"]}, 422, "disclosers"),
    "a stranger as recipient": ({"recipients": [f"member:{uuid4()}"]}, 422, "recipients"),
    "a stranger as exception": ({"exceptions": {"holders": [f"member:{uuid4()}"]}}, 422, "exceptions"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_document_is_refused_with_what_to_do(world: World, what: str) -> None:
    patient, _, _ = world.trio()
    changes, status, says = REFUSED[what]
    answer = world.client(patient).post(consents(patient), {**DOCUMENT, **changes})
    assert answer.status_code == status, answer.json
    assert says in answer.get_data(as_text=True)
    assert world.client(patient).get(consents(patient)).json["items"] == []


@pytest.mark.parametrize("what", REFUSED)
def test_a_change_or_a_signature_refuses_the_same(world: World, what: str) -> None:
    patient, _, _ = world.trio()
    changes, status, says = REFUSED[what]
    draft = begun(world, patient, patient)
    answer = world.client(patient).patch(place(patient, draft), changes, version=draft["version"])
    assert answer.status_code == (422 if {"kind", "message"} & changes.keys() else status), answer.json
    assert says in answer.get_data(as_text=True) or "kind" in changes
    assert world.client(patient).get(place(patient, draft)).json == draft


def test_what_is_not_said_is_a_year_from_now_for_treatment_and_unlabelled_items_only(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient)
    start, end = (datetime.fromisoformat(draft[key]) for key in ("valid_from", "valid_until"))
    assert abs(start - world.now) < timedelta(minutes=1)
    assert end == default_end(start)
    assert (draft["status"], draft["kind"], draft["purpose"]) == ("draft", "sharing", "treatment")
    assert (draft["labels"], draft["exceptions"]) == ([], {"items": [], "holders": []})
    assert draft["signature"] is None
    assert draft["asked"] is None


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 3, 2, 9, 30, tzinfo=UTC), datetime(2027, 3, 2, 9, 30, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2029, 2, 28, tzinfo=UTC)),
        (datetime(2027, 3, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_year_ends_on_the_same_day(start: datetime, end: datetime) -> None:
    assert default_end(start) == end


def test_lists_are_kept_sorted_and_each_entry_once(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    draft = begun(
        world,
        patient,
        patient,
        disclosers=["team", "patient", "team"],
        recipients=[f"member:{str(prescriber.user_id).upper()}", "role:therapist", member(prescriber)],
        classes=["progress_note", "medication", "progress_note"],
        labels=["violence", "hiv", "violence"],
        exceptions={"items": [str(note.id), str(note.id)], "holders": ["patient", member(therapist), "patient"]},
    )
    assert draft["disclosers"] == ["patient", "team"]
    assert draft["recipients"] == [member(prescriber), "role:therapist"]
    assert draft["classes"] == ["medication", "progress_note"]
    assert draft["labels"] == ["hiv", "violence"]
    assert draft["exceptions"] == {"items": [str(note.id)], "holders": [member(therapist), "patient"]}


def test_a_start_in_the_past_becomes_now(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient, valid_from="2020-01-01T00:00:00Z")
    assert datetime.fromisoformat(draft["valid_from"]) >= world.now


def test_a_change_is_held_against_the_clock(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient)
    acting, here, later = world.client(patient), place(patient, draft), world.now + timedelta(days=3)
    with time_machine.travel(later, tick=False):
        over = acting.patch(here, {"valid_until": (later - timedelta(days=1)).isoformat()}, version=1)
        moved = acting.patch(here, {"valid_from": (later - timedelta(days=1)).isoformat()}, version=1)
    assert (over.status_code, list(over.json["errors"])) == (422, ["valid_until"])
    assert datetime.fromisoformat(moved.json["valid_from"]) == later


def test_who_can_be_named(world: World) -> None:
    patient, therapist, _ = world.trio()
    left, asked, over, no = (world.prescriber(f"Paul {n}") for n in ("Left", "Asked", "Over", "No"))
    world.join(patient, left, Role.PRESCRIBER, ended_at=LONG_AGO)
    world.join(patient, asked, Role.PRESCRIBER, clinician_accepted_at=None)
    world.join(patient, over, Role.PRESCRIBER, valid_from=LONG_AGO, valid_until=world.now)
    world.join(patient, no, Role.PRESCRIBER, declined_at=LONG_AGO)
    named: list[tuple[Person, int, int]] = [
        (therapist, 201, 201), (left, 201, 422), (asked, 201, 201), (over, 201, 422), (no, 422, 422),
    ]  # fmt: skip
    for person, discloses, receives in named:
        for part, expected in (("disclosers", discloses), ("recipients", receives)):
            answer = world.client(patient).post(consents(patient), {**DOCUMENT, part: [member(person)]})
            assert answer.status_code == expected, (person.name, part)


def test_an_item_that_the_patient_cannot_see_is_refused_like_one_that_there_is_not(world: World) -> None:
    patient, therapist, _ = world.trio()
    hidden = world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    other = world.note(world.patient("Omar Vale"), therapist)
    answers = {
        world.client(patient).post(consents(patient), {**DOCUMENT, "exceptions": {"items": [str(i)]}}).data
        for i in (hidden.id, other.id, uuid4())
    }
    assert len(answers) == 1


def test_a_recipient_who_left_before_the_signature_is_refused_then(world: World) -> None:
    patient, _, prescriber = world.trio()
    draft = begun(world, patient, patient, recipients=[member(prescriber)])
    membership = world.session.query(Membership).filter_by(user_id=prescriber.user_id).one()
    membership.ended_at = world.now
    world.session.commit()
    answer = world.client(patient).post(f"{place(patient, draft)}/signature", signature(patient.name), version=1)
    assert answer.status_code == 422
    assert "recipients" in answer.json["errors"]


def test_a_change_keeps_the_rest_and_can_take_back_what_may_be_empty(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient, data_from="2026-01-01", data_through="2026-01-31", ends_when="I move")
    change = {"data_through": None, "ends_when": None, "labels": ["hiv"]}
    answer: Any = world.client(patient).patch(place(patient, draft), change, version=draft["version"])
    kept = {k: v for k, v in draft.items() if k not in (*change, "version")}
    assert {k: answer.json[k] for k in kept} == kept
    assert answer.json["data_from"] == date(2026, 1, 1).isoformat()
    assert [answer.json[k] for k in change] == [None, None, ["hiv"]]
    assert answer.headers["ETag"] == f'"{draft["version"] + 1}"'


def test_a_change_needs_the_version_that_was_read(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient)
    acting, here = world.client(patient), place(patient, draft)
    assert acting.patch(here, {"labels": []}).status_code == 428
    assert acting.patch(here, {"labels": ["hiv"]}, version=draft["version"]).status_code == 200
    assert acting.patch(here, {"labels": []}, version=draft["version"]).status_code == 412


def test_free_text_is_sealed(world: World) -> None:
    patient, therapist, _ = world.trio()
    begun(world, therapist, patient, message="canary in a message", ends_when="canary in an event")
    row = world.session.query(Consent).one()
    assert b"canary" not in (row.message or b"") + (row.ends_when or b"")
