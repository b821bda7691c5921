"""What is shown of a consent: everything to the patient; to a clinician what concerns them, and their own request.

A clinician never sees recipients, exceptions, or another's message (`domain.md`, "What a refusal shows").
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.facts import consent_fact
from careteam.models import Consent, ConsentSignature, Item
from careteam.policy.consent import concerns, discloses_special, receives_special
from careteam.policy.facts import Consent as ConsentFact
from careteam.policy.vocabulary import ConsentStatus, Power, Signer
from careteam.services.consents import elements, signatures, terms
from careteam.services.consents.states import state_of
from careteam.services.record.records import Record
from careteam.vault import unseal

_DOCUMENT = ("kind", "purpose", "disclosers", "classes", "labels", "valid_from", "valid_until", "ends_when")
_PATIENT_ONLY = (
    "recipients",
    "exceptions",
    "data_from",
    "data_through",
    "created_at",
    "closed_at",
    "closed_by",
    "supersedes_id",
    "superseded_at",
    "superseded_by",
    "representation_id",
    "signature",
    "signatures",
    "signing_rules",
    "waits_for",
    "terms",
    "missing_elements",
    "version",
)


def present(session: Session, record: Record, consents: Sequence[Consent]) -> list[dict[str, Any]]:
    """Return the consents as the actor sees them: every member is always there, null where it is not shown."""
    if not record.speaks(Power.SIGN):
        return [_for_clinician(session, record, consent) for consent in consents]
    successors = _successors(session, [c.id for c in consents])
    signed, whose = signatures.rows_of(session, consents), signatures.needed(session, record)
    unseen = _unseen(session, record, consents)
    return [
        {
            **_for_patient(session, record, consent, successors.get(consent.id), unseen),
            "signatures": signatures.shown(consent, signed.get(consent.id, [])),
            "signing_rules": consent.signing_rules,
            "waits_for": _waits_for(record, consent, signed.get(consent.id, []), whose),
            **_paper(record, consent),
        }
        for consent in consents
    ]


def _paper(record: Record, consent: Consent) -> dict[str, Any]:
    """Return which terms to sign, and what the law asks for that is not there yet; nothing of what is signed."""
    if consent.signed_at is not None:
        return {"terms": None, "missing_elements": []}
    shown = terms.of(consent_fact(consent))
    return {
        "terms": {"name": shown.name, "sha256": shown.sha256},
        "missing_elements": elements.missing(record, consent),
    }


def _waits_for(
    record: Record, consent: Consent, rows: Sequence[ConsentSignature], whose: frozenset[Signer]
) -> list[Signer]:
    unsigned = state_of(consent, record.at) in {ConsentStatus.REQUESTED, ConsentStatus.DRAFT}
    return signatures.waits_for(record, consent, rows, whose) if unsigned else []


def _unseen(session: Session, record: Record, consents: Sequence[Consent]) -> frozenset[str]:
    """Return the items that these consents leave out and that who signs for the patient may not know of."""
    named = {item for consent in consents for item in _named(consent)} if record.representation else set()
    if not named:
        return frozenset()
    rows = record.rows(Item, Item.id).where(Item.id.in_(map(UUID, named)))
    return frozenset(named - {str(row.id) for row in session.execute(rows)})


def _named(consent: Consent) -> list[str]:
    return [*consent.except_items, *(consent.asked["except_items"] if consent.asked else [])]


def granted(record: Record, consent: Consent) -> bool:
    """Say whether this current member receives, or will receive, under the consent."""
    return grants(record, consent_fact(consent))


def grants(record: Record, consent: ConsentFact) -> bool:
    """Say the same of a consent that was read as a fact."""
    return concerns(consent, record.actor.user_id, record.roles, at=record.at)


def _successors(session: Session, consent_ids: Sequence[UUID]) -> Mapping[UUID, UUID]:
    """Return the signed consents that took or will take the place of these."""
    query = select(Consent.supersedes_id, Consent.id).where(
        Consent.supersedes_id.in_(consent_ids), Consent.signed_at.is_not(None)
    )
    return {row.supersedes_id: row.id for row in session.execute(query.order_by(Consent.id))}


def _for_patient(
    session: Session, record: Record, consent: Consent, successor_id: UUID | None, unseen: frozenset[str]
) -> dict[str, Any]:
    return {
        "id": consent.id,
        "status": state_of(consent, record.at),
        **_document(session, consent),
        "recipients": consent.recipients,
        "exceptions": {"items": _seen(consent.except_items, unseen), "holders": consent.except_holders},
        "data_from": consent.data_from,
        "data_through": consent.data_through,
        "asked": _asked(session, consent, unseen),
        "created_at": consent.created_at,
        "closed_at": consent.closed_at,
        "closed_by": consent.closed_by,
        "supersedes_id": consent.supersedes_id,
        "superseded_at": consent.superseded_at,
        "superseded_by": successor_id,
        "representation_id": consent.representation_id,
        "signature": _signature(consent),
        "version": consent.version,
    }


def _for_clinician(session: Session, record: Record, consent: Consent) -> dict[str, Any]:
    mine = consent.requested_by == record.actor.user_id
    shown = _document(session, consent) if granted(record, consent) else dict.fromkeys(_DOCUMENT)
    if consent.superseded_at and shown["valid_until"]:
        shown["valid_until"] = min(consent.valid_until, consent.superseded_at)
    if _only_discloses(record, consent_fact(consent)) and shown["disclosers"]:
        shown["disclosers"] = [f"member:{record.actor.user_id}"]
    return {
        **dict.fromkeys(_PATIENT_ONLY),
        "id": consent.id,
        "status": state_of(consent, record.at),
        **shown,
        "asked": _asked(session, consent) if mine else None,
    }


def _only_discloses(record: Record, consent: ConsentFact) -> bool:
    """An author whose special notes are named, who receives none: other authors are not their affair."""
    me = record.actor.user_id
    return discloses_special(consent, me) and not receives_special(consent, me)


def _document(session: Session, consent: Consent) -> dict[str, Any]:
    """Return what everybody whom the consent concerns sees of it."""
    shown = {key: getattr(consent, key) for key in _DOCUMENT}
    ends_when = unseal(session, Consent.ends_when, consent.id, consent.ends_when)
    return {**shown, "labels": sorted(consent.labels), "ends_when": ends_when}


def _seen(items: Iterable[str], unseen: frozenset[str]) -> list[str]:
    return [item for item in items if item not in unseen]


def _asked(session: Session, consent: Consent, unseen: frozenset[str] = frozenset()) -> dict[str, Any] | None:
    """Return what the requester asked for, and how."""
    if consent.asked is None:
        return None
    asked = dict(consent.asked)
    period = {key: datetime.fromisoformat(asked[key]) for key in ("valid_from", "valid_until")}
    exceptions = {"items": _seen(asked.pop("except_items"), unseen), "holders": asked.pop("except_holders")}
    message = unseal(session, Consent.message, consent.id, consent.message)
    who = {"requested_by": consent.requested_by, "requested_at": consent.created_at, "lapses_at": consent.lapses_at}
    return {**asked, **period, "exceptions": exceptions, "message": message, **who}


def _signature(consent: Consent) -> dict[str, Any] | None:
    if consent.signed_at is None:
        return None
    return {
        "grantor_id": consent.grantor_id,
        "signed_at": consent.signed_at,
        "typed_name": consent.signature_name,
        "address": consent.signature_address,
        "terms_sha256": consent.terms_sha256,
        "document_sha256": consent.document_sha256,
    }
