"""One encrypted file: frames of AES-256-GCM under a key of its own, the last of which holds the manifest.

The key is derived from one of the keyring and a random salt. The nonce of a frame is its number, so that none can be
left out, repeated or exchanged; a file without its last frame, or with anything after it, does not open.
"""

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from careteam.errors import Conflict
from careteam.sealing import Keyring

MAGIC = b"careteam backup 1\n"
FRAME = 1 << 20
"""The most bytes of content in one frame."""
_LENGTH = struct.Struct(">I")
_CONTENT, _LAST = b"c", b"m"
_ABOUT = "careteam backup"


def write(file: IO[bytes], ring: Keyring, content: Iterable[bytes], last: Iterable[bytes]) -> None:
    """Write the content and then what `last` yields (one piece, made once all content was read)."""
    header = MAGIC + bytes([len(ring.current)]) + ring.current.encode() + os.urandom(16)
    file.write(header)
    cipher, number = _cipher(ring, header), 0
    for kind, pieces in ((_CONTENT, _framed(content)), (_LAST, last)):
        for piece in pieces:
            sealed = cipher.encrypt(_nonce(number), kind + piece, header)
            file.write(_LENGTH.pack(len(sealed)) + sealed)
            number += 1


def read(path: Path, ring: Keyring) -> Iterator[tuple[bool, bytes]]:
    """Yield the pieces in order, each with whether it is the last one. Nothing is yielded that was altered.

    Raises Conflict, saying what is wrong with the file.
    """
    with path.open("rb") as file:
        header = _header(file)
        cipher, number, ended = _cipher(ring, header), 0, False
        while sealed := _frame(file):
            if ended:
                raise Conflict("There is something after the end of this backup: it was altered.")
            try:
                opened = cipher.decrypt(_nonce(number), sealed, header)
            except InvalidTag as error:
                raise Conflict("This backup was altered or damaged, or it is of another installation's key.") from error
            ended, number = opened[:1] == _LAST, number + 1
            yield ended, opened[1:]
        if not ended:
            raise Conflict("This backup ends too early: it was cut off. Take another copy of it.")


def _framed(content: Iterable[bytes]) -> Iterator[bytes]:
    for piece in content:
        yield from (piece[start : start + FRAME] for start in range(0, len(piece), FRAME))


def _header(file: IO[bytes]) -> bytes:
    magic = file.read(len(MAGIC))
    if magic != MAGIC:
        raise Conflict("This is not a backup of this service.")
    size = file.read(1)
    rest = file.read((size[0] if size else 0) + 16)
    if not size or len(rest) != size[0] + 16:
        raise Conflict("This backup ends too early: it was cut off. Take another copy of it.")
    return magic + size + rest


def _frame(file: IO[bytes]) -> bytes:
    length = file.read(_LENGTH.size)
    if not length:
        return b""
    wanted = _LENGTH.unpack(length)[0] if len(length) == _LENGTH.size else 0
    if not 17 <= wanted <= FRAME + 17:
        raise Conflict("This backup was altered or damaged, or cut off. Take another copy of it.")
    sealed = file.read(wanted)
    if len(sealed) != wanted:
        raise Conflict("This backup ends too early: it was cut off. Take another copy of it.")
    return sealed


def _cipher(ring: Keyring, header: bytes) -> AESGCM:
    key_id, salt = header[len(MAGIC) + 1 : -16].decode("ascii", "replace"), header[-16:]
    key = ring.derived(_ABOUT).get(key_id)
    if key is None:
        raise Conflict(f"This backup needs the key {key_id!r}: put it into CARETEAM_ENCRYPTION_KEYS.")
    return AESGCM(HKDF(SHA256(), 32, salt=salt, info=_ABOUT.encode()).derive(key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
