"""Whose signatures a consent of a minor needs, which are there, and which it waits for.

A minor does not sign alone: the patient and a parent do, in either order, unless every practice that treats the patient
says otherwise with its citation. Where practices differ, all that any of them asks for is needed, so that each can
rely on the document.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.errors import Conflict, NotPermitted
from careteam.facts import consent_fact
from careteam.models import Consent, ConsentSignature, Practice
from careteam.models.types import new_id
from careteam.policy import signers
from careteam.policy.grounds import stands
from careteam.policy.representing import covers
from careteam.policy.signers import SIGN_AS_PARENT, MinorRule
from careteam.policy.team import current
from careteam.policy.vocabulary import Power, Signer
from careteam.services.consents import terms
from careteam.services.consents.documents import content_sha256
from careteam.services.record.records import Record

_ONLY: Mapping[Signer, str] = {
    Signer.PATIENT: "By the rule of a practice that treats this patient, a parent or guardian signs this.",
    Signer.PARENT: "By the rule of a practice that treats this patient, the patient signs this alone.",
}
"""What is said to whose signature is not asked for."""


def needed(session: Session, record: Record) -> frozenset[Signer]:
    """Return whose signatures a consent of this minor needs now; of an adult none: one who speaks for them signs."""
    person = record.facts.person
    zone = ZoneInfo(person.time_zone)
    if person.birth_date is None or not signers.is_minor(person.birth_date, zone, record.at):
        return frozenset()
    years = signers.age(person.birth_date, zone, record.at)
    rules = [_rule(row) for row in _practices(session, record)]
    return signers.needed(years, has_account=record.team.patient_user_id is not None, rules=rules)


def check_may_sign(session: Session, record: Record, consent: Consent, whose: frozenset[Signer]) -> None:
    """Raise NotPermitted where the actor's signature is not asked for, Conflict where it only waits for another."""
    if not whose:
        return
    signer = _signer(record)
    if signer is None:
        raise NotPermitted("For a minor a parent or guardian signs.")
    if signer not in whose:
        raise NotPermitted(_ONLY[signer])
    if signer in counted(session, record, consent) and whose - counted(session, record, consent):
        raise Conflict("You have signed this: it waits for the other signature.")


def put(session: Session, record: Record, consent: Consent, typed_name: str, whose: frozenset[Signer]) -> bool:
    """Keep the actor's signature under a minor's consent, and say whether all that are needed are there."""
    made = ConsentSignature(
        id=new_id(),
        consent_id=consent.id,
        user_id=record.actor.user_id,
        representation_id=record.actor.representation_id,
        signed_at=record.at,
        typed_name=typed_name,
        address=record.actor.origin.address,
        terms_sha256=terms.of(consent_fact(consent)).sha256,
        content_sha256=content_sha256(session, consent),
    )
    consent.first_signed_at = consent.first_signed_at or record.at
    consent.signing_rules = _cited(session, record) or None
    session.add(made)
    session.flush()
    return whose <= counted(session, record, consent)


def counted(session: Session, record: Record, consent: Consent) -> frozenset[Signer]:
    """Return whose signatures count now: one given by a representation that stands no longer does not."""
    return _counted(record, consent, rows_of(session, [consent]).get(consent.id, []))


def waits_for(
    record: Record, consent: Consent, rows: Sequence[ConsentSignature], whose: frozenset[Signer]
) -> list[Signer]:
    """Return whose signatures an unsigned consent still needs; nothing where whoever speaks for an adult signs."""
    return sorted(whose - _counted(record, consent, rows))


def rows_of(session: Session, consents: Sequence[Consent]) -> Mapping[UUID, list[ConsentSignature]]:
    """Return the signatures under each of these consents, in their order. No statement where there are none."""
    ids = [consent.id for consent in consents if consent.first_signed_at is not None]
    found: dict[UUID, list[ConsentSignature]] = {}
    query = select(ConsentSignature).where(ConsentSignature.consent_id.in_(ids)).order_by(ConsentSignature.id)
    for row in session.scalars(query) if ids else ():
        found.setdefault(row.consent_id, []).append(row)
    return found


def shown(consent: Consent, rows: Sequence[ConsentSignature]) -> list[dict[str, Any]]:
    """Return the signatures under a consent, each with whether it was given on behalf of the patient."""
    if rows:
        return [
            {
                "user_id": row.user_id,
                "representation_id": row.representation_id,
                "signed_at": row.signed_at,
                "typed_name": row.typed_name,
                "address": row.address,
            }
            for row in rows
        ]
    if consent.signed_at is None:
        return []
    alone = {"user_id": consent.grantor_id, "representation_id": consent.representation_id}
    by = {"typed_name": consent.signature_name, "address": consent.signature_address}
    return [{**alone, "signed_at": consent.signed_at, **by}]


def carry(session: Session, old: Consent, new: Consent) -> None:
    """Put the signatures under what is left of a consent: it stands under those that it had."""
    for row in rows_of(session, [old]).get(old.id, []):
        kept = {name: getattr(row, name) for name in _KEPT}
        session.add(ConsentSignature(id=new_id(), consent_id=new.id, **kept))
    session.flush()


_KEPT = ("user_id", "representation_id", "signed_at", "typed_name", "address", "terms_sha256", "content_sha256")


def _signer(record: Record) -> Signer | None:
    if record.is_patient:
        return Signer.PATIENT
    by = record.representation
    return Signer.PARENT if by is not None and by.basis in SIGN_AS_PARENT else None


def _counted(record: Record, consent: Consent, rows: Sequence[ConsentSignature]) -> frozenset[Signer]:
    document = consent_fact(consent)
    parents = {
        r.user_id
        for r in record.facts.grounds.representations
        if stands(r, record.at) and r.basis in SIGN_AS_PARENT and Power.SIGN in r.powers and covers(r, document)
    }
    theirs = {Signer.PARENT for row in rows if row.representation_id and row.user_id in parents}
    own = {Signer.PATIENT for row in rows if not row.representation_id}
    return frozenset(theirs | own)


def _practices(session: Session, record: Record) -> list[Any]:
    """Return each practice that treats the patient now, and None for a place that names none."""
    here = {m.practice_id for m in record.team.memberships if current(m, record.at)}
    columns = (Practice.id, Practice.minor_signers, Practice.minor_from_age, Practice.minor_citation)
    query = select(*columns).where(Practice.id.in_(here - {None})).order_by(Practice.id)
    found: list[Any] = list(session.execute(query)) if here - {None} else []
    return [*found, *([None] if None in here else [])]


def _rule(row: Any) -> MinorRule | None:
    if row is None or row.minor_signers is None:
        return None
    return MinorRule(row.minor_signers, row.minor_from_age or 0)


def _cited(session: Session, record: Record) -> list[dict[str, Any]]:
    """Return the practices' own rules as they stood at this signature."""
    return [
        {
            "practice_id": str(row.id),
            "signers": row.minor_signers.value,
            "from_age": row.minor_from_age or 0,
            "citation": row.minor_citation,
        }
        for row in _practices(session, record)
        if row is not None and row.minor_signers is not None
    ]
