"""`Idempotency-Key`: one effect for each key, and a repeated request is a read that begins now."""

import hashlib
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from careteam.api.idempotency import WITH_PROOF
from careteam.app import create_app
from careteam.models import AccessEvent, ApiToken, KeyUse, Note, Practice, Restriction
from careteam.services.idempotency import AT_ONCE
from tests.conftest import settings_for
from tests.identity.browser import signed_in
from tests.world import PASSWORD, Client, World

NOTE = {"kind": "progress_note", "title": "First session", "body": "Worries at night.", "date": "2026-03-02"}
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
REPLAYED = "Idempotency-Replayed"


def count(world: World, model: Any) -> int:
    world.session.rollback()
    return world.session.execute(select(func.count()).select_from(model)).scalar() or 0


def test_the_same_request_again_has_no_second_effect_and_gets_the_same_outcome(world: World) -> None:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    first = writing.post(f"{patient.record}/notes", NOTE, headers=KEY)
    again = writing.post(f"{patient.record}/notes", NOTE, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.json, first.headers["ETag"]) == (again.json, again.headers["ETag"])
    place = f"{patient.record}/notes/{first.json['id']}"
    assert first.headers["Location"] == again.headers["Location"] == place
    assert (first.headers.get(REPLAYED), again.headers.get(REPLAYED)) == (None, "true")
    assert count(world, Note) == 1


def test_a_repeated_request_shows_the_thing_as_it_is_now_and_is_logged_as_a_read(world: World) -> None:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    made = writing.post(f"{patient.record}/notes", NOTE, headers=KEY)
    writing.patch(made.headers["Location"], {"title": "Second thoughts"}, version=1)
    again = writing.post(f"{patient.record}/notes", NOTE, headers=KEY)
    assert (again.json["title"], again.headers["ETag"]) == ("Second thoughts", '"2"')
    world.session.rollback()
    acts = [row.act for row in world.session.scalars(select(AccessEvent).order_by(AccessEvent.id))]
    assert acts == ["draft-note", "edit-note", "read-note"]


def test_a_repeated_request_passes_the_gate_that_stands_now(world: World) -> None:
    patient, therapist, _ = world.trio()
    asked = {"disclosers": ["team"], "recipients": ["role:therapist"], "classes": ["progress_note"]}
    asking = world.client(therapist)
    made = asking.post(f"{patient.record}/consents", asked, headers=KEY)
    assert made.status_code == 201
    world.client(patient).post(f"{patient.record}/consents/{made.json['id']}/decline")
    memberships: Any = world.client(patient).get("memberships").json["items"]
    for membership in memberships:
        world.client(patient).post(f"memberships/{membership['id']}/end")
    again = asking.post(f"{patient.record}/consents", asked, headers=KEY)
    absent = asking.get(f"{patient.record}/consents/{uuid4()}")
    assert (again.status_code, again.data) == (absent.status_code, absent.data) == (404, again.data)
    assert again.headers[REPLAYED] == "true"


@pytest.mark.parametrize(
    ("path", "body"),
    [("notes", {**NOTE, "title": "Other"}), ("restrictions", {"against": "anyone", "item_class": "medication"})],
)
def test_a_key_stands_for_one_request_only(world: World, path: str, body: dict[str, Any]) -> None:
    person = world.therapist()
    patient = world.patient()
    from careteam.policy.vocabulary import Role

    world.join(patient, person, Role.THERAPIST)
    writing = world.client(person)
    writing.post(f"{patient.record}/notes", NOTE, headers=KEY)
    other = writing.post(f"{patient.record}/{path}", body, headers=KEY)
    if path == "notes":
        assert (other.status_code, other.json["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    else:
        assert other.status_code == 404, "a no is never held up by its key: it gets the answer that it would get"
    assert count(world, Note) == 1


def test_a_key_of_another_person_is_another_key(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    mine = world.client(therapist).post(f"{patient.record}/notes", NOTE, headers=KEY)
    theirs = world.client(prescriber).post(f"{patient.record}/notes", NOTE, headers=KEY)
    assert theirs.status_code == 201
    assert REPLAYED not in theirs.headers
    assert mine.json["id"] != theirs.json["id"]


def test_a_refusal_is_not_kept(world: World) -> None:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    assert writing.post(f"{patient.record}/notes", {**NOTE, "title": ""}, headers=KEY).status_code == 422
    assert writing.post(f"{patient.record}/notes", NOTE, headers=KEY).status_code == 201
    assert count(world, KeyUse) == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 256, "schl\xfcssel", "\x07"])
def test_a_malformed_key_is_refused_with_what_to_send(world: World, key: str) -> None:
    patient, therapist, _ = world.trio()
    answer = world.client(therapist).post(f"{patient.record}/notes", NOTE, headers={"Idempotency-Key": key})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["Idempotency-Key"])
    assert "visible ASCII" in answer.text
    assert count(world, Note) == 0


