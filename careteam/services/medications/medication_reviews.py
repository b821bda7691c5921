"""A prescriber went through the whole medication list, as far as they could see it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound, NotPermitted
from careteam.models import Medication, MedicationReview
from careteam.models.types import new_id
from careteam.policy.representing import reads_section
from careteam.policy.scope import sections
from careteam.policy.team import ever_members
from careteam.policy.vocabulary import ItemClass, Role
from careteam.services.log import access_log
from careteam.services.paging import page
from careteam.services.record.records import Record, open_record, open_to_write

_REVIEW = MedicationReview.__table__.c


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
    access_log.changed(session, record.actor, patient_id, "review-medications", target=made.id, at=at)
    return {"id": made.id, "at": at, "by": actor.user_id, "entries": made.entries}


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, limit: int, cursor: str | None = None, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the reviews that the actor may know of (see `last_review`), newest first, and the next cursor.

    Raises NotFound to strangers, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    query = _known(record, *_REVIEW).order_by(_REVIEW.reviewed_at.desc(), _REVIEW.id.desc())
    found = page(session, query, limit=limit, cursor=cursor)
    access_log.disclosed(session, record.actor, patient_id, "read-medication-reviews", [], at=at)
    return [_shown(record, row) for row in found.rows], found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, review_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one review. Raises NotFound when it is absent, or the actor may not know of it (see `last_review`)."""
    record = open_record(session, actor, patient_id, at=at)
    row = session.execute(_known(record, *_REVIEW).where(_REVIEW.id == review_id)).first()
    if row is None:
        raise NotFound
    access_log.disclosed(session, record.actor, patient_id, "read-medication-review", [], at=at)
    return _shown(record, row)


def last_review(session: Session, record: Record) -> dict[str, Any] | None:
    """Return when and by whom the list was last reviewed, as far as the reader may know.

    A review is known to the patient and who reads medications for them, to whoever made it, and to those with whom
    that prescriber's medications are shared: to others it would tell of a list that they cannot see.
    """
    query = _known(record, _REVIEW.reviewed_at, _REVIEW.reviewed_by)
    row = session.execute(query.order_by(_REVIEW.reviewed_at.desc(), _REVIEW.id.desc()).limit(1)).first()
    return {"at": row.reviewed_at, "by": row.reviewed_by} if row else None


def _known(record: Record, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Return the SELECT of the reviews that the reader may know of."""
    query = select(*columns).where(_REVIEW.patient_id == record.patient_id)
    everything = record.is_patient or reads_section(record.scope, None, ItemClass.MEDICATION)
    return query if everything else query.where(_REVIEW.reviewed_by.in_(_known_reviewers(record)))


def _shown(record: Record, row: Any) -> dict[str, Any]:
    """Return a review; how many entries there were only to the patient and to who counted them.

    To others it would tell how many there are that they cannot see.
    """
    counts = record.is_patient or row.reviewed_by == record.actor.user_id
    return {
        "id": row.id,
        "at": row.reviewed_at,
        "by": row.reviewed_by,
        "entries": row.entries if counts else None,
    }


def _known_reviewers(record: Record) -> set[UUID]:
    shared = {m for m in ever_members(record.team) if ItemClass.MEDICATION in sections(record.scope, m)}
    return shared | {record.actor.user_id}
