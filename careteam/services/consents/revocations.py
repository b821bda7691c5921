"""The act of revoking: what it takes away, and the narrower consent that is left where only a part goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.errors import Invalid
from careteam.models import Consent, Revocation
from careteam.models.types import new_id
from careteam.policy.facts import Consent as ConsentFact
from careteam.policy.facts import Team
from careteam.policy.narrowing import Part, without
from careteam.policy.vocabulary import ConsentStatus, Given, ItemClass
from careteam.services.consents import signatures
from careteam.services.consents.documents import holder_text, recipient_text, sha256_of
from careteam.services.notices import of_consents
from careteam.vault import seal, unseal


@dataclass(frozen=True, slots=True)
class Act:
    """One person's act: which part is taken back, how it was given, and why, if the patient says so."""

    actor: Actor
    part: Part
    given: Given
    reason: str | None
    at: datetime


def act_of(
    actor: Actor,
    *,
    by_patient: bool,
    given: Given | None = None,
    item_class: ItemClass | None = None,
    recipient: str | None = None,
    discloser: str | None = None,
    reason: str | None = None,
    at: datetime,
) -> Act:
    """Return the act that these words describe.

    Raises Invalid when they name two parts, or when it is not clear whether the patient acts here themselves or
    somebody records what they said or wrote.
    """
    if sum(word is not None for word in (item_class, recipient, discloser)) > 1:
        raise Invalid("Take back one class, one recipient or one discloser at a time, or leave all three out.")
    here = given in (None, Given.HERE)
    if by_patient and not here:
        raise Invalid("You are revoking it here yourself.", {"given": ["Leave it out."]})
    if not by_patient and here:
        raise Invalid("Say how the patient gave it.", {"given": ["Send `orally` or `on_paper`."]})
    part = Part(
        item_class,
        None if recipient is None else facts.recipient(recipient),
        None if discloser is None else facts.discloser(discloser),
    )
    return Act(actor, part, given or Given.HERE, reason, at)


def carry_out(session: Session, act: Act, team: Team, consents: Sequence[Consent]) -> list[Revocation]:
    """Revoke these consents now; where a part of one goes, what is left begins in the same act."""
    before = [facts.consent_fact(consent) for consent in consents]
    left = [without(fact, act.part, team, at=act.at) for fact in before]
    pairs = list(zip(consents, left, strict=True))
    successors = [None if rest is None else _successor(session, old, rest, act) for old, rest in pairs]
    for consent in consents:
        consent.status, consent.closed_at, consent.closed_by = ConsentStatus.REVOKED, act.at, act.actor.user_id
    session.add_all([s for s in successors if s is not None])
    session.flush()
    made = [_revocation(session, act, old, new) for old, new in zip(consents, successors, strict=True)]
    session.add_all(made)
    session.flush()
    others_too = act.part.recipient is None
    of_consents.revoked(session, act.actor, team, before, left, others_too=others_too, at=act.at)
    return made


def _successor(session: Session, consent: Consent, left: ConsentFact, act: Act) -> Consent:
    """Return the consent less what was taken, under the signature that it has."""
    kept: dict[str, Any] = {key: getattr(consent, key) for key in _KEPT}
    successor = Consent(
        id=new_id(),
        status=ConsentStatus.ACTIVE,
        disclosers=sorted(map(facts.discloser_text, left.disclosers)),
        recipients=sorted(map(recipient_text, left.recipients)),
        classes=sorted(left.classes),
        except_holders=sorted(map(holder_text, left.exceptions.holders)),
        valid_from=left.valid_from,
        supersedes_id=consent.id,
        created_at=act.at,
        **kept,
    )
    words = unseal(session, Consent.ends_when, consent.id, consent.ends_when)
    successor.ends_when = seal(session, Consent.ends_when, successor.id, words)
    if consent.first_signed_at is not None:
        session.add(successor)
        session.flush()
        signatures.carry(session, consent, successor)
    successor.document_sha256 = sha256_of(session, successor)
    return successor


_KEPT = (
    "patient_id",
    "kind",
    "purpose",
    "labels",
    "except_items",
    "valid_until",
    "data_from",
    "data_through",
    "superseded_at",
    "grantor_id",
    "representation_id",
    "first_signed_at",
    "signing_rules",
    "signed_at",
    "signature_name",
    "signature_address",
    "terms_sha256",
)


def _revocation(session: Session, act: Act, consent: Consent, successor: Consent | None) -> Revocation:
    revocation_id, part = new_id(), act.part
    return Revocation(
        id=revocation_id,
        consent_id=consent.id,
        patient_id=consent.patient_id,
        revoked_at=act.at,
        recorded_by=act.actor.user_id,
        representation_id=act.actor.representation_id,
        given=act.given,
        reason=seal(session, Revocation.reason, revocation_id, act.reason),
        item_class=part.item_class,
        recipient=part.recipient and recipient_text(part.recipient),
        discloser=part.discloser and facts.discloser_text(part.discloser),
        successor_id=successor.id if successor else None,
    )
