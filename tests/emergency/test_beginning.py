"""Opening emergency access: who may, by what statement, for how long, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from careteam.models import AccessEvent, EmergencySession, Notice
from careteam.policy.vocabulary import NoticeKind, Role
from tests.emergency.acts import NATURE, opened, place, statement
from tests.world import LONG_AGO, Person, World

MINUTE = timedelta(minutes=1)


def test_it_opens_what_no_consent_opens_for_an_hour(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist, body="Worries at night.")
    notes, reading = f"{patient.record}/notes", world.client(prescriber)
    assert reading.get(notes).json["items"] == []
    made = opened(world, prescriber, patient)
    assert made["open"] is True
    assert [n["body"] for n in reading.get(notes).json["items"]] == ["Worries at night."]
    began, until = (datetime.fromisoformat(made[key]) for key in ("began_at", "until"))
    assert until - began == timedelta(minutes=60)
    for moment, count in ((until - timedelta(milliseconds=1), 1), (until, 0)):
        with time_machine.travel(moment, tick=False):
            assert len(reading.get(notes).json["items"]) == count


def test_only_the_chosen_classes_are_opened(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.allergy(patient, therapist)
    opened(world, prescriber, patient, classes=["allergy"])
    shown = world.client(prescriber).get(f"{patient.record}/shared-record").json
    assert (len(shown["notes"]["items"]), len(shown["allergies"]["items"])) == (0, 1)


def people(world: World, patient: Person) -> dict[str, tuple[Person | None, int]]:
    """Who tries, and how they are answered."""
    former, covering = world.prescriber("Fay Former"), world.prescriber("Cora Covering")
    unverified, asked = world.prescriber("Uwe Unverified", verified=False), world.prescriber("Penny Pending")
    world.join(patient, former, Role.PRESCRIBER, ended_at=LONG_AGO)
    world.join(patient, covering, Role.PRESCRIBER, kind="covering", valid_until=world.now + timedelta(days=1))
    world.join(patient, unverified, Role.PRESCRIBER)
    world.join(patient, asked, Role.PRESCRIBER, patient_agreed_at=None)
    return {
        "the patient": (patient, 403),
        "former": (former, 403),
        "covering": (covering, 201),
        "unverified": (unverified, 404),
        "asked to join": (asked, 404),
        "another prescriber": (world.prescriber("Sam Stranger"), 404),
        "another patient": (world.patient("Noor Haddad"), 404),
        "nobody": (None, 401),
    }


def test_only_medical_personnel_of_the_team_may(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    who = {"therapist": (therapist, 403), "prescriber": (prescriber, 201), **people(world, patient)}
    found = {
        name: world.client(person).post(place(patient), statement()).status_code for name, (person, _) in who.items()
    }
    assert found == {name: due for name, (_, due) in who.items()}
    assert world.session.query(EmergencySession).count() == 2


def test_to_strangers_it_is_as_absent_as_nobodys_record(world: World) -> None:
    patient, _, _ = world.trio()
    stranger = world.client(world.prescriber("Sam Stranger"))
    absent = stranger.post(place(patient).replace(str(patient.patient_id), str(patient.user_id)), statement())
    assert stranger.post(place(patient), statement()).data == absent.data


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no nature": ({"nature": ""}, "nature"),
    "a word": ({"nature": "emergency"}, "nature"),
    "a word again and again": ({"nature": "help help help help help"}, "nature"),
    "dots": ({"why_no_consent": ". . . . . . ."}, "why_no_consent"),
    "numbers": ({"why_no_consent": "1 2 3 4 5 6"}, "why_no_consent"),
    "the same twice": ({"why_no_consent": NATURE.upper()}, "why_no_consent"),
    "no class": ({"classes": []}, "classes"),
    "a special class": ({"classes": ["psychotherapy_note"]}, "classes"),
    "a class that there is not": ({"classes": ["everything"]}, "classes"),
    "a field that there is not": ({"minutes": 600}, "minutes"),
    "no password": ({"password": None}, "password"),
}


@pytest.mark.parametrize(("changes", "field"), WRONG.values(), ids=WRONG)
def test_a_statement_that_says_nothing_is_refused(world: World, changes: dict[str, Any], field: str) -> None:
    patient, _, prescriber = world.trio()
    answer = world.client(prescriber).post(place(patient), statement(**changes))
    assert answer.status_code == 422, answer.json
    assert field in str(answer.json["errors"])
    assert world.session.query(EmergencySession).count() == 0


def test_it_needs_the_password_and_a_wrong_one_is_logged(world: World) -> None:
    patient, _, prescriber = world.trio()
    answer = world.client(prescriber).post(place(patient), statement(password="not the password at all"))
    assert (answer.status_code, world.session.query(EmergencySession).count()) == (403, 0)
    event = world.session.scalars(select(AccessEvent)).one()
    assert (event.act, event.outcome) == ("emergency_access.begin_emergency_access", "refused")


def test_while_one_is_open_a_second_is_refused(world: World) -> None:
    patient, _, prescriber = world.trio()
    first = opened(world, prescriber, patient)
    other = "She stopped breathing and is being resuscitated."
    again = world.client(prescriber).post(place(patient), statement(nature=other))
    assert again.status_code == 409
    assert first["id"] in again.json["detail"]
    world.client(prescriber).post(place(patient, first["id"], "ended"))
    assert opened(world, prescriber, patient, nature=other)["id"] != first["id"]


def test_one_that_began_by_a_clock_that_is_ahead_is_open(world: World) -> None:
    patient, _, prescriber = world.trio()
    opened(world, prescriber, patient)
    with time_machine.travel(datetime.now(UTC) - MINUTE, tick=False):
        other = statement(nature="She stopped breathing and is being resuscitated.")
        assert world.client(prescriber).post(place(patient), other).status_code == 409


@pytest.mark.parametrize("repeated", [NATURE, NATURE.upper(), f"  {NATURE.replace(' ', '  ')}!"])
def test_it_is_renewed_only_by_a_new_statement(world: World, repeated: str) -> None:
    patient, _, prescriber = world.trio()
    made = opened(world, prescriber, patient)
    with time_machine.travel(datetime.fromisoformat(made["until"]), tick=False):
        answer = world.client(prescriber).post(place(patient), statement(nature=repeated))
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["nature"])
        renewed = opened(world, prescriber, patient, nature="She is still unconscious, now with a fever.")
    assert renewed["began_at"] == made["until"]


def test_the_statement_of_another_patient_may_be_repeated(world: World) -> None:
    patient, _, prescriber = world.trio()
    noor = world.patient("Noor Haddad")
    world.join(noor, prescriber, Role.PRESCRIBER)
    opened(world, prescriber, patient)
    assert opened(world, prescriber, noor)["nature"] == NATURE


def test_the_patient_is_told_at_once(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = opened(world, prescriber, patient)
    told = world.session.scalars(select(Notice).where(Notice.user_id == patient.user_id)).one()
    assert (told.kind, str(told.target), told.patient_id) == (
        NoticeKind.EMERGENCY_ACCESS,
        made["id"],
        patient.patient_id,
    )


def test_what_was_stated_is_sealed(world: World) -> None:
    patient, _, prescriber = world.trio()
    opened(world, prescriber, patient)
    row = world.session.scalars(select(EmergencySession)).one()
    assert b"unconscious" not in row.nature
    assert b"woken" not in row.why_no_consent


def test_it_is_ended_early_by_who_opened_it_and_ending_again_changes_nothing(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    made = opened(world, prescriber, patient)
    end = place(patient, made["id"], "ended")
    assert world.client(patient).post(end).status_code == 403
    assert world.client(therapist).post(end).status_code == 404
    first = world.client(prescriber).post(end).json
    assert (first["open"], first["ended_at"] is not None) == (False, True)
    assert world.client(prescriber).post(end).json == first
    assert world.client(prescriber).get(f"{patient.record}/notes").json["items"] == []


def test_after_its_hour_ending_it_changes_nothing(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = opened(world, prescriber, patient)
    with time_machine.travel(datetime.fromisoformat(made["until"]) + MINUTE, tick=False):
        ended = world.client(prescriber).post(place(patient, made["id"], "ended")).json
    assert (ended["open"], ended["ended_at"]) == (False, None)


def test_it_lasts_no_longer_than_the_role(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    made = opened(world, prescriber, patient)
    places = world.client(prescriber).get("memberships").json["items"]
    assert world.client(patient).post(f"memberships/{places[0]['id']}/end").status_code == 200
    assert world.client(prescriber).get(f"{patient.record}/notes").json["items"] == []
    assert world.client(patient).get(place(patient, made["id"])).json["open"] is False


def test_a_body_with_a_password_takes_no_idempotency_key(world: World) -> None:
    patient, _, prescriber = world.trio()
    headers = {"Idempotency-Key": "one"}
    assert world.client(prescriber).post(place(patient), statement(), headers=headers).status_code == 422


def test_the_hour_is_in_utc(world: World) -> None:
    patient, _, prescriber = world.trio()
    opened(world, prescriber, patient)
    row = world.session.scalars(select(EmergencySession)).one()
    assert row.valid_until.tzinfo is UTC
