"""Hands a record that nobody has taken over to the person whose record it is.

Safe only where it has no consents and no restrictions, and nobody acts for its patient: then moving its items widens
nothing that anybody decided. A parent who acts for a child may have; such a record is claimed, not folded.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from careteam.errors import Conflict
from careteam.models import (
    CheckInSchedule,
    Consent,
    ImportSource,
    Item,
    MedicationReview,
    Membership,
    MessageThread,
    Notice,
    Patient,
    Representation,
    Restriction,
)
from careteam.services.identity.credentials import digest

MOVED: tuple[Any, ...] = (Item, MedicationReview, ImportSource, CheckInSchedule, MessageThread, Notice)
"""What simply changes hands. Memberships are moved one by one; log events stay where they were written, and
`folded_into` finds them.
"""

LONGEST_KEY = 500
_TAKEN = "A person has taken over this record already."


def claim(session: Session, patient_id: UUID, user_id: UUID) -> None:
    """Make an unclaimed record this person's own. Raises Conflict when somebody was faster."""
    free = (Patient.id == patient_id, Patient.user_id.is_(None), Patient.merged_into_id.is_(None))
    done: Any = session.execute(update(Patient).where(*free).values(user_id=user_id))
    if done.rowcount != 1:
        raise Conflict(_TAKEN)


def fold(session: Session, source_id: UUID, target_id: UUID, *, by: UUID, at: datetime) -> None:
    """Move everything of an unclaimed record into a person's own, and leave a pointer behind.

    Raises Conflict when the record was taken over, or holds what only a person can make.
    """
    free = (Patient.id == source_id, Patient.user_id.is_(None), Patient.merged_into_id.is_(None))
    done: Any = session.execute(update(Patient).where(*free).values(merged_into_id=target_id))
    if done.rowcount != 1 or _decided(session, source_id):
        raise Conflict(_TAKEN)
    _mark_repeated_sources(session, source_id, target_id)
    _close_repeated_memberships(session, source_id, target_id, by=by, at=at)
    for model in (*MOVED, Membership):
        moving = update(model).where(model.patient_id == source_id).values(patient_id=target_id)
        session.execute(moving, execution_options={"synchronize_session": False})
    session.expire_all()


def folded_into(session: Session, patient_id: UUID) -> list[UUID]:
    """Return the ids of the records that were folded into this one; the log knows events under them."""
    return list(session.scalars(select(Patient.id).where(Patient.merged_into_id == patient_id)))


def _decided(session: Session, patient_id: UUID) -> bool:
    consents = select(Consent.id).where(Consent.patient_id == patient_id)
    restrictions = select(Restriction.id).where(Restriction.patient_id == patient_id)
    acting = select(Representation.id).where(Representation.patient_id == patient_id)
    return any(session.execute(query.limit(1)).first() for query in (consents, restrictions, acting))


def _mark_repeated_sources(session: Session, source_id: UUID, target_id: UUID) -> None:
    """Rename the sources that both records were brought from; both readings stay, each with its own holder."""
    theirs = aliased(ImportSource)
    query = (
        select(ImportSource.id, ImportSource.source_key)
        .join(theirs, theirs.source_key == ImportSource.source_key)
        .where(ImportSource.patient_id == source_id, theirs.patient_id == target_id)
    )
    renamed = [{"id": row.id, "source_key": _repeated(row.source_key, row.id)} for row in session.execute(query)]
    if renamed:
        session.execute(update(ImportSource), renamed)


def _repeated(source_key: str, row_id: UUID) -> str:
    """Return a key that is nobody else's and still tells the first one, by its digest where it is long."""
    mark = f"#folded-{row_id}"
    return (source_key if len(source_key) + len(mark) <= LONGEST_KEY else digest(source_key)) + mark


def _close_repeated_memberships(session: Session, source_id: UUID, target_id: UUID, *, by: UUID, at: datetime) -> None:
    """End the open memberships of clinicians who have the same one in the person's own team."""
    kept = aliased(Membership)
    same = (
        select(kept.id)
        .where(
            kept.patient_id == target_id,
            kept.user_id == Membership.user_id,
            kept.role == Membership.role,
            kept.declined_at.is_(None),
            kept.ended_at.is_(None),
        )
        .exists()
    )
    open_here = (Membership.patient_id == source_id, Membership.declined_at.is_(None), Membership.ended_at.is_(None))
    session.execute(
        update(Membership).where(*open_here, same).values(ended_at=at, ended_by=by),
        execution_options={"synchronize_session": False},
    )
