"""Why: the patient learns every step at any instant, a clinician what they know, a refused one a single word."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from careteam.models import AccessEvent
from careteam.policy.vocabulary import ItemClass, Label
from tests.world import Person, World


def ask(world: World, who: Person, patient: Person, **query: Any) -> Any:
    return world.client(who).get(f"{patient.record}/decisions", query_string=query)


def one(answer: Any) -> Any:
    assert answer.status_code == 200, answer.json
    (found,) = answer.json["decisions"]
    return found


def codes(decision: Any) -> list[str]:
    return [step["code"] for step in decision["steps"]]


def test_the_patient_sees_the_consent_that_lets_somebody_read_an_item(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note, consent = world.note(patient, therapist), world.consent(patient)
    found = one(ask(world, patient, patient, actor=prescriber.user_id, item=note.id))
    assert (found["decision"], found["code"], found["consent_id"]) == ("permit", "consent", str(consent.id))
    assert codes(found) == ["current_member", "matches", "consent"]
    assert found["deciding"] == 2
    assert [change["act"] for change in found["smallest_change"]] == ["restrict"]
    assert found["sentence"] == "A consent in force covers it and no restriction stops it."


def test_the_patient_sees_what_each_consent_lacks_and_what_would_change_it(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist, labels=frozenset({Label.HIV}))
    world.consent(patient)
    found = one(ask(world, patient, patient, actor=prescriber.user_id, item=note.id))
    assert (found["decision"], found["code"]) == ("deny", "no_consent")
    assert codes(found) == ["current_member", "label_not_listed", "no_consent"]
    (change,) = found["smallest_change"]
    assert (change["act"], change["class"], change["labels"]) == ("sign_consent", "progress_note", ["hiv"])
    assert "Paul Reyes" in change["sentence"]


def test_every_restriction_that_stops_an_item_has_to_be_lifted(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    world.consent(patient)
    by_class = world.restriction(patient, item_class=ItemClass.PROGRESS_NOTE)
    by_item = world.restriction(patient, item_id=note.id, against_user_id=prescriber.user_id)
    found = one(ask(world, patient, patient, actor=prescriber.user_id, item=note.id))
    assert found["code"] == "restricted"
    lifted = {change["about"] for change in found["smallest_change"] if change["act"] == "lift_restriction"}
    assert lifted == {str(by_class.id), str(by_item.id)}


def test_what_is_somebodys_own_cannot_be_taken_from_them(world: World) -> None:
    patient, therapist, _ = world.trio()
    note = world.note(patient, therapist)
    for reader, clause in ((therapist, "author"), (patient, "own_record")):
        found = one(ask(world, patient, patient, actor=reader.user_id, item=note.id))
        assert (found["code"], found["smallest_change"]) == (clause, None)


def test_a_class_is_told_for_each_holder(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    world.consent(patient, disclosers=[f"member:{therapist.user_id}"])
    answer = ask(world, patient, patient, actor=prescriber.user_id, **{"class": "progress_note"}).json
    told = {d["holder"].get("user_id", "patient"): (d["decision"], d["code"]) for d in answer["decisions"]}
    assert told == {
        "patient": ("deny", "no_consent"),
        str(therapist.user_id): ("permit", "consent"),
        str(prescriber.user_id): ("permit", "author"),
    }


def test_a_clinician_learns_why_they_read_and_of_the_rest_one_word(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    shown, hidden = world.note(patient, therapist), world.note(patient, therapist, labels=frozenset({Label.HIV}))
    consent = world.consent(patient)
    found = one(ask(world, prescriber, patient, item=shown.id))
    assert (found["decision"], found["code"], found["consent_id"]) == ("permit", "consent", str(consent.id))
    assert (found["steps"], found["smallest_change"]) == (None, None)
    refused, absent = (ask(world, prescriber, patient, item=i) for i in (hidden.id, uuid4()))
    assert one(refused) == {**one(absent), "item_id": str(hidden.id)}
    assert one(refused)["code"] == "not_available"


def test_a_class_tells_a_clinician_what_the_shared_record_says_anyway(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    world.consent(patient, disclosers=[f"member:{therapist.user_id}"])
    world.restriction(patient, item_id=note.id)
    answer = ask(world, prescriber, patient, **{"class": "progress_note"}).json
    told = {d["holder"].get("user_id", "patient"): d["code"] for d in answer["decisions"]}
    own = {str(prescriber.user_id): "not_shared"}
    assert told == {"patient": "not_shared", str(therapist.user_id): "shared", **own}


@pytest.mark.parametrize("query", [{"actor": "another"}, {"as_of": "2026-01-01T00:00:00Z"}])
def test_a_clinician_asks_only_about_themselves_and_now(world: World, query: dict[str, str]) -> None:
    patient, therapist, prescriber = world.trio()
    named = {"actor": therapist.user_id} if "actor" in query else query
    answer = ask(world, prescriber, patient, **{"class": "progress_note", **named})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "query", [{}, {"class": "progress_note", "item": str(uuid4())}, {"class": "novel"}, {"as_of": "yesterday"}]
)
def test_a_question_names_one_class_or_one_item(world: World, query: dict[str, str]) -> None:
    patient, *_ = world.trio()
    assert ask(world, patient, patient, **query).status_code == 422


def test_the_future_is_not_told(world: World) -> None:
    patient, *_ = world.trio()
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    answer = ask(world, patient, patient, **{"class": "progress_note", "as_of": later})
    assert answer.status_code == 422
    assert "as_of" in answer.json["errors"]


def test_nobody_is_found_who_is_not_known_to_the_record(world: World) -> None:
    patient, *_ = world.trio()
    stranger, nobody = world.therapist("Stella Stranger"), uuid4()
    known, unknown = (
        ask(world, patient, patient, actor=i, **{"class": "progress_note"}) for i in (stranger.user_id, nobody)
    )
    assert known.status_code == unknown.status_code == 404


def test_strangers_find_no_record_and_a_hidden_item_is_absent_to_the_patient_too(world: World) -> None:
    patient, therapist, _ = world.trio()
    special = world.note(patient, therapist, kind=ItemClass.PSYCHOTHERAPY_NOTE)
    assert ask(world, world.patient("Noor Aziz"), patient, item=special.id).status_code == 404
    hidden, absent = (ask(world, patient, patient, item=i) for i in (special.id, uuid4()))
    assert hidden.status_code == absent.status_code == 404


def test_the_past_is_told_as_it_was(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    before, between = world.now - timedelta(days=3), world.now - timedelta(days=1)
    note = world.note(patient, therapist, created_at=before - timedelta(days=1), signed_at=before - timedelta(days=1))
    consent = world.consent(patient, signed_at=before, valid_from=before)
    world.client(patient).post(f"{patient.record}/consents/{consent.id}/revocation")
    about = {"actor": prescriber.user_id, "item": note.id}
    now = one(ask(world, patient, patient, **about))
    then = one(ask(world, patient, patient, **about, as_of=between.isoformat()))
    earlier = one(ask(world, patient, patient, **about, as_of=(before - timedelta(hours=1)).isoformat()))
    assert (now["code"], then["code"], earlier["code"]) == ("no_consent", "consent", "no_consent")
    assert then["consent_id"] == str(consent.id)


def test_what_did_not_exist_then_is_absent(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    long_ago = (world.now - timedelta(days=2)).isoformat()
    assert ask(world, patient, patient, actor=prescriber.user_id, item=note.id, as_of=long_ago).status_code == 404


def test_asking_is_logged(world: World) -> None:
    patient, *_ = world.trio()
    ask(world, patient, patient, **{"class": "measure"})
    (event,) = world.session.query(AccessEvent).all()
    assert (event.act, event.outcome, event.items) == ("read-decisions", "disclosed", 0)
