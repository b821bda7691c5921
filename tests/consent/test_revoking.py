"""Revoking, whole and in part: it bites on the next read, and what is left is what was not taken."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from careteam.models import AccessEvent, AccessEventItem, Consent
from careteam.policy.vocabulary import ItemClass, Role
from careteam.services.consents.documents import sha256_of
from tests.consent.acts import in_state, member, notes_seen, opening, place, revoked, signed
from tests.world import World

DAY = timedelta(days=1)


def test_a_revocation_bites_on_the_very_next_read(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    consent = world.consent(patient)
    assert notes_seen(world, prescriber, patient) == {str(note.id)}
    revoked(world, patient, consent)
    assert notes_seen(world, prescriber, patient) == set()
    assert world.client(prescriber).get(f"{patient.record}/notes/{note.id}").status_code == 404


def test_a_revocation_is_absolute_so_that_a_clock_behind_does_not_matter(world: World) -> None:
    patient, _, prescriber = world.trio()
    revoked(world, patient, world.consent(patient))
    assert opening(world, patient, prescriber, Role.PRESCRIBER, world.now - timedelta(minutes=30)) == []


def test_a_revocation_needs_no_reason_no_password_and_no_version(world: World) -> None:
    patient, _, _ = world.trio()
    consent = world.consent(patient)
    receipt = revoked(world, patient, consent)
    assert (receipt["consent_id"], receipt["given"], receipt["reason"]) == (str(consent.id), "here", None)


@pytest.mark.parametrize("part", [{}, {"item_class": "medication"}, {"discloser": "patient"}], ids=str)
def test_repeating_it_answers_the_same_receipt(world: World, part: dict[str, str]) -> None:
    patient, _, _ = world.trio()
    consent = world.consent(patient, disclosers=["team", "patient"])
    first = revoked(world, patient, consent, reason="I changed my mind.", **part)
    assert revoked(world, patient, consent, **part) == first
    assert world.client(patient).get(f"{place(patient, consent)}/revocation").json == first


def test_the_receipt_says_what_was_covered_and_what_had_been_seen(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.note(patient, therapist)
    consent = world.consent(patient)
    for _ in range(2):
        notes_seen(world, prescriber, patient)
    receipt = revoked(world, patient, consent)
    assert receipt["covered"]["classes"] == ["progress_note", "medication"]
    assert [(s["user_id"], s["items"]) for s in receipt["seen"]] == [(str(prescriber.user_id), 2)]


def test_the_receipt_counts_what_was_seen_under_this_consent_until_then(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    other = world.consent(patient, recipients=["role:prescriber"])
    notes_seen(world, prescriber, patient)
    revoked(world, patient, other)
    consent = world.consent(patient, recipients=["role:prescriber"])
    receipt = revoked(world, patient, consent)
    assert receipt["seen"] == []
    event = AccessEvent(at=world.now + DAY, actor_id=prescriber.user_id, patient_id=patient.patient_id, act="x")
    event.outcome = "disclosed"
    world.add(event, AccessEventItem(event_id=event.id, item_id=note.id, consent_id=consent.id, **SEEN))
    assert revoked(world, patient, consent) == receipt


SEEN: dict[str, Any] = {"item_class": ItemClass.PROGRESS_NOTE, "version": 1, "clause": "consent"}
PARTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # what is taken: what is left of the consent below
    "a class": ({"item_class": "medication"}, {"classes": ["progress_note"]}),
    "a role": ({"recipient": "role:therapist"}, {"recipients": ["role:prescriber"]}),
    "the patient": ({"discloser": "patient"}, {"disclosers": ["team"]}),
    "the team": ({"discloser": "team"}, {"disclosers": ["patient"]}),
}


DATA: dict[str, Any] = {"data_from": "2026-01-01", "data_through": "2026-06-30"}


@pytest.mark.parametrize("what", PARTS)
def test_a_part_goes_and_the_rest_stays_under_the_same_signature(world: World, what: str) -> None:
    patient, _, _ = world.trio()
    part, left = PARTS[what]
    old = signed(world, patient, disclosers=["patient", "team"], ends_when="I move", labels=["hiv"], **DATA)
    receipt = revoked(world, patient, old, **part)
    new = world.client(patient).get(place(patient, {"id": receipt["successor_id"]})).json
    own = ("id", "valid_from", "supersedes_id", "created_at", "version", "asked", *left)
    assert {k: v for k, v in new.items() if k not in (*own, "signature")} == {
        k: v for k, v in old.items() if k not in (*own, "signature")
    }
    assert {key: new[key] for key in left} == left
    assert {**new["signature"], "document_sha256": ""} == {**old["signature"], "document_sha256": ""}
    assert (new["valid_from"], new["supersedes_id"]) == (receipt["revoked_at"], old["id"])
    row = world.session.get_one(Consent, UUID(new["id"]))
    assert sha256_of(world.session, row) == row.document_sha256


def test_a_class_that_was_taken_back_closes_and_the_others_stay_open(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    kept, taken = world.note(patient, therapist), world.note(patient, therapist, kind=ItemClass.COORDINATION_NOTE)
    consent = world.consent(patient, classes=[ItemClass.PROGRESS_NOTE, ItemClass.COORDINATION_NOTE])
    assert notes_seen(world, prescriber, patient) == {str(kept.id), str(taken.id)}
    revoked(world, patient, consent, item_class="coordination_note")
    assert notes_seen(world, prescriber, patient) == {str(kept.id)}


def test_a_discloser_who_was_taken_back_closes_though_the_team_is_disclosed(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.therapist("Theo Lindqvist")
    world.join(patient, other, Role.THERAPIST)
    world.note(patient, therapist)
    kept = world.note(patient, other)
    consent = world.consent(patient)
    receipt = revoked(world, patient, consent, discloser=member(therapist))
    left = world.client(patient).get(place(patient, {"id": receipt["successor_id"]})).json
    assert (left["disclosers"], left["exceptions"]["holders"]) == (["team"], [member(therapist)])
    assert notes_seen(world, prescriber, patient) == {str(kept.id)}


@pytest.mark.parametrize("named", [True, False], ids=["named", "by role only"])
def test_a_recipient_who_was_taken_back_reads_nothing_though_their_role_is_listed(world: World, named: bool) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    recipients = ["role:prescriber", "role:therapist", *([member(prescriber)] if named else [])]
    receipt = revoked(world, patient, world.consent(patient, recipients=recipients), recipient=member(prescriber))
    left = world.client(patient).get(place(patient, {"id": receipt["successor_id"]})).json
    assert (left["recipients"], receipt["also_taken"]) == (["role:therapist"], ["role:prescriber"])
    assert notes_seen(world, prescriber, patient) == set()


LAST: dict[str, dict[str, Any]] = {
    "class": {"item_class": "progress_note"},
    "recipient": {"recipient": "role:prescriber"},
    "discloser": {"discloser": "team"},
}


@pytest.mark.parametrize("what", LAST)
def test_taking_back_the_last_one_takes_back_the_whole(world: World, what: str) -> None:
    patient, _, _ = world.trio()
    consent = world.consent(patient, classes=[ItemClass.PROGRESS_NOTE], recipients=["role:prescriber"])
    receipt = revoked(world, patient, consent, **LAST[what])
    assert receipt["successor_id"] is None
    shown = world.client(patient).get(f"{patient.record}/consents?status=active").json
    assert shown["items"] == []


def test_a_part_of_what_was_narrowed_is_taken_from_what_is_left(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    consent = world.consent(patient)
    first = revoked(world, patient, consent, item_class="medication")
    second = revoked(world, patient, consent, recipient="role:therapist")
    assert second["consent_id"] == first["successor_id"]
    assert revoked(world, patient, consent, item_class="medication") == first
    whole = revoked(world, patient, consent)
    assert whole["consent_id"] == second["successor_id"]
    assert revoked(world, patient, consent) == whole
    assert notes_seen(world, prescriber, patient) == set()


def test_narrowing_what_has_not_begun_does_not_begin_it(world: World) -> None:
    patient, _, prescriber = world.trio()
    start = world.now + DAY
    consent = world.consent(patient, valid_from=start, valid_until=start + DAY)
    receipt = revoked(world, patient, consent, item_class="medication")
    assert opening(world, patient, prescriber, Role.PRESCRIBER, start - timedelta(milliseconds=1)) == []
    assert opening(world, patient, prescriber, Role.PRESCRIBER, start) == [receipt["successor_id"]]


def test_narrowing_what_will_be_superseded_leaves_that_end(world: World) -> None:
    patient, _, prescriber = world.trio()
    old = signed(world, patient)
    renewal = signed(world, patient, supersedes_id=old["id"], valid_from=(world.now + DAY).isoformat())
    receipt = revoked(world, patient, old, item_class="medication")
    now = world.now + timedelta(hours=1)
    assert opening(world, patient, prescriber, Role.PRESCRIBER, now) == [receipt["successor_id"]]
    assert opening(world, patient, prescriber, Role.PRESCRIBER, now + DAY) == [renewal["id"]]


WRONG: dict[str, tuple[dict[str, Any], int]] = {
    "a class that is not covered": ({"item_class": "measure"}, 422),
    "a role that is not listed": ({"recipient": "role:therapist"}, 422),
    "a member who does not receive": ({"recipient": f"member:{uuid4()}"}, 422),
    "a discloser who is not listed": ({"discloser": "patient"}, 422),
    "a member who does not disclose": ({"discloser": f"member:{uuid4()}"}, 422),
    "two parts": ({"item_class": "medication", "discloser": "team"}, 422),
    "as if somebody else recorded it": ({"given": "orally"}, 422),
    "a class that there is not": ({"item_class": "notes"}, 422),
    "a password, which is not asked for": ({"password": "x"}, 422),
}


def test_a_discloser_who_is_an_exception_already_is_not_there(world: World) -> None:
    patient, therapist, _ = world.trio()
    consent = world.consent(patient, except_holders=[member(therapist)])
    body = {"discloser": member(therapist)}
    assert world.client(patient).post(f"{place(patient, consent)}/revocation", body).status_code == 422


@pytest.mark.parametrize("what", WRONG)
def test_what_is_not_there_cannot_be_taken_back(world: World, what: str) -> None:
    patient, _, prescriber = world.trio()
    body, status = WRONG[what]
    consent = world.consent(patient, recipients=["role:prescriber"])
    assert world.client(patient).post(f"{place(patient, consent)}/revocation", body).status_code == status
    assert opening(world, patient, prescriber, Role.PRESCRIBER, world.now) == [str(consent.id)]


def test_revoking_one_consent_does_not_touch_another(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    first, second = world.consent(patient), world.consent(patient)
    revoked(world, patient, first)
    assert notes_seen(world, prescriber, patient) == {str(note.id)}
    revoked(world, patient, second)
    assert notes_seen(world, prescriber, patient) == set()


def test_only_the_patient_reads_the_receipt(world: World) -> None:
    patient, _, prescriber = world.trio()
    consent = world.consent(patient, requested_by=prescriber.user_id)
    revoked(world, patient, consent)
    assert world.client(prescriber).get(place(patient, consent)).json["status"] == "revoked"
    assert world.client(prescriber).get(f"{place(patient, consent)}/revocation").status_code == 404


def test_there_is_no_receipt_where_nothing_was_revoked(world: World) -> None:
    patient, _, prescriber = world.trio()
    consent = world.consent(patient)
    assert world.client(patient).get(f"{place(patient, consent)}/revocation").status_code == 404
    revoked(world, patient, consent)
    assert world.client(prescriber).get(f"{place(patient, consent)}/revocation").status_code == 404


@pytest.mark.parametrize("state", ["requested", "draft", "lapsed", "declined", "expired", "superseded", "ended"])
def test_what_opens_nothing_is_not_revoked_and_the_answer_says_what_to_do(world: World, state: str) -> None:
    patient, therapist, _ = world.trio()
    consent = in_state(world, patient, therapist, state)
    answer = world.client(patient).post(f"{place(patient, consent)}/revocation")
    assert answer.status_code == 409
    assert "opens nothing" in answer.json["detail"]
