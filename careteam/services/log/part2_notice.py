"""The notice that goes with every answer that holds a 42 CFR Part 2 item, and what it says of the consent.

42 CFR 2.32(a)(2) gives the words of the notice (rule of 2024); (b) asks for a copy of the consent or a clear
explanation of its scope. A new wording is a new file.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import Consent


@dataclass(frozen=True, slots=True)
class Notice:
    """The words, and the SHA-256 of their UTF-8 bytes (hexadecimal)."""

    text: str
    sha256: str


def _read(name: str) -> Notice:
    raw = files("careteam").joinpath("data", f"{name}.txt").read_bytes().strip()
    return Notice(raw.decode(), hashlib.sha256(raw).hexdigest())


NOTICE = _read("part2-notice-1")


def notice(session: Session, consent_ids: Collection[UUID]) -> dict[str, Any]:
    """Return the notice, and the scope of each consent under which the items are disclosed, as recipients know it."""
    consents = session.scalars(select(Consent).where(Consent.id.in_(consent_ids)).order_by(Consent.id))
    scope = [_scope(consent) for consent in consents] if consent_ids else []
    return {"text": NOTICE.text, "sha256": NOTICE.sha256, "scope": scope}


def _scope(consent: Consent) -> dict[str, Any]:
    return {
        "consent_id": consent.id,
        "classes": consent.classes,
        "labels": sorted(consent.labels),
        "purpose": consent.purpose,
        "valid_until": consent.valid_until,
        "statement": _statement(consent),
    }


def _statement(consent: Consent) -> str:
    classes = ", ".join(word.replace("_", " ") for word in consent.classes)
    labels = ", ".join(label.replace("_", " ") for label in sorted(consent.labels))
    until = consent.valid_until.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"The patient's written consent lets you read, for {consent.purpose} and nothing else, items of the kinds "
        f"{classes}, also where they are labelled {labels}, until {until}. They can take it back at any time."
    )
