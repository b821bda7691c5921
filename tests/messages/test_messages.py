"""Messages of the care team as its people write and read them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from careteam.models import Patient
from careteam.policy.vocabulary import ItemClass, Label, Role
from tests.queries import statements
from tests.world import Person, World

OF_MESSAGES = (ItemClass.MESSAGE,)
MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)


def write(world: World, who: Person, patient: Person, *to: Person, **more: Any) -> Any:
    """Write a message, in a new thread unless one is named."""
    subject = {} if "thread_id" in more else {"subject": "Sleep"}
    body = {"text": "Sleep got worse.", "to": [str(p.user_id) for p in to], **subject, **more}
    return world.client(who).post(f"{patient.record}/messages", body)


def sent(world: World, who: Person, patient: Person, *to: Person, **more: Any) -> dict[str, Any]:
    """The same, where it succeeds."""
    answer = write(world, who, patient, *to, **more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def listed(world: World, who: Person, patient: Person, query: str = "") -> list[str]:
    """The texts of the messages that somebody reads."""
    return [m["text"] for m in world.client(who).get(f"{patient.record}/messages{query}").json["items"]]


def shared(world: World, patient: Person, **changes: Any) -> Any:
    """A consent by which both clinicians read each other's messages."""
    return world.consent(patient, classes=OF_MESSAGES, **changes)


