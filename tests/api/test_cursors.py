"""Cursors are sealed: nothing in them can be read, and only the list that gave one takes it back."""

import base64
from random import Random
from typing import Any

import pytest

from careteam.policy.vocabulary import Role
from careteam.sealing import Keyring, Unsealable
from careteam.services.names import LONGEST_KEY
from tests.world import Person, World

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def caseload(world: World, clinician: Person, *names: str) -> None:
    for name in names:
        world.join(world.patient(name, name_key=name.casefold()), clinician, Role.THERAPIST)


def first(world: World, who: Person, address: str = "patients") -> Any:
    answer = world.client(who).get(f"{address}?limit=1")
    assert answer.json["next"], answer.json
    return answer


def following(world: World, who: Person, cursor: str, address: str = "patients") -> Any:
    return world.client(who).get(address, query_string={"limit": 1, "cursor": cursor})


def test_a_cursor_tells_no_name_and_the_link_neither(world: World) -> None:
    therapist = world.therapist()
    caseload(world, therapist, "Maya Ellison", "Zoe Zimmer")
    answer = first(world, therapist)
    cursor = answer.json["next"]
    opened = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    for hidden in (b"maya", b"ellison"):
        assert hidden not in opened.lower()
    assert "maya" not in answer.headers["Link"].lower()
    assert [row["name"] for row in following(world, therapist, cursor).json["items"]] == ["Zoe Zimmer"]


def test_the_same_page_has_the_same_cursor(world: World) -> None:
    therapist = world.therapist()
    caseload(world, therapist, "Maya Ellison", "Zoe Zimmer")
    assert first(world, therapist).json["next"] == first(world, therapist).json["next"]


def test_no_altered_cursor_is_taken(world: World) -> None:
    therapist, rng = world.therapist(), Random(7)
    caseload(world, therapist, "Maya Ellison", "Zoe Zimmer")
    cursor = first(world, therapist).json["next"]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for _ in range(60):
        place = rng.randrange(len(cursor))
        altered = cursor[:place] + rng.choice(letters.replace(cursor[place], "")) + cursor[place + 1 :]
        assert following(world, therapist, altered).status_code == 422, altered
    for forged in (cursor[:-1], cursor[1:], cursor + "A", cursor + "=", cursor * 2, "A", "AAAA", "é", "\x00", " "):
        assert following(world, therapist, forged).status_code == 422, forged


def test_a_cursor_of_another_list_or_of_another_person_is_refused(world: World) -> None:
    patient, therapist, prescriber = world.trio()
    for who, role in ((therapist, Role.THERAPIST), (prescriber, Role.PRESCRIBER)):
        world.join(world.patient(f"Zoe of {who.name}"), who, role)
    for _ in range(2):
        world.note(patient, therapist)
        world.medication(patient, therapist)
    record = patient.record
    notes = first(world, therapist, f"{record}/notes").json["next"]
    assert following(world, therapist, notes, f"{record}/notes").status_code == 200
    for other in ("patients", "memberships", f"{record}/medications", f"{record}/access-log"):
        assert following(world, therapist, notes, other).status_code in {404, 422}, other
    theirs = first(world, prescriber).json["next"]
    assert following(world, prescriber, theirs).status_code == 200
    refused, forged = following(world, therapist, theirs), following(world, therapist, "AAAA")
    assert (refused.status_code, refused.data) == (422, forged.data)


@pytest.mark.parametrize("letter", ["a", "李", "\U00020000"])
def test_the_longest_name_has_a_cursor_that_is_taken(world: World, letter: str) -> None:
    therapist = world.therapist()
    caseload(world, therapist, letter * LONGEST_KEY, "\U00020001")
    (row,) = following(world, therapist, first(world, therapist).json["next"]).json["items"]
    assert row["name"] == "\U00020001"


def test_a_rotated_keyring_opens_what_the_old_key_sealed_and_seals_anew() -> None:
    old, both, new = Keyring({"a": OLD}), Keyring({"b": NEW, "a": OLD}), Keyring({"b": NEW})
    sealed = old.seal_for_address("place", "list")
    assert both.unseal_from_address(sealed, "list") == "place"
    assert both.seal_for_address("place", "list") == new.seal_for_address("place", "list") != sealed
    wrong = ((new, sealed, "list"), (old, sealed, "another"), (old, sealed[:-4], "list"), (old, "", "list"))
    for ring, text, about in wrong:
        with pytest.raises(Unsealable):
            ring.unseal_from_address(text, about)


def test_no_flipped_bit_of_an_address_goes_unnoticed() -> None:
    ring = Keyring({"a": OLD})
    sealed = base64.urlsafe_b64decode(ring.seal_for_address("a place!", "list"))
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(Unsealable):
            ring.unseal_from_address(base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("="), "list")
