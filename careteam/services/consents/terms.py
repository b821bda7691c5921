"""The text that is shown at signing: ours, in plain English, stored under its hash once somebody signs it.

A text does not change once it has been shown: another wording is another file, and becomes `CURRENT`.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlalchemy.orm import Session

from careteam.errors import NotFound
from careteam.models import TermsText

CURRENT = "sharing-terms-1"
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Terms:
    """A text, its name, and the SHA-256 of its UTF-8 bytes (hexadecimal)."""

    name: str
    sha256: str
    text: str


@cache
def current() -> Terms:
    """Return the text that is signed now."""
    raw = files("careteam").joinpath("data", f"{CURRENT}.txt").read_bytes()
    return Terms(CURRENT, hashlib.sha256(raw).hexdigest(), raw.decode())


def read(session: Session, sha256: str) -> Terms:
    """Return the current text, or one that somebody signed. Raises NotFound."""
    if sha256 == current().sha256:
        return current()
    stored = session.get(TermsText, sha256) if _HASH.fullmatch(sha256) else None
    if stored is None:
        raise NotFound
    return Terms(stored.name, stored.sha256, stored.body)


def keep(session: Session, terms: Terms, *, at: datetime) -> None:
    """Store the text, unless it is stored already."""
    if session.get(TermsText, terms.sha256) is None:
        session.add(TermsText(sha256=terms.sha256, name=terms.name, body=terms.text, created_at=at))
        session.flush()