def test_a_key_in_quotes_is_the_same_key(world: World) -> None:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    for key in ("abc", '"abc"'):
        assert writing.post(f"{patient.record}/notes", NOTE, headers={"Idempotency-Key": key}).status_code == 201
    assert count(world, Note) == 1


def test_five_at_the_same_moment_have_exactly_one_effect(world: World) -> None:
    patient, therapist, _ = world.trio()
    clients, answers = [world.client(therapist) for _ in range(5)], list[Any]()
    ready = threading.Barrier(5)

    def send(client: Client) -> None:
        ready.wait(10)
        answers.append(client.post(f"{patient.record}/notes", NOTE, headers=KEY))

    world.session.rollback()
    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [a.status_code for a in answers] == [201] * 5
    assert len({a.json["id"] for a in answers}) == 1
    assert sum(REPLAYED in a.headers for a in answers) == 4
    assert count(world, Note) == 1


def test_a_key_stands_for_24_hours(world: World) -> None:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    moments = [timedelta(), timedelta(hours=24) - timedelta(seconds=1), timedelta(hours=24, seconds=1)]
    effects = []
    for moment in moments:
        with time_machine.travel(world.now + moment, tick=False):
            assert writing.post(f"{patient.record}/notes", NOTE, headers=KEY).status_code == 201
        effects.append(count(world, Note))
    assert effects == [1, 1, 2]


def test_keys_that_are_over_are_removed_a_few_at_a_time(world: World) -> None:
    patient, therapist, _ = world.trio()
    old = world.now - timedelta(hours=25)
    world.session.add_all(
        KeyUse(user_id=patient.user_id, key_hash=f"{n}", route="x", fingerprint="x", used_at=old)
        for n in range(AT_ONCE + 5)
    )
    world.session.commit()
    world.client(therapist).post(f"{patient.record}/notes", NOTE, headers=KEY)
    assert count(world, KeyUse) == 5 + 1


def test_a_new_server_knows_the_key(world: World, database_url: str, tmp_path: Path) -> None:
    patient, therapist, _ = world.trio()
    first = world.client(therapist).post(f"{patient.record}/notes", NOTE, headers=KEY)
    restarted: Flask = create_app(settings_for(database_url, tmp_path))
    again = Client(restarted, therapist.token).post(f"{patient.record}/notes", NOTE, headers=KEY)
    assert (again.status_code, again.headers[REPLAYED], again.json["id"]) == (201, "true", first.json["id"])
    from careteam.extensions import db

    with restarted.app_context():
        db.engine.dispose()


def test_nothing_kept_of_a_request_tells_what_was_in_it(world: World) -> None:
    patient, therapist, _ = world.trio()
    body = json.dumps(NOTE).encode()
    place = f"{patient.record}/notes"
    options: dict[str, Any] = {"data": body, "content_type": "application/json", "headers": KEY}
    made = world.client(therapist)("POST", place, **options)
    assert made.status_code == 201
    world.session.rollback()
    use = world.session.scalars(select(KeyUse)).one()
    plain = {hashlib.sha256(x).hexdigest() for x in (body, f"{place}?\n".encode() + body)}
    plain |= {hashlib.sha256(KEY["Idempotency-Key"].encode()).hexdigest()}
    assert not plain & {use.key_hash, use.fingerprint}
    assert (use.status, use.location, use.shows_answer) == (201, made.headers["Location"], True)


def test_a_change_to_one_version_can_be_sent_again(world: World) -> None:
    patient, therapist, _ = world.trio()
    writing = world.client(therapist)
    place = writing.post(f"{patient.record}/notes", NOTE).headers["Location"]
    answers = [writing.post(f"{place}/signature", version=1, headers=KEY) for _ in range(2)]
    assert [(a.status_code, a.json["status"], a.headers["ETag"]) for a in answers] == [(200, "signed", '"2"')] * 2


