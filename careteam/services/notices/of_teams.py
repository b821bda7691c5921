"""Who is told what about places in a care team: the other of the two sides, and nobody else in the team."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.facts import membership_fact
from careteam.models import Invitation, Membership, Patient
from careteam.policy.team import accepted
from careteam.policy.vocabulary import InvitationKind, NoticeKind
from careteam.services.notices.of_reviews import holders_left
from careteam.services.notices.telling import notice, tell, tell_all


def joined(session: Session, membership: Membership, by: UUID | None, *, at: datetime) -> None:
    """Tell the other side of a membership what somebody's yes made of it: accepted, or waiting for theirs.

    `by` is None where the operator proposes it: then both sides are told.
    """
    both = accepted(membership_fact(membership))
    _tell(session, membership, by, NoticeKind.MEMBERSHIP_ACCEPTED if both else NoticeKind.MEMBERSHIP_PROPOSED, at)


def declined(session: Session, membership: Membership, by: UUID, *, at: datetime) -> None:
    """Tell the other side that a proposal was declined."""
    _tell(session, membership, by, NoticeKind.MEMBERSHIP_DECLINED, at)


def ended(session: Session, membership: Membership, by: UUID, *, at: datetime) -> None:
    """Tell the other side that the membership was ended, and the patient for whom nobody confirms labels now."""
    _tell(session, membership, by, NoticeKind.MEMBERSHIP_ENDED, at)
    holders_left(session, [membership.id], at=at)


def invited(session: Session, invitation: Invitation, *, at: datetime) -> None:
    """Tell a patient that a member has invited somebody to their team; what they offer themselves is no news."""
    if invitation.kind is not InvitationKind.CLINICIAN:
        return
    theirs = _account(session, invitation.patient_id)
    told = [] if theirs == invitation.invited_by else [theirs]
    kind = NoticeKind.MEMBERSHIP_PROPOSED
    tell(session, told, kind, patient_id=invitation.patient_id, target=invitation.id, at=at)


def left(session: Session, memberships: Sequence[Any], user_id: UUID, *, at: datetime) -> None:
    """Tell the patients, and the clinician, that memberships ended with a role: rows with `id` and `patient_id`."""
    people = select(Patient.id, Patient.user_id).where(Patient.id.in_([row.patient_id for row in memberships]))
    accounts = {row.id: row.user_id for row in session.execute(people)} if memberships else {}
    told = [(row, who) for row in memberships for who in (accounts[row.patient_id], user_id) if who is not None]
    kind = NoticeKind.MEMBERSHIP_ENDED
    tell_all(session, [notice(who, kind, row.patient_id, row.id, at=at) for row, who in told], at=at)
    holders_left(session, [row.id for row in memberships], at=at)


def _tell(session: Session, membership: Membership, by: UUID | None, kind: NoticeKind, at: datetime) -> None:
    sides = (_account(session, membership.patient_id), membership.user_id)
    others = [user_id for user_id in sides if user_id != by]
    tell(session, others, kind, patient_id=membership.patient_id, target=membership.id, at=at)


def _account(session: Session, patient_id: UUID | None) -> UUID | None:
    return session.scalar(select(Patient.user_id).where(Patient.id == patient_id))