def test_what_the_patient_writes_reaches_whom_it_is_for_and_nobody_else(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = sent(world, patient, patient, prescriber)
    assert listed(world, prescriber, patient) == listed(world, patient, patient) == ["Sleep got worse."]
    assert listed(world, therapist, patient) == []
    hidden = world.client(therapist).get(f"{patient.record}/messages/{made['id']}")
    absent = world.client(therapist).get(f"{patient.record}/messages/{patient.patient_id}")
    assert (hidden.status_code, hidden.json["title"]) == (404, absent.json["title"])


def test_a_clinicians_message_needs_a_consent_and_says_so_before_anything_is_sent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    refused = write(world, therapist, patient, prescriber)
    assert refused.status_code == 409
    assert prescriber.name in refused.json["detail"]
    assert "ask the patient" in refused.json["detail"]
    assert listed(world, patient, patient) == listed(world, therapist, patient) == []
    assert world.client(patient).get("me/notices").json["items"] == []


def test_under_a_consent_it_is_read_and_after_revocation_it_is_not(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    consent = shared(world, patient)
    sent(world, therapist, patient, prescriber)
    assert listed(world, prescriber, patient) == ["Sleep got worse."]
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    assert listed(world, prescriber, patient) == []
    assert listed(world, therapist, patient) == listed(world, patient, patient) == ["Sleep got worse."]
    assert write(world, therapist, patient, prescriber).status_code == 409


def test_a_restriction_of_the_patients_refuses_the_message_with_its_reason(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.restriction(patient, item_class=ItemClass.MESSAGE, against_user_id=prescriber.user_id)
    refused = write(world, patient, patient, prescriber)
    assert refused.status_code == 409
    assert "restriction of yours" in refused.json["detail"]
    assert listed(world, patient, patient) == []


def test_a_label_that_the_consent_does_not_list_refuses_it_too(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shared(world, patient)
    assert write(world, therapist, patient, prescriber, labels=[Label.HIV]).status_code == 409


def test_a_clinician_may_write_to_the_patient_alone(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    sent(world, therapist, patient)
    assert listed(world, patient, patient) == ["Sleep got worse."]
    assert listed(world, prescriber, patient) == []
    notices = world.client(patient).get("me/notices").json["items"]
    assert [n["kind"] for n in notices] == ["message"]


def test_every_list_says_that_the_patient_reads_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    for place in ("messages", "message-threads"):
        caution = world.client(therapist).get(f"{patient.record}/{place}").json["caution"]
        assert "The patient can read every message" in caution


def test_a_thread_shows_each_reader_the_messages_that_they_may_read(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shared(world, patient)
    first = sent(world, therapist, patient, prescriber)
    sent(world, prescriber, patient, therapist, thread_id=first["thread_id"], text="Since when?")
    sent(world, patient, patient, prescriber, thread_id=first["thread_id"], text="Since Monday.")
    threads = {
        who.name: world.client(who).get(f"{patient.record}/message-threads").json["items"]
        for who in (patient, therapist, prescriber)
    }
    assert {name: [(t["messages"], t["latest"]["text"]) for t in found] for name, found in threads.items()} == {
        patient.name: [(3, "Since Monday.")],
        therapist.name: [(2, "Since when?")],
        prescriber.name: [(3, "Since Monday.")],
    }


def test_nobody_writes_into_a_thread_that_they_cannot_see(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = sent(world, patient, patient, prescriber)
    assert write(world, therapist, patient, thread_id=made["thread_id"]).status_code == 404
    other = world.patient("Noor Haddad")
    assert write(world, other, other, thread_id=made["thread_id"]).status_code == 422
    world.join(other, therapist, Role.THERAPIST)
    assert write(world, other, other, therapist, thread_id=made["thread_id"]).status_code == 404


def test_its_author_and_the_patient_see_who_has_confirmed_reading_and_others_do_not(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shared(world, patient)
    made = sent(world, therapist, patient, prescriber)
    place = f"{patient.record}/messages/{made['id']}"
    before = world.client(prescriber).get(place).json
    assert (before["to"], before["to_you"], before["read_at"]) == (None, True, None)
    assert listed(world, prescriber, patient, "?unread=true") == ["Sleep got worse."]
    confirmed = world.client(prescriber).post(f"{place}/read")
    again = world.client(prescriber).post(f"{place}/read")
    assert confirmed.json["read_at"] == again.json["read_at"] is not None
    assert listed(world, prescriber, patient, "?unread=true") == []
    for who in (therapist, patient):
        to = {r["user_id"]: r["read_at"] for r in world.client(who).get(place).json["to"]}
        assert (to[str(prescriber.user_id)], to[str(patient.user_id)]) == (confirmed.json["read_at"], None)
    assert world.client(therapist).post(f"{place}/read").status_code == 409


def test_a_confirmation_leaves_the_version_as_it_is(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = sent(world, patient, patient, prescriber)
    place = f"{patient.record}/messages/{made['id']}"
    assert world.client(prescriber).post(f"{place}/read").json["version"] == made["version"]


@pytest.mark.parametrize(("urgency", "days"), [("routine", 4), ("urgent", 1)])
def test_an_answer_is_due_where_the_patient_lives_and_ends_when_it_is_written(
    world: World, urgency: str, days: int
) -> None:
    patient, therapist, prescriber = world.trio()
    world.session.query(Patient).update({"time_zone": "America/New_York"})
    world.session.commit()
    shared(world, patient, valid_from=MONDAY - timedelta(days=1), valid_until=MONDAY + timedelta(days=30))
    asked = {"needs_answer_from": str(prescriber.user_id), "urgency": urgency}
    with time_machine.travel(MONDAY, tick=False) as clock:
        made = sent(world, therapist, patient, prescriber, **asked)
        midnight = datetime(2026, 3, 2, tzinfo=ZoneInfo("America/New_York")) + timedelta(days=days)
        assert datetime.fromisoformat(made["answer_due_at"]) == midnight
        place = f"{patient.record}/messages/{made['id']}"
        clock.move_to(midnight - timedelta(seconds=1))
        assert world.client(prescriber).get(place).json["overdue"] is False
        clock.move_to(midnight)
        assert world.client(prescriber).get(place).json["overdue"] is True
        sent(world, prescriber, patient, therapist, thread_id=made["thread_id"], text="Let us lower it.")
        found = [world.client(who).get(place).json for who in (therapist, patient, prescriber)]
        assert [(m["answered"], m["overdue"]) for m in found] == [(True, False)] * 3


def test_who_is_not_asked_is_not_told_who_is(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    third = world.prescriber("Pia Novak")
    world.join(patient, third, Role.PRESCRIBER)
    shared(world, patient)
    made = sent(world, therapist, patient, prescriber, third, needs_answer_from=str(prescriber.user_id))
    shown = world.client(third).get(f"{patient.record}/messages/{made['id']}").json
    assert (shown["to"], shown["needs_answer_from"], shown["answered"], shown["overdue"]) == (None,) * 4


def test_only_people_of_the_team_are_written_to(world: World) -> None:
    patient, therapist, _ = world.trio()
    stranger, left = world.prescriber("Sam Strange"), world.prescriber("Lea Left")
    world.join(patient, left, Role.PRESCRIBER, ended_at=world.now)
    for who in (stranger, left):
        refused = write(world, patient, patient, who)
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["to"])
    assert write(world, patient, patient).status_code == 422
    assert write(world, patient, patient, therapist, subject=None).status_code == 422
    asked = write(world, patient, patient, therapist, needs_answer_from=str(stranger.user_id))
    assert (asked.status_code, list(asked.json["errors"])) == (422, ["needs_answer_from"])


def test_a_former_member_keeps_reading_their_own_and_writes_nothing(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shared(world, patient)
    first = sent(world, therapist, patient, prescriber)
    sent(world, prescriber, patient, therapist, thread_id=first["thread_id"], text="Since when?")
    place = next(
        m for m in world.client(therapist).get("memberships").json["items"] if m["user_id"] == str(therapist.user_id)
    )
    world.client(therapist).post(f"memberships/{place['id']}/end")
    assert listed(world, therapist, patient) == ["Sleep got worse."]
    assert write(world, therapist, patient, thread_id=first["thread_id"]).status_code == 403


def test_a_message_in_error_stays_marked(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = sent(world, patient, patient, prescriber)
    place = f"{patient.record}/messages/{made['id']}/entered-in-error"
    assert world.client(prescriber).post(place, {"reason": "Not mine."}, version=1).status_code == 403
    marked = world.client(patient).post(place, {"reason": "Wrong person."}, version=made["version"])
    assert marked.json["entered_in_error_reason"] == "Wrong person."
    assert world.client(patient).post(place, {"reason": "Again."}, version=made["version"]).status_code == 412


def test_the_number_of_statements_does_not_grow_with_messages(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shared(world, patient)
    first = sent(world, therapist, patient, prescriber, needs_answer_from=str(prescriber.user_id))
    places = [f"{patient.record}/{place}" for place in ("messages", "message-threads")]

    def numbers() -> list[int]:
        found = []
        for place in places:
            with statements(world.app) as asked:
                world.client(prescriber).get(place)
            found.append(len(asked))
        return found

    few = numbers()
    for n in range(6):
        asked = {"needs_answer_from": str(prescriber.user_id), "text": f"More {n}"}
        sent(world, therapist, patient, prescriber, thread_id=first["thread_id"], **asked)
        sent(world, therapist, patient, prescriber, **asked)
    assert numbers() == few
