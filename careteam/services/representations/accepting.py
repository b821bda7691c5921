"""Accepting to act for a patient: by the person whom the invitation is for, who is neither patient nor attester."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.errors import Conflict, Gone
from careteam.models import Invitation, Representation
from careteam.policy.grounds import stands
from careteam.policy.vocabulary import NoticeKind
from careteam.services.notices.telling import tell


def accept(session: Session, person: Actor, invitation: Invitation, *, at: datetime) -> Representation:
    """Let the person act as the invitation offers, from now or the agreed start. Raises Gone, and Conflict.

    `check_inviter` (`authority`) has said that it could still be made. The patient is told.
    """
    found = session.get(Representation, invitation.representation_id)
    if found is None or found.accepted_at is not None or found.ended_at is not None:
        raise Gone
    known = facts.of_patients(session, [found.patient_id])[found.patient_id]
    patient_user_id = known.team.patient_user_id
    if person.user_id == patient_user_id:
        raise Conflict("Nobody represents themselves.")
    if person.user_id in {found.created_by, found.attested_by}:
        raise Conflict("Who attests the document is not the one who acts for the patient.")
    _close_over(session, found.patient_id, person.user_id, known, at=at)
    found.user_id, found.accepted_at = person.user_id, at
    session.flush()
    told = {patient_user_id, found.created_by}
    tell(session, told, NoticeKind.REPRESENTATION_ADDED, patient_id=found.patient_id, target=found.id, at=at)
    return found


def declined(session: Session, representation_id: UUID, *, at: datetime) -> None:
    """Tell the patient, and who added it, that nobody acts by it: whom it was for said no."""
    found = session.get_one(Representation, representation_id)
    patient_user_id = facts.of_patients(session, [found.patient_id])[found.patient_id].team.patient_user_id
    told = {patient_user_id, found.created_by}
    tell(session, told, NoticeKind.REPRESENTATION_ENDED, patient_id=found.patient_id, target=found.id, at=at)


def _close_over(session: Session, patient_id: UUID, user_id: UUID, known: facts.Facts, *, at: datetime) -> None:
    """End what the clock has ended already. Raises Conflict where the person acts for the patient, or will."""
    until = {r.id: r.valid_until for r in known.grounds.representations if not stands(r, at)}
    open_now = select(Representation).where(
        Representation.patient_id == patient_id,
        Representation.user_id == user_id,
        Representation.accepted_at.is_not(None),
        Representation.ended_at.is_(None),
    )
    for one in session.scalars(open_now):
        over = until.get(one.id)
        if over is None or over > at:
            raise Conflict("You act for this patient already: step down from that first.")
        one.ended_at = over
    session.flush()
