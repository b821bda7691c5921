"""Which practices vouch for the members of a team, as the policy sees who reads."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from careteam.models import Staff, User
from careteam.policy.facts import Reader, Verification
from careteam.policy.vocabulary import CLINICAL_ROLES

_COUNTS = and_(
    Staff.user_id == User.id,
    Staff.role.in_(sorted(CLINICAL_ROLES)),
    Staff.verified_at.is_not(None),
    Staff.disabled_at.is_(None),
    Staff.ended_at.is_(None),
)


def readers(session: Session, user_ids: Collection[UUID]) -> Mapping[UUID, Reader]:
    """Return these people as readers, in one statement. A role counts while its practice verifies it."""
    query = select(User.id, User.disabled_at, Staff.role, Staff.practice_id).outerjoin(Staff, _COUNTS)
    rows: dict[UUID, list[Any]] = {}
    for row in session.execute(query.where(User.id.in_(user_ids))) if user_ids else ():
        rows.setdefault(row.id, []).append(row)
    return {user_id: _reader(user_id, found) for user_id, found in rows.items()}


def _reader(user_id: UUID, rows: list[Any]) -> Reader:
    vouched = frozenset(Verification(row.role, row.practice_id) for row in rows if row.role is not None)
    return Reader(user_id, vouched, disabled=rows[0].disabled_at is not None)
