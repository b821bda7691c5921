"""The main job over real HTTP: two gunicorn workers on PostgreSQL, every request on its own connection."""

from typing import Any

import pytest

from tests.http.server import Server
from tests.world import PASSWORD, Person, World

CONSENT = {"disclosers": ["team"], "recipients": ["role:prescriber"], "classes": ["progress_note", "medication"]}
EITHER_WORKER = 24
"""Reads sent so that both workers answer some; the test checks that both did."""

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def sign(server: Server, patient: Person) -> str:
    """Draft and sign a consent as its patient does; return its address."""
    terms = server.call("GET", "/api/v1/terms/current", patient.token).json()["sha256"]
    drafted = server.call("POST", f"{patient.record}/consents", patient.token, json=CONSENT)
    assert drafted.status_code == 201, drafted.text
    place = f"{patient.record}/consents/{drafted.json()['id']}"
    signature = {"typed_name": patient.name, "password": PASSWORD, "terms_sha256": terms}
    version = {"If-Match": drafted.headers["ETag"]}
    signed = server.call("POST", f"{place}/signature", patient.token, json=signature, headers=version)
    assert signed.status_code == 200, signed.text
    return place


def notes_read(server: Server, patient: Person, reader: Person) -> list[str]:
    answer = server.call("GET", f"{patient.record}/shared-record", reader.token)
    assert answer.status_code == 200, answer.text
    return [note["body"] for note in answer.json()["notes"]["items"]]


def log(server: Server, patient: Person) -> list[dict[str, Any]]:
    answer = server.call("GET", f"{patient.record}/access-log?limit=100", patient.token).json()
    found: list[dict[str, Any]] = answer["items"]
    return found


def test_refused_signed_read_revoked_refused_and_the_log_tells_the_same_story(world: World, server: Server) -> None:
    patient, therapist, prescriber = world.trio()
    note = world.note(patient, therapist, body="Sleeps badly since March.")
    one = f"{patient.record}/notes/{note.id}"
    assert notes_read(server, patient, prescriber) == []
    assert server.call("GET", one, prescriber.token).status_code == 404
    consent = sign(server, patient)
    assert notes_read(server, patient, prescriber) == ["Sleeps badly since March."]
    assert server.call("GET", one, prescriber.token).status_code == 200
    assert server.call("POST", f"{consent}/revocation", patient.token, json={}).status_code == 200
    after = [notes_read(server, patient, prescriber) for _ in range(EITHER_WORKER)]
    refused = [server.call("GET", one, prescriber.token).status_code for _ in range(EITHER_WORKER)]
    assert (after, refused) == ([[]] * EITHER_WORKER, [404] * EITHER_WORKER)
    assert len(server.workers()) == 2
    told = [e["sentence"] for e in reversed(log(server, patient)) if e["actor"]["user_id"] == str(prescriber.user_id)]
    assert told[:4] == [
        "Paul Reyes opened your shared record.",
        "Paul Reyes asked for notes and was refused.",
        "Paul Reyes opened your shared record: 1 progress note of Tess Okafor.",
        "Paul Reyes read a note: 1 progress note of Tess Okafor.",
    ]
    assert told[4:].count("Paul Reyes opened your shared record.") == EITHER_WORKER
    assert told[4:].count("Paul Reyes asked for notes and was refused.") == EITHER_WORKER


def test_revoked_then_read_then_new_note_is_never_served_by_either_worker(
    world: World, server: Server, revocations: int
) -> None:
    patient, therapist, prescriber = world.trio()
    served = 0
    for n in range(revocations):
        consent = sign(server, patient)
        world.note(patient, therapist, body=f"before {n}")
        assert f"before {n}" in notes_read(server, patient, prescriber)
        server.call("POST", f"{consent}/revocation", patient.token, json={}).raise_for_status()
        served += len(notes_read(server, patient, prescriber))
        world.note(patient, therapist, body=f"after {n}")
        served += len(notes_read(server, patient, prescriber))
    print(f"\n{revocations} revocations, {2 * revocations} reads after them, {served} served")
    assert served == 0
