"""Which rows of the access log are a practice's, for its privacy officers; nothing of another practice's is among them.

A row is the practice's when, at its time, one of these held (`domain.md`, "People"):

- who acted was of its staff, and acted neither on their own record, nor for another practice's membership, nor in
  the administration of another practice;
- it showed items that one of its staff holds, of a patient whom they do not treat for another practice, and was no
  preview of an act of the patient's;
- it was refused to a stranger, or done by the operator, about a patient in treatment here.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import aliased

from careteam.models import AccessEvent, AccessEventItem, AdministrationEvent, Membership, Patient, Staff, StaffTerm
from careteam.services.log.patients_rows import CONSIDERED

LOOKED_AT_PRACTICE = frozenset(
    {"read-administration-log", "read-practice-access-log", "list-emergency-reviews", "list-cases"}
)
"""Acts whose target is a practice."""
_WRITTEN, _PRESENT = aliased(Patient), aliased(Patient)
PATIENT_ID = func.coalesce(_PRESENT.id, _WRITTEN.id)
"""Whose record it is now: a folded one is its person's."""
_PERSON_ID = func.coalesce(_PRESENT.user_id, _WRITTEN.user_id)
ON_BEHALF = AccessEvent.representation_id.is_not(None)
"""Somebody acted for the patient: as a parent or friend, never for the practice where they may work too."""
OWN = or_(
    ON_BEHALF,
    and_(AccessEvent.actor_id.is_not(None), func.coalesce(AccessEvent.actor_id == _PERSON_ID, False)),
)
"""The patient acted on their own record, or somebody on their behalf; they are never named."""


def joined(query: Any) -> Any:
    """Join the patient of each event, under its record of now, to a SELECT of events."""
    found = query.outerjoin(_WRITTEN, _WRITTEN.id == AccessEvent.patient_id)
    return found.outerjoin(_PRESENT, _PRESENT.id == _WRITTEN.merged_into_id)


def staffed(user_id: Any) -> ColumnElement[bool]:
    """Say whether this person has or had a role in some practice; nobody else is named."""
    return select(Staff.id).where(Staff.user_id == user_id).exists()


def acted_here(practice_id: UUID) -> ColumnElement[bool]:
    """Say whether somebody of the staff acted, for this practice."""
    return and_(not_(OWN), not_(_administers_another(practice_id)), _for_practice(AccessEvent.actor_id, practice_id))


def held_here(practice_id: UUID) -> ColumnElement[bool]:
    """Say whether an item in an answer was held by somebody of the staff, for this practice."""
    return and_(AccessEventItem.holder_id.is_not(None), _for_practice(AccessEventItem.holder_id, practice_id))


def rows_of(practice_id: UUID) -> ColumnElement[bool]:
    """Say whether an event is the practice's."""
    showed = select(1).where(AccessEventItem.event_id == AccessEvent.id, held_here(practice_id)).exists()
    operator = and_(AccessEvent.actor_id.is_(None), AccessEvent.actor_role == "operator")
    tried = and_(AccessEvent.outcome == "refused", not_(OWN), not_(_has_place(AccessEvent.actor_id)))
    disclosed = and_(showed, AccessEvent.act.not_in(sorted(CONSIDERED)))
    return or_(acted_here(practice_id), disclosed, and_(or_(operator, tried), _treated_here(practice_id)))


def _administers_another(practice_id: UUID) -> ColumnElement[bool]:
    """Say whether the request was about another practice and its staff, and not about this one."""
    note = AdministrationEvent
    noted = select(note.id).where(note.request_id == AccessEvent.request_id, note.actor_id == AccessEvent.actor_id)
    here, elsewhere = noted.where(note.practice_id == practice_id), noted.where(note.practice_id != practice_id)
    looked = and_(AccessEvent.act.in_(LOOKED_AT_PRACTICE), AccessEvent.target != str(practice_id))
    changed = and_(AccessEvent.outcome == "changed", AccessEvent.request_id != "", elsewhere.exists())
    return or_(looked, and_(changed, not_(here.exists())))


def _for_practice(user_id: Any, practice_id: UUID) -> ColumnElement[bool]:
    here, elsewhere = Membership.practice_id == practice_id, Membership.practice_id != practice_id
    return and_(_belonged(user_id, practice_id), or_(_has_place(user_id, here), not_(_has_place(user_id, elsewhere))))


def _belonged(user_id: Any, practice_id: UUID) -> ColumnElement[bool]:
    """Of the staff at the time of the event: in a role that they have, or in one that they had before."""
    now = select(Staff.id).where(
        Staff.user_id == user_id,
        Staff.practice_id == practice_id,
        Staff.created_at <= AccessEvent.at,
        or_(Staff.ended_at.is_(None), AccessEvent.at < Staff.ended_at),
    )
    before = select(StaffTerm.id).where(
        StaffTerm.user_id == user_id,
        StaffTerm.practice_id == practice_id,
        StaffTerm.began_at <= AccessEvent.at,
        AccessEvent.at < StaffTerm.ended_at,
    )
    return or_(now.exists(), before.exists())


def _has_place(user_id: Any, *named: ColumnElement[bool]) -> ColumnElement[bool]:
    places = select(Membership.id).where(Membership.user_id == user_id, Membership.patient_id == PATIENT_ID, *named)
    return places.correlate(AccessEvent, AccessEventItem, _WRITTEN, _PRESENT).exists()


def _treated_here(practice_id: UUID) -> ColumnElement[bool]:
    accepted = select(Membership.id).where(
        Membership.patient_id == PATIENT_ID,
        Membership.practice_id == practice_id,
        Membership.patient_agreed_at <= AccessEvent.at,
        Membership.clinician_accepted_at <= AccessEvent.at,
        Membership.declined_at.is_(None),
        or_(Membership.ended_at.is_(None), AccessEvent.at < Membership.ended_at),
        or_(Membership.valid_from.is_(None), Membership.valid_from <= AccessEvent.at),
        or_(Membership.valid_until.is_(None), AccessEvent.at < Membership.valid_until),
    )
    return accepted.correlate(AccessEvent, _WRITTEN, _PRESENT).exists()
