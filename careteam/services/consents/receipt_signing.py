"""The signature under a receipt (Ed25519, RFC 8032): whoever has the public key can tell that nothing was changed.

The key is derived from the keyring, never stored. What is signed is the receipt without its signature, as JSON with
sorted keys and no spaces, in UTF-8.
"""

import base64
from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.orm import Session

from careteam.vault import keyring

ALGORITHM = "Ed25519"
USE = "careteam receipts"


def signed(session: Session, receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the receipt with its signature."""
    key_id, key = next(iter(_keys(session).items()))
    signature = {
        "algorithm": ALGORITHM,
        "key_id": key_id,
        "public_key": _public(key),
        "value": _text(key.sign(canonical(receipt))),
    }
    return {**receipt, "signature": signature}


def public_keys(session: Session) -> list[dict[str, str]]:
    """Return the public keys of this service, the current one first: a receipt is checked against one of them."""
    return [
        {"key_id": key_id, "algorithm": ALGORITHM, "public_key": _public(key)} for key_id, key in _keys(session).items()
    ]


def verifies(receipt: Mapping[str, Any], public_key: str) -> bool:
    """Say whether this receipt (as read from JSON) bears a signature of this key over all of it."""
    body = {name: value for name, value in receipt.items() if name != "signature"}
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    try:
        key.verify(base64.b64decode(receipt["signature"]["value"], validate=True), canonical(body))
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


def canonical(receipt: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed: the JSON that the door sends, keys sorted."""
    return orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def _keys(session: Session) -> dict[str, Ed25519PrivateKey]:
    derived = keyring(session).derived(USE)
    return {key_id: Ed25519PrivateKey.from_private_bytes(key) for key_id, key in derived.items()}


def _public(key: Ed25519PrivateKey) -> str:
    return _text(key.public_key().public_bytes_raw())


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
