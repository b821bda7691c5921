"""Attacks on what is sent, asked, answered and measured: who learns what, and what nobody may lose."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select, update

from careteam.models import AccessEvent, Membership, Patient
from careteam.policy.vocabulary import ItemClass, Label, Role
from tests.directing.sends import ids, place, revoke, send, written
from tests.measures.acts import answers, ask, listed, read, record, told
from tests.representations.acting import friend
from tests.treatment.reporting import NAUSEA, answer, ask_about_cost, report
from tests.world import Person, World

PART2_ENTRY: dict[str, Any] = {"labels": frozenset({Label.SUBSTANCE_USE}), "part2": True}
FLAGGED = answers(value=1)
LATER = timedelta(days=14)


def left(world: World, patient: Person, who: Person) -> None:
    """Let somebody have left the team an hour ago."""
    whose = (Membership.patient_id == patient.patient_id, Membership.user_id == who.user_id)
    world.session.execute(update(Membership).where(*whose).values(ended_at=world.now - timedelta(hours=1)))
    world.session.commit()


def without_ids(answer: Any) -> tuple[int, str, str]:
    """What an absent and a hidden thing have in common."""
    return answer.status_code, answer.json["title"], answer.json.get("detail", "")


# Sending ----------------------------------------------------------------------------------------------


def test_what_was_taken_back_is_not_forgotten_when_sending_it_again_fails(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    assert revoke(world, patient, patient, made, prescriber).status_code == 200
    world.restriction(patient, item_class=ItemClass.QUESTION, against_user_id=prescriber.user_id)
    again = send(world, patient, patient, made, prescriber)
    assert [one["reason"] for one in again.json["delivery"]["not_reached"]] == ["restricted"]
    assert [one["user_id"] for one in again.json["taken_back"]] == ids(prescriber)
    history = world.client(patient).get(f"{patient.record}/sent-items").json["items"]
    assert [one["to"]["user_id"] for one in history] == ids(prescriber)


def test_nobody_sends_or_takes_back_what_another_holds(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient)
    note, question = world.note(patient, therapist), written(world, patient, None, prescriber)
    friendly, _ = friend(world, patient, classes=[*ItemClass])
    for who in (therapist, prescriber, friendly):
        for item in (note, question):
            sent, taken = send(world, who, patient, item, therapist), revoke(world, who, patient, item)
            assert {sent.status_code, taken.status_code} <= {403, 404}
    assert world.client(prescriber).get(place(patient, question)).status_code == 200
    assert send(world, patient, patient, note, prescriber).status_code == 403


@pytest.mark.parametrize("values", [{"awaits_review": True}, {"draft": True}, {"error_at": "now"}])
def test_what_is_not_ready_is_not_sent(world: World, values: dict[str, Any]) -> None:
    patient, _, prescriber = world.trio()
    row: dict[str, Any] = {name: world.now if value == "now" else value for name, value in values.items()}
    question = world.question(patient, **row)
    assert send(world, patient, patient, question, prescriber).status_code == 409
    assert world.client(prescriber).get(f"{patient.record}/questions/{question.id}").status_code == 404


def test_a_notice_of_what_was_sent_goes_when_it_is_taken_back(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    assert told(world, prescriber) == ["sent_to_you"]
    revoke(world, patient, patient, made)
    notices = world.client(prescriber).get("me/notices").json
    assert (notices["items"], notices["unread"]) == ([], 0)


@pytest.mark.parametrize("place", ["sent-items", "recipients?class=question"])
def test_clinicians_do_not_learn_what_was_sent_to_whom(world: World, place: str) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient)
    written(world, patient, None, prescriber)
    stranger = world.client(world.prescriber("Sam Stranger")).get(f"{patient.record}/{place}")
    assert without_ids(world.client(prescriber).get(f"{patient.record}/{place}")) == without_ids(stranger)


# Answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["side-effects", "cost-requests"])
def test_what_names_a_part2_medication_is_part2_whatever_its_writer_says(world: World, place: str) -> None:
    patient, _, prescriber = world.trio()
    world.consent(patient, labels=[Label.SUBSTANCE_USE], disclosers=["patient", "team"], classes=[*ItemClass][:11])
    entry = world.medication(patient, prescriber, drug="Methadone", **PART2_ENTRY)
    act = report if place == "side-effects" else ask_about_cost
    made = act(world, patient, patient, medication_id=str(entry.id), part2=False, send_to=ids(prescriber))
    assert (made["labels"], made["part2"]) == (["substance_use"], True)
    assert "part2" in world.client(prescriber).get(f"{patient.record}/{place}/{made['id']}").text.lower()


def test_after_the_patient_died_nothing_is_answered(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = report(world, patient, patient, send_to=ids(prescriber))
    dead = update(Patient).where(Patient.id == patient.patient_id).values(death_date=date(2026, 1, 1))
    world.session.execute(dead)
    world.session.commit()
    refused = answer(world, prescriber, patient, made, outcome="manage", text="Eat something with it.")
    assert (refused.status_code, "died" in refused.text) == (409, True)


def test_an_answer_and_a_hidden_one_look_alike_to_who_reads_the_report(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = report(world, patient, patient, send_to=ids(therapist, prescriber))
    place = f"{patient.record}/side-effects/{made['id']}"
    before = world.client(therapist).get(place)
    given = answer(world, prescriber, patient, made, outcome="manage", text="Eat something with it.")
    after = world.client(therapist).get(place)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    hidden = world.client(therapist).get(f"{patient.record}/answers/{given.json['id']}")
    assert without_ids(hidden) == without_ids(world.client(therapist).get(f"{patient.record}/answers/{uuid4()}"))


@pytest.mark.parametrize("what", ["side-effects", "cost-requests"])
def test_overdue_is_not_said_to_who_could_not_read_the_answer(world: World, what: str) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    act = report if what == "side-effects" else ask_about_cost
    made = act(world, patient, patient, medication_id=str(entry.id), send_to=ids(therapist, prescriber))
    with time_machine.travel(world.now + LATER, tick=False):
        late = {
            p.name: world.client(p).get(f"{patient.record}/{what}/{made['id']}").json
            for p in (therapist, prescriber, patient)
        }
    assert [one["overdue"] for one in late.values()] == [False, True, True]
    classes = [ItemClass.SIDE_EFFECT, ItemClass.MEDICATION]
    world.consent(patient, disclosers=["team", "patient"], classes=classes, valid_until=world.now + 2 * LATER)
    with time_machine.travel(world.now + LATER, tick=False):
        assert world.client(therapist).get(f"{patient.record}/{what}/{made['id']}").json["overdue"] is True


def test_an_advice_that_was_given_is_given_again_when_the_report_is_sent_again(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.medication(patient, prescriber, drug="Lithium carbonate")
    entry = world.medication(patient, prescriber, drug="Sertraline")
    said = {**NAUSEA, "effect": "Vomiting since morning", "medication_id": str(entry.id)}
    key = {"headers": {"Idempotency-Key": str(uuid4())}}
    first = world.client(patient).post(f"{patient.record}/side-effects", said, **key)
    again = world.client(patient).post(f"{patient.record}/side-effects", said, **key)
    assert first.json["do_now"]["urgent"] is True
    assert again.json["do_now"] == first.json["do_now"]


# Messages ---------------------------------------------------------------------------------------------


def message(world: World, who: Person, patient: Person, *to: Person, **more: Any) -> dict[str, Any]:
    """Send a message; return the answer."""
    subject = {} if "thread_id" in more else {"subject": "Sleep"}
    body = {"text": "Sleep got worse.", "to": ids(*to), **subject, **more}
    answer = world.client(who).post(f"{patient.record}/messages", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def test_no_answer_is_called_overdue_to_who_could_not_read_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    one_way: dict[str, Any] = {"classes": [ItemClass.MESSAGE], "disclosers": [f"member:{therapist.user_id}"]}
    world.consent(patient, **one_way, valid_until=world.now + 2 * LATER)
    made = message(world, therapist, patient, prescriber, needs_answer_from=str(prescriber.user_id))
    message(world, prescriber, patient, thread_id=made["thread_id"])
    with time_machine.travel(world.now + LATER, tick=False):
        shown = world.client(therapist).get(f"{patient.record}/messages/{made['id']}").json
    assert (shown["answered"], shown["overdue"]) == (False, False)


def test_a_thread_that_cannot_be_read_is_one_that_does_not_exist(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    hidden = message(world, patient, patient, prescriber)["thread_id"]
    client = world.client(therapist)
    for thread in (hidden, str(uuid4())):
        body = {"text": "And?", "thread_id": thread}
        assert client.post(f"{patient.record}/messages", body).status_code == 404
        assert client.get(f"{patient.record}/messages?thread_id={thread}").json["items"] == []


def test_confirming_that_one_has_read_is_one_event_and_confirming_again_is_a_read(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = message(world, patient, patient, prescriber)
    first, again = (world.client(prescriber).post(f"{patient.record}/messages/{made['id']}/read") for _ in range(2))
    assert first.json["read_at"] == again.json["read_at"]
    events = select(AccessEvent.act).where(AccessEvent.actor_id == prescriber.user_id).order_by(AccessEvent.id)
    assert world.session.scalars(events).all() == ["confirm-message-read", "read-message"]
    world.session.rollback()


# Measures ---------------------------------------------------------------------------------------------


def test_who_left_ends_nothing(world: World) -> None:
    patient, therapist, _ = world.trio()
    asked = ask(world, therapist, patient)
    left(world, patient, therapist)
    ending = f"{patient.record}/measure-requests/{asked['id']}/end"
    assert world.client(therapist).post(ending).status_code == 403
    assert listed(world, patient, patient, "?open=true", "measure-requests")


def test_no_filter_tells_who_left_that_their_request_was_ended(world: World) -> None:
    patient, therapist, _ = world.trio()
    asked = ask(world, therapist, patient)
    left(world, patient, therapist)
    queries = ("", "?open=true", "?open=false")
    before = [listed(world, therapist, patient, query, "measure-requests") for query in queries]
    assert world.client(patient).post(f"{patient.record}/measure-requests/{asked['id']}/end").status_code == 200
    assert [listed(world, therapist, patient, query, "measure-requests") for query in queries] == before


def test_a_flagged_form_that_is_shared_later_raises_its_flag_then(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = record(world, patient, patient, answers=FLAGGED)
    assert made["safety"]["share"]["address"].endswith(made["id"])
    assert told(world, prescriber) == []
    world.client(patient).post(made["safety"]["share"]["address"], {"send_to": ids(prescriber)})
    assert told(world, prescriber) == ["safety_flag", "sent_to_you"]
    revoke(world, patient, patient, made)
    assert told(world, prescriber) == []


def test_sharing_is_offered_only_where_it_would_succeed(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = record(world, therapist, patient, answers=FLAGGED)
    left(world, patient, therapist)
    safety = read(world, patient, patient, made)["safety"]
    assert safety["texts"]
    assert safety["seen_by"] == []
    assert safety["share"] is None
    assert send(world, patient, patient, made, prescriber).status_code == 403


# Ids that are somebody else's, and requests made twice ------------------------------------------------


def test_an_id_of_another_patients_record_is_one_that_does_not_exist(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.patient("Olga Other")
    world.join(other, prescriber, Role.PRESCRIBER)
    world.join(other, therapist, Role.THERAPIST)
    entry, asked = world.medication(other, prescriber), ask(world, prescriber, other)["id"]
    thread, item = message(world, prescriber, other)["thread_id"], world.question(other).id
    bodies: list[tuple[str, dict[str, Any], str, Any]] = [
        ("side-effects", NAUSEA, "medication_id", entry.id),
        ("cost-requests", {"concern": "cost"}, "medication_id", entry.id),
        ("measures", {"questionnaire": "phq-9", "answers": FLAGGED}, "request_id", asked),
        ("messages", {"text": "And?", "to": ids(prescriber)}, "thread_id", thread),
    ]
    for where, body, field, foreign in bodies:
        told = [
            world.client(patient).post(f"{patient.record}/{where}", {**body, field: str(i)}) for i in (foreign, uuid4())
        ]
        assert told[0].status_code in {404, 422}, where
        assert without_ids(told[0]) == without_ids(told[1]), where
    for i in (item, uuid4()):
        assert send(world, patient, patient, {"id": str(i)}, prescriber).status_code == 404


def test_sending_again_under_the_same_key_does_not_send_what_was_taken_back(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient)
    key, body = {"Idempotency-Key": str(uuid4())}, {"send_to": ids(prescriber)}
    address = f"{patient.record}/sent-items/{made['id']}"
    assert world.client(patient).post(address, body, headers=key).json["delivery"]["sent_to"]
    revoke(world, patient, patient, made)
    world.client(patient).post(address, body, headers=key)
    assert world.client(prescriber).get(place(patient, made)).status_code == 404


def test_a_report_sent_again_under_its_key_names_no_entry_that_was_closed_since(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    entry = world.medication(patient, prescriber)
    consent = world.consent(patient, classes=[ItemClass.MEDICATION], disclosers=["team"])
    key = {"Idempotency-Key": str(uuid4())}
    body = {**NAUSEA, "medication_id": str(entry.id)}
    first = world.client(therapist).post(f"{patient.record}/side-effects", body, headers=key)
    assert first.json["medication_id"] == str(entry.id)
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    again = world.client(therapist).post(f"{patient.record}/side-effects", body, headers=key)
    assert str(entry.id) not in again.text
    assert "Sertraline" not in again.text


def test_a_restriction_takes_the_report_from_who_answered_it_and_leaves_the_answer(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = report(world, patient, patient, send_to=ids(prescriber))
    given = answer(world, prescriber, patient, made, outcome="manage", text="Eat something with it.").json
    world.restriction(patient, against_user_id=prescriber.user_id, item_class=ItemClass.SIDE_EFFECT)
    client = world.client(prescriber)
    kept = client.get(f"{patient.record}/answers/{given['id']}").json
    assert (kept["text"], kept["answers_id"]) == ("Eat something with it.", None)
    assert client.get(f"{patient.record}/side-effects/{made['id']}").status_code == 404
    assert told(world, prescriber) == []
    assert client.get(f"{patient.record}/side-effects?unanswered=true").json["items"] == []
    assert world.client(therapist).get(f"{patient.record}/side-effects").json["items"] == []
