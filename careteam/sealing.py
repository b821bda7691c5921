"""Free text at rest: AES-256-GCM, bound to its table, row and column.

A sealed value is `key id (1 byte length, then ASCII) | nonce (12 bytes) | ciphertext and tag`. The
additional data are `table/row/column`, so that a value moved to another place does not open.

What travels in an address (the cursor of a page) is sealed with AES-256-SIV (RFC 5297) under keys derived from the
same ones: the same place in the same list gives the same text, and nothing of it can be read.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

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
        self._keys = dict(keys)
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._for_addresses = [AESSIV(_derived(key)) for key in keys.values()]
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

    def seal_for_address(self, text: str, about: str) -> str:
        """Return the text sealed for a URL; what it is `about` must be said again to open it."""
        sealed = self._for_addresses[0].encrypt(text.encode(), [about.encode()])
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def unseal_from_address(self, sealed: str, about: str) -> str:
        """Return the text. Raises Unsealable when no key here sealed it about that, or it was altered."""
        kept = _from_base64(sealed)
        for cipher in self._for_addresses:
            try:
                return cipher.decrypt(kept, [about.encode()]).decode()
            except InvalidTag:
                continue
        raise Unsealable("altered, sealed by an unknown key, or about something else")

    def derived(self, about: str) -> Mapping[str, bytes]:
        """Return keys of 32 bytes for another use, one of each key of the ring by its id, the current one first."""
        info = about.encode()
        return {key_id: HKDF(SHA256(), 32, salt=None, info=info).derive(key) for key_id, key in self._keys.items()}

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


def _derived(key: bytes) -> bytes:
    """Return the key for addresses: of one key, two uses never share the same bytes."""
    return HKDF(SHA512(), 64, salt=None, info=b"careteam address").derive(key)


def _from_base64(text: str) -> bytes:
    """Return the bytes. Raises Unsealable unless this is exactly how they are written."""
    try:
        found = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
    except ValueError as error:
        raise Unsealable("not base64") from error
    if base64.urlsafe_b64encode(found).decode().rstrip("=") != text:
        raise Unsealable("not as we write it")
    return found
