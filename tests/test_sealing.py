"""Sealed text opens in its own place with a known key, and nowhere else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careteam.models.types import new_id
from careteam.sealing import Keyring, Place, Unsealable

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PLACE = Place("note", new_id(), "body")


@given(st.text())
def test_what_is_sealed_opens_again(text: str) -> None:
    ring = Keyring({"k1": OLD})
    if any("\ud800" <= c <= "\udfff" for c in text):
        return
    assert ring.unseal(ring.seal(text, PLACE), PLACE) == text


@pytest.mark.parametrize(
    "elsewhere",
    [Place("note", new_id(), "body"), Place("note", PLACE.row, "title"), Place("consent", PLACE.row, "body")],
)
def test_a_value_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    ring = Keyring({"k1": OLD})
    with pytest.raises(Unsealable, match="another row"):
        ring.unseal(ring.seal("private", PLACE), elsewhere)


def test_no_flipped_bit_goes_unnoticed() -> None:
    ring = Keyring({"k1": OLD})
    sealed = ring.seal("private", PLACE)
    for position in range(len(sealed)):
        changed = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        with pytest.raises((Unsealable, IndexError)):
            ring.unseal(changed, PLACE)


def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    sealed = Keyring({"k1": OLD}).seal("private", PLACE)
    ring = Keyring({"k2": NEW, "k1": OLD})
    assert ring.unseal(sealed, PLACE) == "private"
    assert not ring.is_current(sealed)
    assert ring.is_current(ring.seal("private", PLACE))
    with pytest.raises(Unsealable, match="not in the keyring"):
        Keyring({"k2": NEW}).unseal(sealed, PLACE)


def test_the_same_text_never_looks_the_same() -> None:
    ring = Keyring({"k1": OLD})
    assert len({ring.seal("private", PLACE) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "id:base64key"),
        ("k1", "id:base64key"),
        ("k1:###", "base64"),
        ("k1:" + base64.b64encode(b"short").decode(), "32 bytes"),
        (",".join(["k1:" + base64.b64encode(OLD).decode()] * 2), "each id once"),
    ],
)
def test_a_bad_keyring_is_refused_with_what_to_do(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Keyring.parse(text)
