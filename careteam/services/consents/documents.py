"""Consent documents: normalised, checked against the team and the record, and hashed once signed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.errors import Invalid, NotYetAvailable
from careteam.facts import consent_fact
from careteam.models import Consent, Item
from careteam.policy.consent import faults, not_yet, strangers
from careteam.policy.facts import Recipient
from careteam.services.medications.reconciliation_rows import may_be_known
from careteam.services.record.records import Record
from careteam.vault import seal, unseal

LISTS = ("disclosers", "recipients", "classes", "except_items", "except_holders")
SIGNED = (
    "patient_id",
    "kind",
    "purpose",
    *LISTS,
    "labels",
    "valid_from",
    "valid_until",
    "data_from",
    "data_through",
    "supersedes_id",
    "grantor_id",
    "signed_at",
    "signature_name",
    "signature_address",
    "terms_sha256",
)
"""The columns that `document_sha256` is taken over, with the consent's id and the words of `ends_when`."""


def content(values: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Return the columns of these parts of a document: sorted, each entry once; a start in the past becomes now."""
    given = dict(values)
    exceptions = given.pop("exceptions", None)
    if exceptions is not None:
        given["except_items"], given["except_holders"] = exceptions["items"], exceptions["holders"]
    columns = {key: _sorted(value) if key in LISTS else value for key, value in given.items()}
    if "labels" in columns:
        columns["labels"] = frozenset(columns["labels"])
    if "valid_from" in columns:
        columns["valid_from"] = max(columns["valid_from"], at)
    return columns


def write(session: Session, consent: Consent, columns: Mapping[str, Any]) -> None:
    """Put the columns into the row, free text sealed."""
    for key, value in columns.items():
        if key in ("ends_when", "message"):
            setattr(consent, key, seal(session, getattr(Consent, key), consent.id, value))
        else:
            setattr(consent, key, value)


def check(session: Session, record: Record, consent: Consent) -> None:
    """Raise Invalid, or NotYetAvailable, unless the document can be signed as it stands.

    Somebody or something that the actor cannot see is refused like what does not exist.
    """
    fact = consent_fact(consent)
    _refuse(faults(fact, at=record.at))
    reason = not_yet(fact)
    if reason:
        raise NotYetAvailable(reason)
    _refuse(strangers(fact, record.known_team, at=record.at))
    wanted = fact.exceptions.items
    named = (Item.id.in_(wanted), may_be_known(record.scope, record.actor.user_id))
    if wanted and len(session.execute(record.rows(Item, Item.id).where(*named)).all()) != len(wanted):
        _refuse({"exceptions": "Name items of this record that you can see."})


def sha256_of(session: Session, consent: Consent) -> str:
    """Return the SHA-256 of the signed document: canonical JSON, times in UTC to the microsecond."""
    document = {
        "id": str(consent.id),
        "ends_when": unseal(session, Consent.ends_when, consent.id, consent.ends_when),
        **{key: _plain(getattr(consent, key)) for key in SIGNED},
    }
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def as_asked(consent: Consent) -> dict[str, Any]:
    """Return the document as plain JSON, to be kept beside what becomes of it."""
    keys = (*LISTS, "labels", "valid_from", "valid_until", "data_from", "data_through")
    return {key: _plain(getattr(consent, key)) for key in keys}


def recipient_text(recipient: Recipient) -> str:
    """Return `member:<uuid>` or `role:<role>`."""
    return f"member:{recipient.user_id}" if recipient.user_id else f"role:{recipient.role}"


def holder_text(holder_id: UUID | None) -> str:
    """Return `patient` or `member:<uuid>`."""
    return f"member:{holder_id}" if holder_id else "patient"


def _refuse(found: Mapping[str, str]) -> None:
    if found:
        raise Invalid(next(iter(found.values())), {field: [sentence] for field, sentence in found.items()})


def _sorted(values: Iterable[object]) -> list[str]:
    return sorted({str(value) for value in values})


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
