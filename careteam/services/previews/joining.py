"""What the patient's yes to a membership would open and close, to the one who joins and to everybody else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotPermitted
from careteam.facts import membership_fact
from careteam.models import Invitation, Membership, User
from careteam.models.types import new_id
from careteam.policy.changes import joined
from careteam.policy.facts import Membership as MembershipFact
from careteam.policy.vocabulary import InvitationKind, PreviewedAct, WaitsFor
from careteam.services.previews.acts import check_may_preview, decided
from careteam.services.previews.comparing import Act
from careteam.services.previews.people import joins
from careteam.services.previews.shown import answer
from careteam.services.record.records import Record, open_record
from careteam.services.team import acceptance, memberships, proposals
from careteam.services.team.acceptance import ById
from careteam.services.team.invitation_views import offered_membership
from careteam.services.team.joining import Answer, join
from careteam.services.team.readers import readers

BROUGHT = "A record that they brought becomes yours with it; what it holds is not counted here."


def membership(session: Session, actor: Actor, membership_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return what the patient's yes to this membership would do. Raises as `memberships.agree`.

    NotPermitted to the clinician: what it opens is the patient's to see first.
    """
    found = session.get(Membership, membership_id)
    if found is not None and found.user_id == actor.user_id:
        memberships.check_known(session, actor, membership_id, at=at)
        raise NotPermitted("Only the patient sees what a membership would open.")
    asked, _ = memberships.to_agree(session, actor, membership_id, at=at)
    record = open_record(session, actor, asked.patient_id, at=at)
    check_may_preview(record)
    return _joining(
        session, record, membership_fact(asked), name=record.facts.names[asked.user_id], target=membership_id
    )


def invitation(session: Session, actor: Actor, invitation_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return what the patient's yes to an invitation would do: to a proposal of a member, or to one of their own.

    Raises as `proposals.agree` and `acceptance.accept`; NotPermitted to whom it offers a role or a place in a team.
    """
    found = session.get(Invitation, invitation_id)
    if found is None or found.kind is not InvitationKind.CLINICIAN or found.patient_id != actor.patient_id:
        return _own(session, actor, invitation_id, at=at)
    proposed = proposals.to_agree(session, actor, invitation_id, at=at)
    assert proposed.patient_id is not None
    record = open_record(session, actor, proposed.patient_id, at=at)
    check_may_preview(record)
    newcomer = offered_membership(proposed, user_id=new_id())
    asked = replace(newcomer, patient_agreed=True, clinician_accepted=False)
    return _joining(session, record, asked, name=None, target=invitation_id)


def _own(session: Session, actor: Actor, invitation_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Look at an invitation to the actor's own address, as the patient. A record that it brings is not counted."""
    found = acceptance.find(session, actor, ById(invitation_id), at=at)
    if found.kind is not InvitationKind.PATIENT:
        raise NotPermitted("Only a patient sees what a membership would open.")
    if actor.patient_id is None:
        raise Conflict("Accepting makes your record: nothing in it is shared before you sign a consent.")
    says = [BROUGHT] if found.patient_id else []
    asked = _tried(session, actor, found, at=at)
    record = open_record(session, actor, actor.patient_id, at=at)
    check_may_preview(record)
    name = session.get_one(User, asked.user_id).name
    return _joining(session, record, asked, name=name, target=invitation_id, says=says)


def _tried(session: Session, actor: Actor, found: Invitation, *, at: datetime) -> MembershipFact:
    """Return the membership that accepting would make: made by the act itself, and undone before anything else."""
    trial = session.begin_nested()
    try:
        made = join(session, actor, found, Answer(), at=at)
        return membership_fact(session.get_one(Membership, made.membership_id))
    finally:
        trial.rollback()
        session.expire_all()


def _joining(
    session: Session,
    record: Record,
    asked: MembershipFact,
    *,
    name: str | None,
    target: UUID,
    says: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what changes once the clinician has joined, at the beginning of the membership."""
    known = readers(session, [asked.user_id]).get(asked.user_id)
    waits = [] if asked.clinician_accepted else [WaitsFor.CLINICIAN]
    person = joins(asked, name=name, known=known, waits_for=waits)
    before = decided(record)
    after = joined(before, asked)
    act = Act(PreviewedAct.JOIN, before, after, person.begins(record.at), replace(after, restrictions=()))
    return answer(session, record, act, target=target, says=says, joining=person)
