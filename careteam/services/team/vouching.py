"""Who must vouch for an address before a record that nobody has taken over is handed to it.

An invitation's link is shown to its inviter, who could use it themselves and read as the patient. What others
brought is therefore handed over only to an address that each of them has invited to the same record.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import null, select, true
from sqlalchemy.orm import Session

from careteam.errors import TellingConflict
from careteam.models import ImportSource, Invitation, Item, Membership
from careteam.policy.vocabulary import InvitationKind
from careteam.services.importing.sources import PATIENT
from careteam.services.team.invitation_rules import IS_OPEN


def check_vouched(session: Session, invitation: Invitation, *, at: datetime) -> None:
    """Raises TellingConflict while the record that the invitation names holds what the inviter neither holds, wrote
    nor imported, unless everybody whose it is has an open invitation of the same address to it."""
    assert invitation.patient_id is not None
    others = _others(session, invitation.patient_id, invitation.invited_by)
    if others and others - _vouching(session, invitation, at):
        raise TellingConflict(
            "Another clinician brought a part of this record. It becomes yours once each of them has invited this"
            " address to it: ask them for an invitation too, or be invited without the record."
        )


def _others(session: Session, patient_id: UUID, inviter_id: UUID) -> set[UUID]:
    """Return whose the parts of the record are that are not the inviter's."""
    by_operator, found = False, set[UUID]()
    for row in _parts(session, patient_id):
        people = {row.holder_id, row.author_id, row.imported_by} - {None}
        if inviter_id not in people:
            found |= people
            by_operator |= row.imported and row.imported_by is None
    if by_operator:
        found |= _bringers(session, patient_id)
    return found - {inviter_id}


def _parts(session: Session, patient_id: UUID) -> list[Any]:
    """Return the distinct holders, authors and importers of all that the record holds; who the person is left out."""
    imported = ImportSource.id.is_not(None).label("imported")
    items = (
        select(Item.holder_id, Item.author_id, ImportSource.imported_by, imported)
        .outerjoin(ImportSource, ImportSource.item_id == Item.id)
        .where(Item.patient_id == patient_id)
    )
    kept = select(
        ImportSource.holder_id, null().label("author_id"), ImportSource.imported_by, true().label("imported")
    ).where(
        ImportSource.patient_id == patient_id, ImportSource.item_id.is_(None), ImportSource.resource_type != PATIENT
    )
    return [row for query in (items, kept) for row in session.execute(query.distinct())]


def _bringers(session: Session, patient_id: UUID) -> set[UUID]:
    """Return the clinicians in whose names an operator imported: who have said yes to a place and have not left."""
    query = select(Membership.user_id).where(
        Membership.patient_id == patient_id,
        Membership.clinician_accepted_at.is_not(None),
        Membership.declined_at.is_(None),
        Membership.ended_at.is_(None),
    )
    return set(session.scalars(query))


def _vouching(session: Session, invitation: Invitation, at: datetime) -> set[UUID]:
    query = select(Invitation.invited_by).where(
        Invitation.kind == InvitationKind.PATIENT,
        Invitation.patient_id == invitation.patient_id,
        Invitation.email == invitation.email,
        IS_OPEN,
        Invitation.expires_at > at,
    )
    return set(session.scalars(query))
