"""Free text at rest: AES-256-GCM, bound to its table, row and column.

A sealed value is `key id (1 byte length, then ASCII) | nonce (12 bytes) | ciphertext and tag`. The
additional data are `table/row/column`, so that a value moved to another place does not open.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Unsealable(Exception):
    """A stored value that no key opens in this place: wrong key, moved or altered."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives. It opens nowhere else."""

    table: str
    row: UUID
    column: str

    def bound(self) -> bytes:
        """Return the additional data of the encryption."""
        return f"{self.table}/{self.row.hex}/{self.column}".encode()


class Keyring:
    """The keys by id; the first one seals, all of them open."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("a keyring needs at least one key")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.current = next(iter(keys))
        self._prefix = bytes([len(self.current)]) + self.current.encode("ascii")

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read `id:base64key[,id:base64key...]`, newest first. Each key is 32 bytes.

        Raises ValueError, saying what to do.
        """
        keys: dict[str, bytes] = {}
        for part in text.split(","):
            key_id, separator, encoded = part.strip().partition(":")
            if not separator or not key_id.isascii() or not 1 <= len(key_id) <= 32 or key_id in keys:
                raise ValueError("write keys as id:base64key, separated by commas, each id once")
            keys[key_id] = _key(encoded)
        return cls(keys)

    def seal(self, text: str, place: Place) -> bytes:
        """Return the text sealed under the current key for this place."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self.current].encrypt(nonce, text.encode(), place.bound())
        return self._prefix + nonce + sealed

    def unseal(self, sealed: bytes, place: Place) -> str:
        """Return the text. Raises Unsealable when it was sealed for another place or by an unknown key."""
        start = 1 + sealed[0]
        cipher = self._ciphers.get(sealed[1:start].decode("ascii", "replace"))
        if cipher is None:
            raise Unsealable("sealed by a key that is not in the keyring")
        nonce, text = sealed[start : start + _NONCE], sealed[start + _NONCE :]
        try:
            return cipher.decrypt(nonce, text, place.bound()).decode()
        except InvalidTag as error:
            raise Unsealable("altered, or sealed for another row") from error

    def is_current(self, sealed: bytes) -> bool:
        """Say whether the value was sealed by the current key."""
        return sealed.startswith(self._prefix)


def _key(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise ValueError("an encryption key is base64") from error
    if len(key) != 32:
        raise ValueError("an encryption key is 32 bytes: `openssl rand -base64 32` makes one")
    return key
