"""The texts that are shown at signing: ours, in plain English, stored under their hash once somebody signs them.

A text does not change once it has been shown: another wording is another file, and takes its place in `CURRENT`.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlalchemy.orm import Session

from careteam.errors import NotFound
from careteam.models import TermsText
from careteam.policy.elements import under_part2
from careteam.policy.facts import Consent
from careteam.policy.vocabulary import ConsentKind, Statement, TermsFor

CURRENT: Mapping[TermsFor, str] = {
    TermsFor.SHARING: "sharing-terms-2",
    TermsFor.SUBSTANCE_USE: "part2-terms-1",
    TermsFor.PSYCHOTHERAPY_NOTES: "psychotherapy-terms-1",
    TermsFor.SUD_COUNSELING_NOTES: "sud-counseling-terms-1",
}
_AUTHORIZATION = frozenset(
    {Statement.RIGHT_TO_REVOKE, Statement.HOW_TO_REVOKE, Statement.CONDITIONING, Statement.REDISCLOSURE}
)
SAYS: Mapping[str, frozenset[Statement]] = {
    "sharing-terms-1": _AUTHORIZATION,
    "sharing-terms-2": _AUTHORIZATION,
    "part2-terms-1": frozenset(Statement),
    "psychotherapy-terms-1": _AUTHORIZATION,
    "sud-counseling-terms-1": frozenset(Statement),
}
"""Which statements each text holds. A text that is not here holds none."""
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Terms:
    """A text, its name, and the SHA-256 of its UTF-8 bytes (hexadecimal)."""

    name: str
    sha256: str
    text: str

    @property
    def statements(self) -> frozenset[Statement]:
        """What the text says, where a law asks for it."""
        return SAYS.get(self.name, frozenset())


def current(what: TermsFor = TermsFor.SHARING) -> Terms:
    """Return the text that is signed now with a consent of this kind."""
    return _text(CURRENT[what])


def of(consent: Consent) -> Terms:
    """Return the text that is to be signed with this consent."""
    if consent.kind is not ConsentKind.SHARING:
        return current(TermsFor(consent.kind.value))
    return current(TermsFor.SUBSTANCE_USE if under_part2(consent) else TermsFor.SHARING)


@cache
def _text(name: str) -> Terms:
    raw = files("careteam").joinpath("data", f"{name}.txt").read_bytes()
    return Terms(name, hashlib.sha256(raw).hexdigest(), raw.decode())


def read(session: Session, sha256: str) -> Terms:
    """Return a current text, or one that somebody signed. Raises NotFound."""
    for what in TermsFor:
        if sha256 == current(what).sha256:
            return current(what)
    stored = session.get(TermsText, sha256) if _HASH.fullmatch(sha256) else None
    if stored is None:
        raise NotFound
    return Terms(stored.name, stored.sha256, stored.body)


def keep(session: Session, terms: Terms, *, at: datetime) -> None:
    """Store the text, unless it is stored already."""
    if session.get(TermsText, terms.sha256) is None:
        session.add(TermsText(sha256=terms.sha256, name=terms.name, body=terms.text, created_at=at))
        session.flush()  # before any consent names it
