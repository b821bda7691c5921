"""When somebody last looked at a patient's shared record, as the access log knows it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from careteam.models import AccessEvent, Patient

LOOK = "read-shared-record"
"""The act of looking. Its rows have an index of their own, so the word stands in the statement as it is."""

SITTING = timedelta(minutes=30)
"""A look that is younger than this belongs to the same sitting: what was new in it still is."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look, by its row in the access log."""

    id: UUID
    at: datetime


def last_looks(
    session: Session, user_id: UUID, patient_ids: Collection[UUID], *, until: datetime
) -> Mapping[UUID, Look]:
    """Return of each patient the user's latest look at or before this instant, in one statement."""
    rows = session.execute(_LATEST, {"who": user_id, "until": until, "ids": list(patient_ids)})
    return {row.patient_id: Look(row.id, row.at) for row in rows}


_EVENT = aliased(AccessEvent)
_NEWEST = (
    select(_EVENT.id)
    .where(
        _EVENT.actor_id == bindparam("who"),
        _EVENT.patient_id == Patient.id,
        _EVENT.act == bindparam("look", LOOK, literal_execute=True),
        _EVENT.at <= bindparam("until"),
    )
    .order_by(_EVENT.at.desc())
    .limit(1)
    .correlate(Patient)
    .scalar_subquery()
)
_LATEST = (
    select(Patient.id.label("patient_id"), AccessEvent.id, AccessEvent.at)
    .join(AccessEvent, AccessEvent.id == _NEWEST)
    .where(Patient.id.in_(bindparam("ids", expanding=True)))
)
