"""Coming of age: a parent's representation ends by the clock, and the patient is told once what stays in force.

What was signed with a parent, or by one, is the patient's own document: it holds until it ends or is revoked.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from careteam.models import Patient, Representation
from careteam.policy.grounds import MAJORITY, majority
from careteam.policy.vocabulary import NoticeKind, RepresentationBasis
from careteam.services.notices.telling import notice, tell_all

TOLD_FOR = timedelta(days=60)
"""How long after the day the patient is still told of it, where nobody told them then."""


def for_person(session: Session, patient_id: UUID, *, at: datetime) -> None:
    """Tell one patient, without a mail: they are looking."""
    tell_all(session, _due(session, Patient.id == patient_id, at=at), mail=False, at=at)


def for_everybody(session: Session, *, at: datetime) -> int:
    """Tell every patient who has come of age and whom nobody has told; return how many were."""
    return tell_all(session, _due(session, Patient.user_id.is_not(None), at=at), at=at)


def _due(session: Session, which: ColumnElement[bool], *, at: datetime) -> list[dict[str, Any]]:
    """Return the notices to those for whom a parent acted until they came of age, lately."""
    oldest = (at - TOLD_FOR).date()
    parents = select(1).where(
        Representation.patient_id == Patient.id,
        Representation.basis == RepresentationBasis.PARENT,
        Representation.accepted_at.is_not(None),
        Representation.ended_at.is_(None),
    )
    lately = Patient.birth_date.between(_years_before(oldest), _years_before(at.date() + timedelta(days=2)))
    columns = (Patient.id, Patient.user_id, Patient.birth_date, Patient.time_zone)
    query = select(*columns).where(which, Patient.user_id.is_not(None), lately, parents.exists())
    return [
        notice(row.user_id, NoticeKind.CAME_OF_AGE, row.id, row.id, step=MAJORITY, at=at)
        for row in session.execute(query)
        if majority(row.birth_date, ZoneInfo(row.time_zone)) <= at
    ]


def _years_before(day: date) -> date:
    """Return the day on which somebody was born who is of age on this one, give or take a day."""
    return day.replace(year=day.year - MAJORITY, day=min(day.day, 28) if day.month == 2 else day.day)
