"""Signing: by whom, of what, and what begins and ends at which instant."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from careteam.models import Consent, TermsText
from careteam.policy.vocabulary import Role
from careteam.services.consents import terms
from careteam.services.consents.documents import sha256_of
from tests.consent.acts import (
    DOCUMENT,
    begun,
    consents,
    in_state,
    notes_seen,
    opening,
    place,
    revoked,
    signature,
    signed,
)
from tests.world import World

MILLI = timedelta(milliseconds=1)
DAY = timedelta(days=1)
WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "another name": ({"typed_name": "Maya Elison"}, 422, "typed_name"),
    "a part of the name": ({"typed_name": "Maya"}, 422, "typed_name"),
    "no name": ({"typed_name": "  "}, 422, "typed_name"),
    "another password": ({"password": "four unrelated words there"}, 403, "password"),
    "an empty password": ({"password": ""}, 422, "password"),
    "terms that there are not": ({"terms_sha256": "0" * 64}, 422, "terms_sha256"),
    "something that is no hash": ({"terms_sha256": "yes"}, 422, "terms_sha256"),
    "a date of one's own": ({"signed_at": "2020-01-01T00:00:00Z"}, 422, "signed_at"),
}


def test_nothing_opens_before_the_signature_and_the_next_read_after_it_does(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    draft = begun(world, patient, patient)
    assert notes_seen(world, prescriber, patient) == set()
    consent = signed(world, patient, draft)
    assert consent["status"] == "active"
    assert notes_seen(world, prescriber, patient) == {str(note.id)}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_signature_signs_nothing(world: World, what: str) -> None:
    patient, _, _ = world.trio()
    changes, status, says = WRONG[what]
    draft = begun(world, patient, patient)
    body = signature(patient.name, **changes)
    answer = world.client(patient).post(f"{place(patient, draft)}/signature", body, version=1)
    assert answer.status_code == status, answer.json
    assert says in answer.get_data(as_text=True)
    assert world.client(patient).get(place(patient, draft)).json == draft


@pytest.mark.parametrize("typed", ["Maya Ellison", "maya ellison", " MAYA\tELLISON ", "MayaEllison", "Ｍaya Ellison"])
def test_case_and_space_do_not_matter_in_a_typed_name(world: World, typed: str) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient)
    body = signature(typed)
    answer = world.client(patient).post(f"{place(patient, draft)}/signature", body, version=1)
    assert answer.json["signature"]["typed_name"] == " ".join(typed.split())


def test_only_the_version_that_was_read_is_signed(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient)
    acting, here = world.client(patient), place(patient, draft)
    acting.patch(here, {"classes": ["medication"]}, version=1)
    assert acting.post(f"{here}/signature", signature(patient.name)).status_code == 428
    assert acting.post(f"{here}/signature", signature(patient.name), version=1).status_code == 412
    assert acting.get(here).json["status"] == "draft"


def test_only_the_patient_signs(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    request = begun(world, therapist, patient)
    here = f"{place(patient, request)}/signature"
    for person, status in ((therapist, 403), (prescriber, 404), (world.patient("Omar Vale"), 404)):
        assert world.client(person).post(here, signature(person.name), version=1).status_code == status


def test_the_signature_is_kept_with_hashes_that_can_be_checked(world: World) -> None:
    patient, _, _ = world.trio()
    consent = signed(world, patient, ends_when="I move", labels=["hiv"], data_from="2026-01-01")
    kept = consent["signature"]
    assert kept["grantor_id"] == str(patient.user_id)
    assert kept["address"] == "127.0.0.1"
    text = world.session.get_one(TermsText, kept["terms_sha256"]).body
    assert hashlib.sha256(text.encode()).hexdigest() == kept["terms_sha256"]
    row = world.session.get_one(Consent, UUID(consent["id"]))
    assert sha256_of(world.session, row) == kept["document_sha256"] == row.document_sha256


@pytest.mark.parametrize(
    "column", ["classes", "valid_until", "signature_name", "signed_at", "except_holders", "data_from"]
)
def test_the_hash_of_a_document_covers_what_was_signed(world: World, column: str) -> None:
    patient, _, _ = world.trio()
    row = world.session.get_one(Consent, UUID(signed(world, patient)["id"]))
    values: dict[str, Any] = {
        "classes": ["medication"],
        "valid_until": row.valid_until + MILLI,
        "signature_name": "M. Ellison",
        "signed_at": world.now,
        "except_holders": ["patient"],
        "data_from": world.now.date(),
    }
    setattr(row, column, values[column])
    assert sha256_of(world.session, row) != row.document_sha256


def test_a_consent_begins_at_its_signature_where_its_start_has_passed(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient)
    with time_machine.travel(world.now + 3 * DAY, tick=False):
        consent = signed(world, patient, draft)
    assert datetime.fromisoformat(consent["valid_from"]) == world.now + 3 * DAY
    assert consent["valid_until"] == draft["valid_until"]


def test_a_start_in_the_future_is_kept_and_opens_then(world: World) -> None:
    patient, _, prescriber = world.trio()
    start = world.now + DAY
    consent = signed(world, patient, valid_from=start.isoformat())
    assert datetime.fromisoformat(consent["valid_from"]) == start
    assert consent["status"] == "active"
    assert opening(world, patient, prescriber, Role.PRESCRIBER, start - MILLI) == []
    assert opening(world, patient, prescriber, Role.PRESCRIBER, start) == [consent["id"]]


def test_a_draft_whose_period_is_over_is_not_signed(world: World) -> None:
    patient, _, _ = world.trio()
    draft = begun(world, patient, patient, valid_until=(world.now + DAY).isoformat())
    with time_machine.travel(world.now + DAY, tick=False):
        answer = world.client(patient).post(f"{place(patient, draft)}/signature", signature(patient.name), version=1)
    assert answer.status_code == 422
    assert "valid_until" in answer.json["errors"]


def test_a_consent_holds_from_its_start_until_just_before_its_end(world: World) -> None:
    patient, _, prescriber = world.trio()
    start, end = world.now + DAY, world.now + 2 * DAY
    consent = signed(world, patient, valid_from=start.isoformat(), valid_until=end.isoformat())
    edges = {start - MILLI: 0, start: 1, start + MILLI: 1, end - MILLI: 1, end: 0, end + MILLI: 0}
    for at, open_then in edges.items():
        assert opening(world, patient, prescriber, Role.PRESCRIBER, at) == [consent["id"]] * open_then, at


def test_a_request_can_be_signed_until_it_lapses(world: World) -> None:
    patient, therapist, _ = world.trio()
    request = begun(world, therapist, patient)
    lapses = datetime.fromisoformat(request["asked"]["lapses_at"])
    assert timedelta(days=30) - timedelta(minutes=1) < lapses - world.now < timedelta(days=30, minutes=1)
    acting, here = world.client(patient), place(patient, request)
    with time_machine.travel(lapses, tick=False):
        assert acting.get(here).json["status"] == "lapsed"
        assert acting.post(f"{here}/signature", signature(patient.name), version=1).status_code == 409
    with time_machine.travel(lapses - MILLI, tick=False):
        assert acting.post(f"{here}/signature", signature(patient.name), version=1).status_code == 200


@pytest.mark.parametrize("later", [timedelta(), 5 * DAY], ids=["at once", "at its end"])
def test_an_early_renewal_leaves_no_gap_and_no_overlap(world: World, later: timedelta) -> None:
    patient, _, prescriber = world.trio()
    old = signed(world, patient, valid_until=(world.now + 5 * DAY).isoformat())
    start = (world.now + later).isoformat()
    new = signed(world, patient, supersedes_id=old["id"], valid_from=start)
    change = datetime.fromisoformat(new["valid_from"])
    before = opening(world, patient, prescriber, Role.PRESCRIBER, change - MILLI)
    after = opening(world, patient, prescriber, Role.PRESCRIBER, change)
    assert (before, after) == ([old["id"]], [new["id"]])
    shown: Any = world.client(patient).get(place(patient, old)).json
    assert (shown["superseded_by"], shown["superseded_at"]) == (new["id"], new["valid_from"])
    assert shown["status"] == ("active" if later else "superseded")


def test_a_consent_that_supersedes_nothing_leaves_the_others_alone(world: World) -> None:
    patient, _, prescriber = world.trio()
    old, new = signed(world, patient), signed(world, patient)
    now = datetime.fromisoformat(new["valid_from"])
    assert opening(world, patient, prescriber, Role.PRESCRIBER, now) == [old["id"], new["id"]]


@pytest.mark.parametrize(
    ("state", "status"),
    [("draft", 409), ("requested", 409), ("expired", 409), ("ended", 409), ("superseded", 409), ("revoked", 409)],
)
def test_only_what_is_in_force_can_be_superseded(world: World, state: str, status: int) -> None:
    patient, therapist, _ = world.trio()
    old = in_state(world, patient, therapist, state)
    answer = world.client(patient).post(consents(patient), {**DOCUMENT, "supersedes_id": str(old.id)})
    assert answer.status_code == status


def test_somebody_elses_consent_cannot_be_superseded(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    other = world.consent(world.patient("Omar Vale"))
    hidden = world.consent(patient, recipients=[f"member:{prescriber.user_id}"])
    for who, consent in ((patient, other), (therapist, hidden)):
        body = {**DOCUMENT, "supersedes_id": str(consent.id)}
        assert world.client(who).post(consents(patient), body).status_code == 422


@pytest.mark.parametrize("later", [timedelta(), 5 * DAY], ids=["at once", "later"])
def test_there_is_only_one_successor(world: World, later: timedelta) -> None:
    patient, _, _ = world.trio()
    old, start = signed(world, patient), (world.now + later).isoformat()
    first, second = (begun(world, patient, patient, supersedes_id=old["id"], valid_from=start) for _ in range(2))
    signed(world, patient, first)
    here = f"{place(patient, second)}/signature"
    answer = world.client(patient).post(here, signature(patient.name), version=1)
    assert answer.status_code == 409
    freed = world.client(patient).patch(place(patient, second), {"supersedes_id": None}, version=1)
    assert world.client(patient).post(here, signature(patient.name), version=freed.json["version"]).status_code == 200


def test_what_was_revoked_before_the_signature_is_not_superseded(world: World) -> None:
    patient, _, _ = world.trio()
    old = signed(world, patient)
    draft = begun(world, patient, patient, supersedes_id=old["id"])
    revoked(world, patient, old)
    answer = world.client(patient).post(f"{place(patient, draft)}/signature", signature(patient.name), version=1)
    assert answer.status_code == 409


def test_revoking_a_renewal_does_not_bring_the_old_consent_back(world: World) -> None:
    patient, _, prescriber = world.trio()
    old = signed(world, patient)
    new = signed(world, patient, supersedes_id=old["id"])
    revoked(world, patient, new)
    assert opening(world, patient, prescriber, Role.PRESCRIBER, world.now + DAY) == []


def test_the_event_that_was_named_ends_it_at_once_whatever_the_clock_says(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist)
    consent = signed(world, patient, ends_when="when I have moved away")
    assert notes_seen(world, prescriber, patient) == {str(note.id)}
    assert world.client(prescriber).post(f"{place(patient, consent)}/ended").json["status"] == "expired"
    assert notes_seen(world, prescriber, patient) == set()
    assert opening(world, patient, prescriber, Role.PRESCRIBER, world.now - DAY) == []
    shown: Any = world.client(patient).get(place(patient, consent)).json
    assert (shown["status"], shown["closed_by"]) == ("expired", str(prescriber.user_id))


def test_a_consent_without_an_event_is_not_ended_but_revoked(world: World) -> None:
    patient, _, _ = world.trio()
    answer = world.client(patient).post(f"{place(patient, signed(world, patient))}/ended")
    assert answer.status_code == 409
    assert "revoke" in answer.json["detail"]


def test_everybody_signed_in_can_read_the_terms(world: World) -> None:
    patient, _, prescriber = world.trio()
    shown: Any = world.client(patient).get("terms/current").json
    assert hashlib.sha256(shown["text"].encode()).hexdigest() == shown["sha256"]
    assert shown["sha256"] == terms.current().sha256
    assert world.client(prescriber).get(f"terms/{shown['sha256']}").json == shown
    for nothing in ("0" * 64, "x", "%00", shown["sha256"].upper()):
        assert world.client(prescriber).get(f"terms/{nothing}").status_code == 404
    assert world.client(None).get("terms/current").status_code == 401


def test_terms_that_were_signed_before_can_still_be_read(world: World) -> None:
    patient, _, _ = world.trio()
    text = "An older text."
    old = TermsText(sha256=hashlib.sha256(text.encode()).hexdigest(), name="older", body=text, created_at=world.now)
    world.add(old)
    found: Any = world.client(patient).get(f"terms/{old.sha256}").json
    assert found == {"name": "older", "sha256": old.sha256, "text": text}


def test_what_was_asked_is_kept_when_the_patient_narrows_it(world: World) -> None:
    patient, _, prescriber = world.trio()
    request = begun(world, prescriber, patient, message="For our visit on Monday.")
    change = {"classes": ["medication"], "recipients": [f"member:{prescriber.user_id}"]}
    narrowed = world.client(patient).patch(place(patient, request), change, version=1).json
    consent = signed(world, patient, narrowed)
    assert (consent["status"], consent["classes"]) == ("active", ["medication"])
    assert consent["asked"]["classes"] == ["medication", "progress_note"]
    assert consent["asked"]["message"] == "For our visit on Monday."
