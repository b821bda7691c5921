"""Clinicians ask for a questionnaire: what the patient is told, when it is due, to whom it would go, and its end."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from careteam.actor import Actor, Origin
from careteam.models import MeasureRequest, Membership, Patient
from careteam.policy.vocabulary import Role
from careteam.services.identity import credentials
from careteam.services.measures import asking, recording, requests
from tests.measures.acts import MEASURE, ask, listed, post, read, record, scoring, told
from tests.world import Person, World

REQUESTS = "measure-requests"


def standing(world: World, who: Person, about: Person, made: dict[str, Any]) -> tuple[str, str | None]:
    found: Any = world.client(who).get(f"{about.record}/{REQUESTS}/{made['id']}").json
    return found["state"], found["due_on"]


def today(world: World, about: Person) -> date:
    zone = world.session.scalars(select(Patient.time_zone).where(Patient.id == about.patient_id)).one()
    world.session.rollback()
    return world.now.astimezone(ZoneInfo(zone)).date()


def test_the_patient_is_told_sees_what_is_due_and_to_whom_it_goes(world: World) -> None:
    patient, therapist, _ = world.trio()
    made = ask(world, therapist, patient, text="Before our visit.")
    assert told(world, patient) == ["questionnaire_requested"]
    (shown,) = listed(world, patient, patient, what=REQUESTS)
    assert (shown["id"], shown["text"], shown["title"]) == (made["id"], "Before our visit.", "PHQ-9")
    assert shown["goes_to"] == {"user_id": str(therapist.user_id), "name": therapist.name}
    assert (shown["state"], shown["due_on"]) == ("due", shown["first_due_on"])
    assert made["state"] == "no_answer_seen"
    (row,) = world.session.scalars(select(MeasureRequest))
    assert row.text is not None
    assert b"visit" not in row.text


def test_the_answer_goes_to_nobody_by_itself(world: World) -> None:
    patient, therapist, _ = world.trio()
    asked = ask(world, therapist, patient)
    kept = record(world, patient, patient, 8, request_id=asked["id"])
    assert (kept["request_id"], kept["sent_to"], kept["delivery"]["read_by"]) == (asked["id"], [], [])
    assert standing(world, patient, patient, asked) == ("answered", None)
    assert standing(world, therapist, patient, asked)[0] == "no_answer_seen"
    record(world, patient, patient, 9, request_id=asked["id"], send_to=[str(therapist.user_id)])
    assert standing(world, therapist, patient, asked) == ("answered", None)


def test_that_an_answer_was_kept_back_does_not_show_to_who_asked(world: World) -> None:
    patient, therapist, _ = world.trio()
    asked = ask(world, therapist, patient)
    where = f"{patient.record}/{REQUESTS}/{asked['id']}"
    before = [world.client(therapist).get(a).data for a in (where, f"{patient.record}/{REQUESTS}")]
    record(world, patient, patient, 8, request_id=asked["id"])
    assert [world.client(therapist).get(a).data for a in (where, f"{patient.record}/{REQUESTS}")] == before


def test_others_read_a_request_by_consent_alone(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    asked = ask(world, therapist, patient)
    where = f"{patient.record}/{REQUESTS}/{asked['id']}"
    absent = world.client(prescriber).get(f"{patient.record}/{REQUESTS}/01990000-0000-7000-8000-000000000009")
    assert world.client(prescriber).get(where).data == absent.data
    consent = world.consent(patient, classes=MEASURE)
    assert world.client(prescriber).get(where).status_code == 200
    assert world.client(prescriber).post(f"{where}/end").status_code == 403
    assert world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation", {}).status_code == 200
    assert world.client(prescriber).get(where).data == absent.data
    assert world.client(prescriber).post(f"{where}/end").status_code == 404


def test_a_request_that_the_reader_cannot_see_is_not_named_in_the_answer(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    asked = ask(world, therapist, patient)
    made = record(world, patient, patient, 8, request_id=asked["id"], send_to=[str(prescriber.user_id)])
    assert read(world, prescriber, patient, made)["request_id"] is None
    world.consent(patient, classes=MEASURE)
    assert read(world, prescriber, patient, made)["request_id"] == asked["id"]
    assert post(world, prescriber, patient, request_id=asked["id"]).status_code == 201


def test_a_clinician_cannot_name_a_request_that_they_cannot_see(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    asked = ask(world, therapist, patient)
    hidden, absent = (
        post(world, prescriber, patient, request_id=i) for i in (asked["id"], "01990000-0000-7000-8000-000000000009")
    )
    assert (hidden.status_code, hidden.json["errors"]) == (422, absent.json["errors"])


def test_only_the_same_questionnaire_answers_a_request(world: World) -> None:
    patient, therapist, _ = world.trio()
    asked = ask(world, therapist, patient, questionnaire="gad-7")
    assert post(world, patient, patient, request_id=asked["id"]).status_code == 422
    record(world, patient, patient, 8)
    assert standing(world, patient, patient, asked)[0] == "due"


def test_an_answer_without_the_request_counts_too_unless_it_is_in_error(world: World) -> None:
    patient, therapist, _ = world.trio()
    asked = ask(world, therapist, patient)
    made = record(world, patient, patient, 8)
    assert standing(world, patient, patient, asked)[0] == "answered"
    where = f"{patient.record}/measures/{made['id']}/entered-in-error"
    assert world.client(patient).post(where, {"reason": "Guessed."}, version=1).status_code == 200
    assert standing(world, patient, patient, asked)[0] == "due"


@pytest.mark.parametrize("who", ["asker", "patient"])
def test_who_asked_and_the_patient_end_it_without_a_version(world: World, who: str) -> None:
    patient, therapist, _ = world.trio()
    asked = ask(world, therapist, patient, every_days=7)
    person = patient if who == "patient" else therapist
    where = f"{patient.record}/{REQUESTS}/{asked['id']}/end"
    first, again = (world.client(person).post(where) for _ in range(2))
    assert (first.status_code, again.status_code, first.json["state"]) == (200, 200, "ended")
    assert first.json["ended_at"] == again.json["ended_at"]
    assert listed(world, patient, patient, "?open=true", REQUESTS) == []
    assert len(listed(world, patient, patient, "?open=false", REQUESTS)) == 1
    assert post(world, patient, patient, request_id=asked["id"]).status_code == 409


def test_a_request_entered_in_error_asks_for_nothing(world: World) -> None:
    patient, therapist, _ = world.trio()
    asked = ask(world, therapist, patient)
    where = f"{patient.record}/{REQUESTS}/{asked['id']}/entered-in-error"
    assert world.client(patient).post(where, {"reason": "No."}, version=1).status_code == 403
    marked = world.client(therapist).post(where, {"reason": "Wrong patient."}, version=1).json
    assert (marked["state"], marked["entered_in_error_reason"]) == ("ended", "Wrong patient.")


def test_who_left_reads_their_own_ends_nothing_and_is_told_nothing_more(world: World) -> None:
    patient, therapist, _ = world.trio()
    asked = ask(world, therapist, patient)
    gone = Membership.user_id == therapist.user_id
    world.session.execute(update(Membership).where(gone).values(ended_at=world.now))
    world.session.commit()
    (shown,) = listed(world, patient, patient, what=REQUESTS)
    assert shown["goes_to"] is None
    where = f"{patient.record}/{REQUESTS}/{asked['id']}"
    before = world.client(therapist).get(where)
    assert (before.json["state"], before.json["due_on"]) == (None, None)
    assert world.client(patient).post(f"{where}/end").status_code == 200
    assert world.client(therapist).get(where).data == before.data
    assert world.client(therapist).post(f"{where}/end").status_code == 403


BAD: list[dict[str, Any]] = [
    {"questionnaire": "phq-9-teens"},
    {"questionnaire": "unknown"},
    {"first_due_on": "2020-01-01"},
    {"first_due_on": "2150-01-01"},
    {"every_days": 0},
    {"every_days": 367},
    {"every_days": True},
    {"until": "2100-01-01"},
    {"every_days": 7, "until": "2020-01-01"},
    {"text": " "},
    {"state": "due"},
]


@pytest.mark.parametrize("said", BAD)
def test_what_cannot_be_asked_is_refused(world: World, said: dict[str, Any]) -> None:
    patient, therapist, _ = world.trio()
    answer = world.client(therapist).post(f"{patient.record}/{REQUESTS}", {"questionnaire": "phq-9", **said})
    assert (answer.status_code, bool(answer.json["errors"])) == (422, True)
    assert told(world, patient) == []


def test_patients_and_strangers_ask_for_nothing(world: World) -> None:
    patient, *_ = world.trio()
    body = {"questionnaire": "phq-9"}
    assert world.client(patient).post(f"{patient.record}/{REQUESTS}", body).status_code == 403
    assert world.client(world.therapist("Stella")).post(f"{patient.record}/{REQUESTS}", body).status_code == 404


# days where the patient lives -----------------------------------------------------------------------

ZONES = [
    ("Pacific/Kiritimati", "2028-02-28T09:59:00+00:00", "2028-02-28"),
    ("Pacific/Kiritimati", "2028-02-28T10:00:00+00:00", "2028-02-29"),
    ("Pacific/Niue", "2028-03-01T10:59:00+00:00", "2028-02-29"),
    ("Pacific/Niue", "2028-03-01T11:00:00+00:00", "2028-03-01"),
    ("America/New_York", "2026-03-09T03:59:00+00:00", "2026-03-08"),
    ("America/New_York", "2026-03-09T04:00:00+00:00", "2026-03-09"),
    ("America/New_York", "2026-11-02T04:59:00+00:00", "2026-11-01"),
    ("America/New_York", "2026-11-02T05:00:00+00:00", "2026-11-02"),
]


@pytest.mark.parametrize(("zone", "instant", "day"), ZONES)
def test_what_is_due_turns_with_the_patients_midnight(world: World, zone: str, instant: str, day: str) -> None:
    patient = world.patient(time_zone=zone)
    therapist = world.therapist()
    world.join(patient, therapist, Role.THERAPIST)
    at, due = datetime.fromisoformat(instant), date.fromisoformat(day)
    asked = asking.request_measure(
        world.session, actor_of(world, therapist), known(patient), questionnaire="phq-9", every_days=7, at=at
    )
    assert asked["first_due_on"] == due
    found = {}
    for moved in (0, 1, 6, 7, 8):
        shown = requests.read(
            world.session, actor_of(world, patient), known(patient), asked["id"], at=at + timedelta(days=moved)
        )
        found[moved] = (shown["state"], shown["due_on"])
    later = due + timedelta(days=7)
    assert found == {
        0: ("due", due), 1: ("overdue", due), 6: ("overdue", due), 7: ("due", later), 8: ("overdue", later),
    }  # fmt: skip
    made = recording.record_measure(
        world.session, actor_of(world, patient), known(patient), questionnaire="phq-9", answers=scoring(4), at=at
    )
    assert made["date"] == due


def actor_of(world: World, person: Person) -> Actor:
    found = credentials.by_user(world.session, person.user_id, Origin())
    assert found is not None
    return found


def known(person: Person) -> Any:
    return person.patient_id
