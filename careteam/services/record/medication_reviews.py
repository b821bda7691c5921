"""A prescriber went through the whole medication list, as far as they could see it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotPermitted
from careteam.models import Medication, MedicationReview
from careteam.models.types import new_id
from careteam.policy.scope import sections
from careteam.policy.team import ever_members
from careteam.policy.vocabulary import ItemClass, Role
from careteam.services.log import access_log
from careteam.services.record.records import Record, open_to_write

_REVIEW = MedicationReview.__table__.c
_NEWEST = (
    select(_REVIEW.reviewed_at, _REVIEW.reviewed_by).order_by(_REVIEW.reviewed_at.desc(), _REVIEW.id.desc()).limit(1)
)


def review(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Record that a current prescriber went through the list now; `entries` is how many they could see.

    Raises NotFound to strangers, NotPermitted to everybody else who is no current prescriber.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    if Role.PRESCRIBER not in record.roles:
        raise NotPermitted("Only a current prescriber records that the whole list was reviewed.")
    entries = session.scalar(select(func.count()).select_from(record.rows(Medication, Medication.id).subquery()))
    made = MedicationReview(
        id=new_id(), patient_id=patient_id, reviewed_by=actor.user_id, reviewed_at=at, entries=entries
    )
    session.add(made)
    session.flush()
    access_log.changed(session, actor, patient_id, "review-medications", target=made.id, at=at)
    return {"id": made.id, "at": at, "by": actor.user_id, "entries": made.entries}


def last_review(session: Session, record: Record) -> dict[str, Any] | None:
    """Return when and by whom the list was last reviewed, as far as the reader may know.

    A review is known to the patient, to whoever made it, and to those with whom that prescriber's medications
    are shared: to others it would tell of a list that they cannot see.
    """
    query = _NEWEST.where(_REVIEW.patient_id == record.patient_id)
    if not record.is_patient:
        query = query.where(_REVIEW.reviewed_by.in_(_known_reviewers(record)))
    row = session.execute(query).first()
    return {"at": row.reviewed_at, "by": row.reviewed_by} if row else None


def _known_reviewers(record: Record) -> set[UUID]:
    shared = {m for m in ever_members(record.team) if ItemClass.MEDICATION in sections(record.scope, m)}
    return shared | {record.actor.user_id}
