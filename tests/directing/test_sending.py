"""Sending single items: whom it reaches is said, it opens that item alone, and taking it back bites at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from careteam.actor import Actor
from careteam.models import Direction, Item, Notice, Staff
from careteam.policy.vocabulary import ItemClass, Label, MedicationSource, NoticeKind, Power, Role
from careteam.services.directing import sent_items
from tests.directing.sends import ids, listed_ids, place, revoke, sees, send, sent_place, written
from tests.queries import statements
from tests.races import during
from tests.representations.acting import friend
from tests.world import Client, Person, World


def recipients(world: World, who: Person, patient: Person, query: str = "?class=question") -> dict[str, dict[str, Any]]:
    answer = world.client(who).get(f"{patient.record}/recipients{query}")
    assert answer.status_code == 200, answer.text
    return {one["user_id"]: one for one in answer.json["recipients"]}


def test_it_is_said_whom_it_goes_to_before_it_is_sent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.restriction(patient, against_user_id=therapist.user_id, item_class=ItemClass.QUESTION)
    told = recipients(world, patient, patient)
    paul, tess = (told[str(p.user_id)] for p in (prescriber, therapist))
    assert (paul["roles"], paul["reached_if_sent"], paul["reads_anyway"]) == (["prescriber"], True, False)
    assert paul["sentence"].startswith("This goes to Paul Reyes (prescriber)")
    assert (tess["reached_if_sent"], tess["reason"]) == (False, "restricted")
    assert tess["instead"].startswith("A restriction of yours stops it.")
    assert recipients(world, patient, patient, "?class=measure")[str(therapist.user_id)]["reached_if_sent"]


@pytest.mark.parametrize(
    ("restriction", "query", "reached"),
    [
        ({"label": Label.HIV}, "", True),
        ({"label": Label.HIV}, "&label=hiv", False),
        ({"label": Label.HIV}, "&label=violence&label=hiv", False),
        ({"label": Label.HIV}, "&label=violence&label=sexual_health", True),
        ({"item_class": ItemClass.MEASURE}, "", True),
        ({"holder": "patient"}, "", False),
        ({"item_class": ItemClass.QUESTION, "holder": "patient", "against_role": Role.THERAPIST}, "", True),
    ],
)
def test_it_is_foretold_by_what_each_restriction_is_about(
    world: World, restriction: dict[str, Any], query: str, reached: bool
) -> None:
    patient, _, prescriber = world.trio()
    world.restriction(patient, **restriction)
    told = recipients(world, patient, patient, f"?class=question{query}")[str(prescriber.user_id)]
    labels = query.split("&label=")[1:]
    made = written(world, patient, None, prescriber, labels=labels)
    sent = [one["user_id"] for one in made["delivery"]["sent_to"]]
    assert (told["reached_if_sent"], sent) == (reached, ids(prescriber) if reached else [])


def test_whom_no_practice_vouches_for_is_not_reached_and_it_is_said_so(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.session.execute(update(Staff).where(Staff.user_id == prescriber.user_id).values(verified_at=None))
    world.session.commit()
    assert recipients(world, patient, patient)[str(prescriber.user_id)]["reason"] == "not_verified"
    made = written(world, patient, None, prescriber)
    assert [(one["user_id"], one["reason"]) for one in made["delivery"]["not_reached"]] == [
        (str(prescriber.user_id), "not_verified")
    ]
    assert made["delivery"]["note"].startswith("Nobody but you can read this.")


@pytest.mark.parametrize(
    ("consent", "anyway"),
    [
        ({}, True),
        ({"labels": [Label.HIV]}, True),
        ({"disclosers": ("team",)}, False),
        ({"classes": [ItemClass.MEASURE]}, False),
        ({"recipients": ["role:therapist"]}, False),
        ({"data_through": "before"}, False),
    ],
)
def test_who_reads_it_by_a_consent_anyway_is_named(world: World, consent: dict[str, Any], anyway: bool) -> None:
    patient, _, prescriber = world.trio()
    if "data_through" in consent:
        consent = {"data_through": (world.now - timedelta(days=9)).date()}
    world.consent(patient, **{"disclosers": ("patient",), "classes": [ItemClass.QUESTION], **consent})
    told = recipients(world, patient, patient)[str(prescriber.user_id)]
    made = written(world, patient)
    assert told["reads_anyway"] is anyway
    assert sees(world, prescriber, patient, made) is anyway
    assert (str(prescriber.user_id) in {p["user_id"] for p in made["delivery"]["read_by"]}) is anyway


def test_what_is_sent_opens_that_item_to_that_member_and_nothing_else(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    sent, kept = written(world, patient, None, prescriber), written(world, patient)
    assert listed_ids(world, prescriber, patient) == [sent["id"]]
    assert listed_ids(world, therapist, patient) == []
    hidden, absent = (world.client(prescriber).get(place(patient, {"id": i})) for i in (kept["id"], uuid4()))
    assert (hidden.status_code, hidden.data) == (404, absent.data)


def test_sending_more_and_taking_back_changes_no_byte_for_others(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    before = world.client(prescriber).get(place(patient, made))
    assert made["version"] == before.json["version"] == 1
    assert before.json["sent_to"] is None
    assert send(world, patient, patient, made, therapist).status_code == 200
    assert revoke(world, patient, patient, made, therapist).status_code == 200
    after = world.client(prescriber).get(place(patient, made))
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])


def test_taking_back_bites_at_once_for_whom_it_names_and_may_be_repeated(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = written(world, patient, None, therapist, prescriber)
    first = revoke(world, patient, patient, made, prescriber)
    assert (sees(world, prescriber, patient, made), sees(world, therapist, patient, made)) == (False, True)
    again = revoke(world, patient, patient, made, prescriber)
    assert (first.status_code, again.json) == (200, first.json)
    assert [p["user_id"] for p in first.json["taken_back"]] == ids(prescriber)
    assert (
        [p["user_id"] for p in first.json["sent_to"]] == [p["user_id"] for p in first.json["read_by"]] == ids(therapist)
    )
    assert revoke(world, patient, patient, made).json["sent_to"] == []
    assert not sees(world, therapist, patient, made)


def test_taking_back_needs_no_version_and_no_member(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    answer = world.client(patient).post(sent_place(patient, made, "/revocation"), {"user_ids": [str(uuid4())]})
    assert (answer.status_code, len(answer.json["sent_to"])) == (200, 1)


def test_what_was_taken_back_may_be_sent_again(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    revoke(world, patient, patient, made)
    assert send(world, patient, patient, made, prescriber).json["delivery"]["sent_to"] == [
        {"user_id": str(prescriber.user_id), "name": prescriber.name}
    ]
    assert sees(world, prescriber, patient, made)
    assert send(world, patient, patient, made, prescriber).json["delivery"]["sent_to"] == []


def test_a_restriction_that_is_lifted_later_delivers_nothing_that_it_stopped(world: World) -> None:
    patient, _, prescriber = world.trio()
    no = world.restriction(patient, item_class=ItemClass.QUESTION)
    made = written(world, patient, None, prescriber)
    assert [p["reason"] for p in made["delivery"]["not_reached"]] == ["restricted"]
    world.client(patient)("DELETE", f"{patient.record}/restrictions/{no.id}")
    assert not sees(world, prescriber, patient, made)


def test_anything_that_the_patient_holds_may_be_sent(world: World) -> None:
    patient, _, prescriber = world.trio()
    entry = world.medication(patient, patient, source=MedicationSource.PATIENT, labels=frozenset({Label.HIV}))
    assert send(world, patient, patient, entry, prescriber).status_code == 200
    assert world.client(prescriber).get(f"{patient.record}/medications/{entry.id}").status_code == 200


@pytest.mark.parametrize(
    ("state", "status"),
    [({"awaits_review": True}, 409), ({"error_at": "now"}, 409), ({"held": True}, 403)],
)
def test_what_is_not_ready_or_not_the_patients_is_not_sent(world: World, state: dict[str, Any], status: int) -> None:
    patient, therapist, prescriber = world.trio()
    values: dict[str, Any] = (
        {"error_at": world.now} if "error_at" in state else {k: v for k, v in state.items() if k != "held"}
    )
    entry = world.allergy(patient, therapist if "held" in state else patient, **values)
    refused = send(world, patient, patient, entry, prescriber)
    assert (refused.status_code, refused.json["detail"] != "") == (status, True)


def test_only_current_members_can_be_sent_anything(world: World) -> None:
    patient, _, prescriber = world.trio()
    former, stranger = world.therapist("Fay Former"), world.therapist("Stella Stranger")
    world.join(patient, former, Role.THERAPIST, ended_at=world.now - timedelta(days=1))
    made = written(world, patient)
    for person in (former, stranger, patient):
        assert send(world, patient, patient, made, person, prescriber).status_code == 422
    assert not sees(world, prescriber, patient, made)


def test_members_neither_send_nor_take_back_nor_learn_what_was_sent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made, kept = written(world, patient, None, prescriber), written(world, patient)
    assert send(world, prescriber, patient, made, therapist).status_code == 403
    assert revoke(world, prescriber, patient, made).status_code == 403
    hidden, absent = (
        send(world, prescriber, patient, kept, therapist),
        send(world, prescriber, patient, {"id": uuid4()}, therapist),
    )
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    for part in ("sent-items", f"sent-items/{made['id']}", "recipients?class=question"):
        assert world.client(prescriber).get(f"{patient.record}/{part}").status_code == 404
    assert sees(world, prescriber, patient, made)


def test_the_patient_sees_what_was_sent_to_whom_newest_first(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    first, second = written(world, patient, None, prescriber), written(world, patient, None, therapist, text="Why?")
    revoke(world, patient, patient, first)
    client, found = world.client(patient), []
    address: str | None = f"{patient.record}/sent-items?limit=1"
    while address:
        page = client.get(address).json
        found += page["items"]
        address = f"{patient.record}/sent-items?limit=1&cursor={page['next']}" if page["next"] else None
    assert [(one["item_id"], one["to"]["user_id"], one["to"]["taken_back_at"] is None) for one in found] == [
        (second["id"], str(therapist.user_id), True),
        (first["id"], str(prescriber.user_id), False),
    ]
    assert found[0]["about"] == "Why?"
    for query, expected in (("standing=true", [found[0]]), (f"user_id={prescriber.user_id}", [found[1]])):
        assert client.get(f"{patient.record}/sent-items?{query}").json["items"] == expected


def test_what_somebody_reported_for_the_patient_they_may_send_and_take_back(world: World) -> None:
    patient, _, prescriber = world.trio()
    nora, _ = friend(world, patient, classes=list(ItemClass), labels=[])
    theirs, hers = written(world, nora, patient, prescriber), written(world, patient, None, prescriber)
    assert sees(world, prescriber, patient, theirs)
    assert revoke(world, nora, patient, theirs).status_code == 200
    assert not sees(world, prescriber, patient, theirs)
    assert send(world, nora, patient, theirs, prescriber).status_code == 200
    assert revoke(world, nora, patient, hers).status_code == 403
    assert revoke(world, patient, patient, theirs).status_code == 200
    assert not sees(world, prescriber, patient, theirs)


def test_who_acts_for_the_patient_is_not_told_of_restrictions(world: World) -> None:
    patient, _, prescriber = world.trio()
    world.restriction(patient, against_user_id=prescriber.user_id, item_class=ItemClass.QUESTION)
    nora, _ = friend(world, patient, classes=list(ItemClass))
    assert recipients(world, nora, patient)[str(prescriber.user_id)]["reason"] == "cannot_read"
    made = written(world, nora, patient, prescriber)
    assert [one["reason"] for one in made["delivery"]["not_reached"]] == ["cannot_read"]


def test_who_may_not_report_sends_nothing(world: World) -> None:
    patient, _, prescriber = world.trio()
    nora, _ = friend(world, patient, powers=[Power.READ], classes=list(ItemClass))
    made = written(world, patient, None, prescriber)
    assert world.client(nora).post(f"{patient.record}/questions", {"text": "Why?"}).status_code == 403
    assert revoke(world, nora, patient, made).status_code == 403
    assert world.client(nora).get(f"{patient.record}/sent-items").status_code == 404


def test_whoever_it_is_sent_to_is_told_until_it_is_taken_back(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    client = world.client(prescriber)
    assert [n["kind"] for n in client.get("me/notices").json["items"]] == ["sent_to_you"]
    revoke(world, patient, patient, made)
    assert client.get("me/notices").json["items"] == []


def test_the_log_says_that_it_was_sent_read_and_taken_back(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient)
    send(world, patient, patient, made, prescriber)
    world.client(prescriber).get(place(patient, made))
    revoke(world, patient, patient, made)
    log = world.client(patient).get(f"{patient.record}/access-log").json["items"]
    assert [event["sentence"] for event in log[:3]] == [
        "Maya Ellison took back an item of your record that was sent: 1 question of your own.",
        "Paul Reyes read a question for the next visit: 1 question of your own.",
        "Maya Ellison sent an item of your record to somebody in your care team: 1 question of your own.",
    ]
    assert log[1]["items"][0]["why"] == "directed"
    accounted = world.client(patient).get(f"{patient.record}/accounting").json["items"]
    assert [row["basis"] for row in accounted] == ["sent by you"]


@pytest.mark.parametrize("part", ["sent-items", "recipients?class=question", "questions"])
def test_statements_do_not_grow_with_what_is_sent(world: World, part: str) -> None:
    patient, _, prescriber = world.trio()
    counted = []
    for more in (1, 9):
        for _ in range(more):
            written(world, patient, None, prescriber)
        with statements(world.app) as sent:
            assert world.client(patient).get(f"{patient.record}/{part}").status_code == 200
        counted.append(len(sent))
    assert counted[0] == counted[1] <= 12


def test_the_database_remembers_every_permit_and_when_it_was_taken_back(world: World) -> None:
    patient, _, prescriber = world.trio()
    made = written(world, patient, None, prescriber)
    revoke(world, patient, patient, made)
    send(world, patient, patient, made, prescriber)
    rows = world.session.query(Direction).order_by(Direction.id).all()
    assert [row.revoked_by for row in rows] == [patient.user_id, None]
    assert world.session.query(Item.version).scalar() == 1


def test_sent_again_at_the_same_moment_it_is_one_permit_and_one_notice(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    made = written(world, patient, None, therapist)
    actor = Actor(patient.user_id, patient.name, patient.email, patient_id=patient.patient_id)
    assert patient.patient_id
    to = {"send_to": [prescriber.user_id], "at": world.now}
    sent_items.send(world.session, actor, patient.patient_id, UUID(made["id"]), **to)  # type: ignore[arg-type]
    body = {"send_to": ids(prescriber)}
    again = during(world, Client(world.app, patient.token).post, sent_place(patient, made), body)
    assert (again.status_code, again.json["delivery"]["sent_to"]) == (200, [])
    one_each = sorted([therapist.user_id, prescriber.user_id])
    assert sorted(world.session.scalars(select(Direction.user_id))) == one_each
    told = select(Notice.user_id).where(Notice.kind == NoticeKind.SENT_TO_YOU)
    assert sorted(world.session.scalars(told)) == one_each
