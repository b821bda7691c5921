"""Signing: the one act by which a consent opens anything."""

from datetime import datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted, Stale
from careteam.models import Consent, Patient, User
from careteam.passwords import Passwords
from careteam.policy.vocabulary import ConsentStatus
from careteam.services.consents import terms
from careteam.services.consents.documents import check, sha256_of
from careteam.services.consents.drafting import UNSIGNED
from careteam.services.consents.reading import changed, find
from careteam.services.consents.states import state_of
from careteam.services.consents.superseding import check_supersedes, supersede
from careteam.services.identity.accounts import confirm
from careteam.services.identity.factor_codes import Entered
from careteam.services.record.records import Record, open_record


def sign(
    session: Session,
    passwords: Passwords,
    actor: Actor,
    patient_id: UUID,
    consent_id: UUID,
    *,
    version: int,
    typed_name: str,
    password: str,
    terms_sha256: str,
    code: str | None = None,
    recovery_code: str | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Sign one's own draft, or a request, as it stands in this version: from now on it does not change.

    A start in the past becomes now; what it supersedes ends when it begins. Raises NotFound, NotPermitted (a
    clinician, or a wrong password), Conflict, Stale, and Invalid (name, terms, or document).
    """
    record = open_record(session, actor, patient_id, at=at)
    consent = find(session, record, consent_id)
    if not record.is_patient:
        raise NotPermitted("Only the patient signs.")
    _ready(consent, version=version, at=at)
    _check_signature(session, record, typed_name=typed_name, terms_sha256=terms_sha256)
    with session.no_autoflush:
        consent.valid_from = max(consent.valid_from, at)
        check(session, record, consent)
        old = check_supersedes(session, record, consent)
        entered = Entered(password, code, recovery_code)
        confirm(session, passwords, session.get_one(User, actor.user_id), entered, at=at)
    terms.keep(session, terms.current(), at=at)
    supersede(old, consent)
    _put_signature(session, record, consent, " ".join(typed_name.split()))
    return changed(session, record, "sign-consent", consent)


def _ready(consent: Consent, *, version: int, at: datetime) -> None:
    state = state_of(consent, at)
    if state is ConsentStatus.LAPSED:
        raise Conflict("This request has lapsed: draft a consent of your own, or let it be requested again.")
    if state not in UNSIGNED:
        raise Conflict("This consent is signed or closed already.")
    if consent.version != version:
        raise Stale


def _check_signature(session: Session, record: Record, *, typed_name: str, terms_sha256: str) -> None:
    if terms_sha256 != terms.current().sha256:
        raise Invalid(
            "These are not the current terms: show those of GET /api/v1/terms/current, and sign them.",
            {"terms_sha256": ["Not the SHA-256 of the current terms."]},
        )
    if _letters(typed_name) != _letters(session.get_one(Patient, record.patient_id).name):
        raise Invalid("Type your name as it stands in your record.", {"typed_name": ["Not the name in the record."]})


def _put_signature(session: Session, record: Record, consent: Consent, typed_name: str) -> None:
    consent.status = ConsentStatus.ACTIVE
    consent.grantor_id = record.actor.user_id
    consent.signed_at = record.at
    consent.signature_name = typed_name
    consent.signature_address = record.actor.origin.address
    consent.terms_sha256 = terms.current().sha256
    consent.document_sha256 = sha256_of(session, consent)


def _letters(name: str) -> str:
    """Return the name without space and case."""
    return "".join(normalize("NFKC", name).casefold().split())
