"""Consent documents: normalised, checked against the team and the record, and hashed once signed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.errors import Invalid
from careteam.facts import consent_fact
from careteam.models import Consent, ConsentSignature, Item
from careteam.policy.consent import faults, strangers
from careteam.policy.facts import Consent as ConsentFact
from careteam.policy.facts import Recipient
from careteam.policy.representing import covers
from careteam.policy.sharing import received_by
from careteam.policy.team import lapsed
from careteam.policy.vocabulary import Role
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
    """Raise Invalid unless the document can be signed as it stands.

    Somebody or something that the actor cannot see is refused like what does not exist.
    """
    fact = consent_fact(consent)
    _refuse(faults(fact, at=record.at))
    _refuse(strangers(fact, record.known_team, at=record.at))
    _check_authority(record, fact)
    wanted = fact.exceptions.items
    if record.representation is not None and consent.first_signed_at is not None:
        return  # what the patient has signed leaves out what they named, seen by the parent or not
    named = (Item.id.in_(wanted), may_be_known(record.scope, record.actor.user_id))
    if wanted and len(session.execute(record.rows(Item, Item.id).where(*named)).all()) != len(wanted):
        _refuse({"exceptions": "Name items of this record that you can see."})


def _check_authority(record: Record, fact: ConsentFact) -> None:
    """Raise Invalid where a representation would sign away more than it acts in."""
    by = record.representation
    if by is not None and not covers(by, fact):
        said = "You act for this patient in fewer classes or labels: leave out what your representation does not cover."
        _refuse({"classes": said})
    if by is not None and received_by(fact.recipients, record.actor.user_id, _places(record)):
        said = "Nobody signs for a patient what they will read themselves as a clinician: leave yourself out."
        _refuse({"recipients": said})


def _places(record: Record) -> frozenset[Role]:
    """Return the roles in which the actor is or will be in the team, verified for them now or not."""
    mine = (m for m in record.team.memberships if m.user_id == record.actor.user_id)
    return frozenset(m.role for m in mine if not (m.declined or m.ended or lapsed(m, record.at)))


def sha256_of(session: Session, consent: Consent) -> str:
    """Return the SHA-256 of the signed document: canonical JSON, times in UTC to the microsecond.

    What was signed on behalf of the patient says so; where two signed, it holds both signatures and by whose rule.
    """
    document = {**_content(session, consent, SIGNED), **_on_behalf(session, consent)}
    return _hashed(document)


def content_sha256(session: Session, consent: Consent) -> str:
    """Return the SHA-256 of the document as it stands, without any signature: what one of two signs."""
    return _hashed(_content(session, consent, tuple(key for key in SIGNED if key not in _SIGNATURE)))


_SIGNATURE = ("grantor_id", "signed_at", "signature_name", "signature_address", "terms_sha256")


def _content(session: Session, consent: Consent, keys: Iterable[str]) -> dict[str, Any]:
    return {
        "id": str(consent.id),
        "ends_when": unseal(session, Consent.ends_when, consent.id, consent.ends_when),
        **{key: _plain(getattr(consent, key)) for key in keys},
    }


def _on_behalf(session: Session, consent: Consent) -> dict[str, Any]:
    behalf = {"representation_id": str(consent.representation_id)} if consent.representation_id else {}
    if consent.first_signed_at is None:
        return behalf
    query = select(ConsentSignature).where(ConsentSignature.consent_id == consent.id)
    rows = session.scalars(query.order_by(ConsentSignature.signed_at, ConsentSignature.user_id)).all()
    signed = [{key: _plain(getattr(row, key)) for key in _EACH} for row in rows]
    return {**behalf, "signatures": signed, "signing_rules": consent.signing_rules}


_EACH = ("user_id", "representation_id", "signed_at", "typed_name", "address", "terms_sha256", "content_sha256")


def _hashed(document: Mapping[str, Any]) -> str:
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
