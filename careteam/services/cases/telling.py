"""Who is told of a case: its two sides; who looked only of an outcome that finds it wrong, not whose case it was."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import AccessCase, AccessEvent, Patient
from careteam.policy.cases import TOLD_TO_WHO_LOOKED
from careteam.policy.vocabulary import NoticeKind
from careteam.services.identity.officers import tell_officers
from careteam.services.notices.telling import tell


def tell_practice(session: Session, case: AccessCase, kind: NoticeKind, *, at: datetime) -> None:
    """Tell the officers who may answer: not the one who looked, and not the patient, should they be one."""
    but = (who_looked(session, case), _patient_user(session, case))
    tell_officers(session, case.practice_id, kind, target=case.id, but=but, at=at)


def tell_patient(session: Session, case: AccessCase, kind: NoticeKind, *, at: datetime) -> None:
    """Tell the patient."""
    told = [_patient_user(session, case)]
    tell(session, told, kind, patient_id=case.patient_id, target=case.id, at=at)


def tell_who_looked(session: Session, case: AccessCase, *, at: datetime) -> None:
    """Tell who looked where the outcome requires it, with neither the patient nor the case."""
    if case.outcome in TOLD_TO_WHO_LOOKED:
        told, kind = [who_looked(session, case)], NoticeKind.ACCESS_FOUND_WRONG
        tell(session, told, kind, patient_id=None, target=case.practice_id, at=at)


def who_looked(session: Session, case: AccessCase) -> UUID | None:
    """Return whose access is questioned; None for the operator and for somebody who was not signed in."""
    return session.scalar(select(AccessEvent.actor_id).where(AccessEvent.id == case.event_id))


def _patient_user(session: Session, case: AccessCase) -> UUID | None:
    return session.scalar(select(Patient.user_id).where(Patient.id == case.patient_id))
