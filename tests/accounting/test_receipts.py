"""The receipt of a revocation: signed, printable, the same every time; it says what was seen and who was told."""

import base64
from typing import Any

import pytest

from careteam.policy.vocabulary import ItemClass
from careteam.services.consents.receipt_signing import verifies
from tests.world import Person, World


def revoked(world: World) -> tuple[Person, Person, Person, Any, str]:
    patient, therapist, prescriber = world.trio()
    world.note(patient, therapist)
    world.note(patient, therapist, kind=ItemClass.COORDINATION_NOTE)
    consent = world.consent(patient, classes=[ItemClass.PROGRESS_NOTE, ItemClass.COORDINATION_NOTE])
    for _ in range(2):
        world.client(prescriber).get(f"{patient.record}/notes")
    place = f"{patient.record}/consents/{consent.id}/revocation"
    receipt = world.client(patient).post(place)
    assert receipt.status_code == 200, receipt.json
    return patient, therapist, prescriber, receipt.json, place


def test_it_says_what_was_seen_by_whom_and_when(world: World) -> None:
    _, _, prescriber, receipt, _ = revoked(world)
    (seen,) = receipt["seen"]
    assert (seen["user_id"], seen["items"]) == (str(prescriber.user_id), 2)
    assert seen["classes"] == [{"class": "coordination_note", "items": 1}, {"class": "progress_note", "items": 1}]
    assert seen["first_at"] < seen["last_at"] < receipt["revoked_at"]
    assert "cannot be recalled" in receipt["not_recalled"]


def test_it_says_who_was_told(world: World) -> None:
    _, therapist, prescriber, receipt, _ = revoked(world)
    assert set(receipt["told"]) == {str(therapist.user_id), str(prescriber.user_id)}


def test_it_is_the_same_whenever_it_is_asked_for(world: World) -> None:
    patient, _, prescriber, receipt, place = revoked(world)
    world.client(prescriber).get("me/notices")
    assert world.client(patient).post(place).json == receipt
    assert world.client(patient).get(place).json == receipt


def test_its_signature_verifies_and_no_change_goes_unnoticed(world: World) -> None:
    patient, _, _, receipt, _ = revoked(world)
    (key, *_) = world.client(patient).get("receipt-keys").json["items"]
    assert key["public_key"] == receipt["signature"]["public_key"]
    assert verifies(receipt, key["public_key"])
    for name in receipt.keys() - {"signature"}:
        assert not verifies({**receipt, name: "something else"}, key["public_key"]), name
    other = base64.b64encode(bytes(range(32))).decode()
    assert not verifies(receipt, other) or other == key["public_key"]


def test_the_page_says_the_same_in_words(world: World) -> None:
    patient, _, _, receipt, place = revoked(world)
    page = world.client(patient).get(f"{place}.html")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    for words in ("Paul Reyes", "Tess Okafor", "progress note", receipt["id"], receipt["signature"]["value"]):
        assert words.replace("+", "&#43;") in page.text or words in page.text, words


@pytest.mark.parametrize("kind", ["", ".html"])
def test_it_is_the_patients_alone(world: World, kind: str) -> None:
    _, _, prescriber, _, place = revoked(world)
    stranger = world.patient("Noor Aziz")
    for other in (prescriber, stranger):
        assert world.client(other).get(place + kind).status_code == 404
