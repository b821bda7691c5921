"""Which practice answers for an access: that for which the person looked; without one, that whose items were shown."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from careteam.models import AccessEvent, AccessEventItem, Staff, StaffTerm
from careteam.policy.cases import by_share, practices_now, practices_of
from careteam.policy.facts import Team
from careteam.services.record.records import Record


def practice_for(session: Session, record: Record, event_id: UUID) -> UUID | None:
    """Return the practice that answers for an event, None where nobody can be found who would.

    In this order: the practice of the membership under which the actor was in the team then; the practice of whose
    staff they were then (also when they have left it since); for the operator, a representation and people without a
    practice, the practice of whoever holds most of what was shown; the practice that has treated the patient longest.
    """
    event = session.execute(select(AccessEvent.actor_id, AccessEvent.at).where(AccessEvent.id == event_id)).one()
    return next(_candidates(session, record, event_id, event), None)


def _candidates(session: Session, record: Record, event_id: UUID, event: Any) -> Iterator[UUID]:
    if event.actor_id is not None:
        yield from practices_of(record.team, event.actor_id, event.at)
        yield from _employers(session, event.actor_id, event.at)
    yield from _of_holders(session, record.team, event_id, event.at)
    yield from practices_now(record.team, record.at)


def _employers(session: Session, user_id: UUID, at: datetime) -> Sequence[UUID]:
    """Return the practices in which somebody had a role at an instant, by when it began."""
    now = select(Staff.practice_id, Staff.created_at.label("began_at")).where(
        Staff.user_id == user_id, Staff.created_at <= at, or_(Staff.ended_at.is_(None), at < Staff.ended_at)
    )
    before = select(StaffTerm.practice_id, StaffTerm.began_at).where(
        and_(StaffTerm.user_id == user_id, StaffTerm.began_at <= at, at < StaffTerm.ended_at)
    )
    rows = [row for query in (now, before) for row in session.execute(query)]
    return [row.practice_id for row in sorted(rows, key=lambda row: (row.began_at, row.practice_id))]


def _of_holders(session: Session, team: Team, event_id: UUID, at: datetime) -> Iterator[UUID]:
    query = select(AccessEventItem.holder_id).where(
        AccessEventItem.event_id == event_id, AccessEventItem.holder_id.is_not(None)
    )
    for holder_id in by_share(holder for holder in session.scalars(query) if holder is not None):
        yield from practices_of(team, holder_id, at)