def test_an_answer_that_showed_a_secret_is_not_shown_again(world: World) -> None:
    patient, _, _ = world.trio()
    inviting = world.client(patient)
    body = {"kind": "clinician", "email": "new@example.org", "role": "prescriber"}
    made = inviting.post("invitations", body, headers=KEY)
    again = inviting.post("invitations", body, headers=KEY)
    token = made.json["link"].rpartition("/")[2]
    assert (made.status_code, again.status_code) == (201, 409)
    assert again.json["type"].endswith("/already-done")
    place = f"/api/v1/invitations/{made.json['id']}"
    assert again.headers["Location"] == made.headers["Location"] == place
    assert f"Look at {place}." in again.json["detail"]
    assert "link" not in inviting.get(place).json
    assert token not in again.text
    usable = world.client(None).post("invitations/preview", {"token": token})
    assert usable.status_code == 200, "the first link is still good"


def test_no_key_is_taken_with_a_password(world: World) -> None:
    browser = signed_in(world, world.patient())
    body = {"name": "n", "access": "read", "expires_in_days": 5, "current_password": PASSWORD}
    answers = [browser("POST", "tokens", body, headers=headers) for headers in (KEY, {"Idempotency-Key": ""}, {})]
    assert [a.status_code for a in answers] == [422, 422, 201]
    assert answers[0].json["errors"] == {"Idempotency-Key": [WITH_PROOF]}
    assert count(world, ApiToken) == 2, "the one of the test, and the one made"
    assert count(world, KeyUse) == 0


def test_a_no_is_never_held_up_by_its_key(world: World) -> None:
    patient, _, _ = world.trio()
    saying_no = world.client(patient)
    consent = world.consent(patient)
    no = {"against": "anyone", "item_class": "medication"}
    saying_no.post(f"{patient.record}/consents", {"disclosers": [], "recipients": [], "classes": []}, headers=KEY)
    keys: list[Mapping[str, str]] = [KEY, {"Idempotency-Key": "not a key"}]
    for key in keys:
        assert saying_no.post(f"{patient.record}/restrictions", no, headers=key).status_code == 201
    assert saying_no.post(f"{patient.record}/consents/{consent.id}/revocation", {}, headers=KEY).status_code == 200
    assert count(world, Restriction) == 2


def test_a_restriction_and_a_revocation_can_be_sent_again(world: World) -> None:
    patient, _, _ = world.trio()
    saying_no, consent = world.client(patient), world.consent(patient)
    no = {"against": "anyone", "item_class": "medication"}
    made = [saying_no.post(f"{patient.record}/restrictions", no, headers=KEY) for _ in range(2)]
    assert [a.status_code for a in made] == [201, 201]
    assert count(world, Restriction) == 1
    key = {"Idempotency-Key": "another"}
    receipts = [saying_no.post(f"{patient.record}/consents/{consent.id}/revocation", {}, headers=key) for _ in "ab"]
    assert receipts[0].json == receipts[1].json
    assert receipts[1].headers[REPLAYED] == "true"


def test_nobody_signed_in_has_no_keys(world: World) -> None:
    patient = world.patient()
    body = {"email": patient.email, "password": PASSWORD}
    answers = [world.client(None).post("session", body, headers=KEY) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert [REPLAYED in a.headers for a in answers] == [False, False]
    assert count(world, KeyUse) == 0


def test_a_token_for_reading_neither_writes_nor_asks_again(world: World) -> None:
    patient, therapist, _ = world.trio()
    world.client(therapist).post(f"{patient.record}/notes", NOTE, headers=KEY)
    world.session.execute(ApiToken.__table__.update().values(writes=False))  # type: ignore[attr-defined]
    world.session.commit()
    assert world.client(therapist).post(f"{patient.record}/notes", NOTE, headers=KEY).status_code == 403


def test_a_body_that_is_too_large_is_refused_with_and_without_a_key(world: World) -> None:
    patient, therapist, _ = world.trio()
    options: dict[str, Any] = {"data": b"x" * 1_100_000, "content_type": "application/json"}
    for headers in ({}, KEY):
        answer = world.client(therapist)("POST", f"{patient.record}/notes", headers=headers, **options)
        assert answer.status_code == 413
    assert count(world, KeyUse) == 0


def test_a_practice_is_made_once(world: World) -> None:
    maker = world.user("Ada Admin", makes_practices=True)
    browser = signed_in(world, maker)
    answers = [browser("POST", "practices", {"name": "Elm Street"}, headers=KEY) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert count(world, Practice) == 1
    assert datetime.now(UTC) > world.now
