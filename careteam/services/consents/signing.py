"""Signing: the one act by which a consent opens anything."""

from datetime import datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted, Stale
from careteam.facts import consent_fact
from careteam.models import Consent, Patient, User
from careteam.passwords import Passwords
from careteam.policy.vocabulary import ConsentStatus, Power
from careteam.services.consents import elements, signatures, terms
from careteam.services.consents.documents import check, sha256_of
from careteam.services.consents.drafting import UNSIGNED
from careteam.services.consents.reading import changed, find
from careteam.services.consents.states import state_of
from careteam.services.consents.superseding import check_supersedes, supersede
from careteam.services.consents.terms import Terms
from careteam.services.identity.accounts import confirm
from careteam.services.identity.factor_codes import Entered
from careteam.services.notices import of_consents, of_signatures
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
    """Sign a draft or a request as the patient, or on their behalf, as it stands in this version: it changes no more.

    A start in the past becomes now; what it supersedes ends when it begins. Where two signatures are needed (a minor's:
    see `signatures`) the first one waits, and nothing opens. Raises NotFound, NotPermitted (a
    clinician, or a wrong password), Conflict, Stale, and Invalid (name, terms, or document).
    """
    record, consent = open_to_sign(session, actor, patient_id, consent_id, at=at)
    if consent.version != version:
        raise Stale
    shown = terms.of(consent_fact(consent))
    check_signature(session, record, typed_name=typed_name, given=terms_sha256, shown=shown)
    whose = signatures.needed(session, record)
    signatures.check_may_sign(session, record, consent, whose)
    with session.no_autoflush:
        old = settle(session, record, consent)
        entered = Entered(password, code, recovery_code)
        confirm(session, passwords, session.get_one(User, actor.user_id), entered, at=at)
    terms.keep(session, shown, at=at)
    name = " ".join(typed_name.split())
    elements.check_complete(record, consent, shown, name)
    several = whose or consent.first_signed_at is not None
    if several and not signatures.put(session, record, consent, name, whose):
        of_signatures.waits(session, record, consent)
        return changed(session, record, "sign-consent", consent)
    supersede(old, consent)
    _put_signature(session, record, consent, name, shown)
    of_consents.signed(session, record, consent, old)
    return changed(session, record, "sign-consent", consent)


def open_to_sign(
    session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime
) -> tuple[Record, Consent]:
    """Return a draft or request, to the patient or who signs for them.

    Raises NotFound, NotPermitted (a clinician), Conflict.
    """
    record = open_record(session, actor, patient_id, at=at)
    consent = find(session, record, consent_id)
    if not record.speaks(Power.SIGN):
        raise NotPermitted("Only the patient signs, or somebody who acts for them with the power to sign.")
    _check_unsigned(consent, at=at)
    return record, consent


def settle(session: Session, record: Record, consent: Consent) -> Consent | None:
    """Fix when the consent begins (a start in the past becomes now), and return the one that it supersedes, if any.

    Raises Invalid or Conflict, unless the document can be signed as it stands.
    """
    consent.valid_from = max(consent.valid_from, record.at)
    check(session, record, consent)
    return check_supersedes(session, record, consent)


def _check_unsigned(consent: Consent, *, at: datetime) -> None:
    state = state_of(consent, at)
    if state is ConsentStatus.LAPSED:
        raise Conflict("This request has lapsed: draft a consent of your own, or let it be requested again.")
    if state not in UNSIGNED:
        raise Conflict("This consent is signed or closed already.")


def check_signature(session: Session, record: Record, *, typed_name: str, given: str, shown: Terms) -> None:
    """Raise Invalid unless these are the terms to be shown, and the name of who signs as it is kept here."""
    if given != shown.sha256:
        raise Invalid(
            "These are not the terms of this consent: show those that it names (`terms`), and sign them.",
            {"terms_sha256": [f"Not the SHA-256 of {shown.name}."]},
        )
    if record.representation is not None:
        if _letters(typed_name) != _letters(record.actor.name):
            own = "You sign on behalf of the patient: type your own name as it stands in your account."
            raise Invalid(own, {"typed_name": ["Not the name in your account."]})
        return
    if _letters(typed_name) != _letters(session.get_one(Patient, record.patient_id).name):
        raise Invalid("Type your name as it stands in your record.", {"typed_name": ["Not the name in the record."]})


def _put_signature(session: Session, record: Record, consent: Consent, typed_name: str, shown: Terms) -> None:
    consent.status = ConsentStatus.ACTIVE
    consent.grantor_id, consent.representation_id = _grantor(session, record, consent)
    consent.signed_at = record.at
    consent.signature_name = typed_name
    consent.signature_address = record.actor.origin.address
    consent.terms_sha256 = shown.sha256
    consent.document_sha256 = sha256_of(session, consent)


def _grantor(session: Session, record: Record, consent: Consent) -> tuple[UUID, UUID | None]:
    """Return who grants it, and the representation that signed (too): the patient, wherever they signed."""
    rows = signatures.rows_of(session, [consent]).get(consent.id, [])
    if not rows:
        return record.actor.user_id, record.actor.representation_id
    own = next((row.user_id for row in rows if row.representation_id is None), rows[-1].user_id)
    return own, next((row.representation_id for row in reversed(rows) if row.representation_id), None)


def _letters(name: str) -> str:
    """Return the name without space and case."""
    return "".join(normalize("NFKC", name).casefold().split())
