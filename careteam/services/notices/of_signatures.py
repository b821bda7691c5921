"""Who is told that a consent waits for a signature: those who may give it, beside the patient."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.facts import consent_fact
from careteam.models import Consent, ConsentSignature
from careteam.policy.grounds import stands
from careteam.policy.representing import covers
from careteam.policy.vocabulary import NoticeKind, Power
from careteam.services.notices.telling import tell
from careteam.services.record.records import Record


def requested(session: Session, record: Record, consent: Consent) -> None:
    """Tell who may sign for the patient that a member asks for a consent."""
    if consent.requested_by is not None:
        _tell(session, record, _others(record, consent), NoticeKind.SIGNATURE_NEEDED, consent)


def waits(session: Session, record: Record, consent: Consent) -> None:
    """Tell the other side that one of two signatures is there, and theirs is missing."""
    patient = record.team.patient_user_id
    others = _others(record, consent) if record.is_patient else [patient]
    _tell(session, record, others, NoticeKind.SIGNATURE_NEEDED, consent)


def closed(session: Session, record: Record, consent: Consent) -> None:
    """Tell who had signed it that the other did not: it is closed and opens nothing."""
    if consent.first_signed_at is None:
        return
    signed = session.scalars(select(ConsentSignature.user_id).where(ConsentSignature.consent_id == consent.id))
    others = [user_id for user_id in signed if user_id != record.actor.user_id]
    _tell(session, record, others, NoticeKind.SIGNATURE_REFUSED, consent)


def _others(record: Record, consent: Consent) -> list[UUID]:
    """Return who else signs for the patient what this document lists."""
    document = consent_fact(consent)
    standing = (r for r in record.facts.grounds.representations if stands(r, record.at) and Power.SIGN in r.powers)
    return sorted({r.user_id for r in standing if covers(r, document)} - {record.actor.user_id})


def _tell(
    session: Session, record: Record, user_ids: Iterable[UUID | None], kind: NoticeKind, consent: Consent
) -> None:
    tell(session, user_ids, kind, patient_id=record.patient_id, target=consent.id, at=record.at)
