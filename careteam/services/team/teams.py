"""One patient's team: who is in it, and what a membership would open."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, not_, or_, select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.errors import Conflict, NotFound, NotPermitted
from careteam.facts import membership_fact
from careteam.models import Consent, Invitation, Membership, Patient
from careteam.models.types import new_id
from careteam.policy.facts import Membership as MembershipFact
from careteam.policy.joining import would_open
from careteam.policy.scope import Shared
from careteam.policy.team import accepted, state
from careteam.policy.vocabulary import InvitationKind, InvitationState, MembershipState, Power, Role
from careteam.services.log import access_log
from careteam.services.record.records import Record, open_record
from careteam.services.team.holders import names_of, sharing
from careteam.services.team.invitation_rules import IS_OPEN
from careteam.services.team.invitation_views import heading, listed
from careteam.services.team.rosters import membership_for_team, membership_of, memberships, only_referred, team_entry

_ORDER = (
    MembershipState.CURRENT,
    MembershipState.UPCOMING,
    MembershipState.PROPOSED,
    MembershipState.ENDED,
    MembershipState.WITHDRAWN,
    MembershipState.DECLINED,
)


def read(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return the team. Raises NotFound unless the actor is the patient or was ever in it."""
    record = open_record(session, actor, patient_id, at=at)
    access_log.disclosed(session, record.actor, patient_id, "read-team", [], at=at)
    return {"members": members(session, record), "invitations": _invitations(session, record)}


def members(session: Session, record: Record) -> list[dict[str, Any]]:
    """Return the memberships that the actor may see, current ones first.

    The patient, and who signs for them, sees every one that there ever was; a member, and whoever else acts for the
    patient, the accepted ones, past ones too (their items stay in the record); somebody who left, has not begun or
    brought the record only their own.
    """
    query = memberships().where(Membership.patient_id == record.patient_id).order_by(Membership.id)
    shown = [team_entry(row, record.at) for row in session.execute(query) if _sees(record, row)]
    return sorted(shown, key=lambda entry: _ORDER.index(entry["state"]))


def read_membership(session: Session, actor: Actor, membership_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one membership: to its two sides as they list it, to others in the team as the team shows it.

    Raises NotFound to everybody who sees it in neither place.
    """
    known = or_(Membership.user_id != actor.user_id, not_(only_referred()))
    row = session.execute(memberships().where(Membership.id == membership_id, known)).first()
    if row is None:
        raise NotFound
    is_side = actor.user_id in {row.user_id, row.patient_user_id}
    if not is_side:
        record = open_record(session, actor, row.patient_id, at=at)
        actor = record.actor
        if not _sees(record, row):
            raise NotFound
    access_log.disclosed(session, actor, row.patient_id, "read-membership", [], at=at)
    return membership_of(row, actor, at) if is_side else membership_for_team(row, at)


def preview(session: Session, actor: Actor, membership_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return what one's own yes to this membership opens at once. For the patient; NotPermitted to the clinician.

    Raises NotFound to others, and Conflict for a membership that was declined or has ended.
    """
    query = (
        select(Membership, Patient.user_id)
        .join(Patient, Patient.id == Membership.patient_id)
        .where(Membership.id == membership_id)
        .where(or_(and_(Membership.user_id == actor.user_id, not_(only_referred())), Patient.user_id == actor.user_id))
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound
    membership: Membership = row[0]
    if row.user_id != actor.user_id:
        raise NotPermitted("Only the patient sees what a membership would open.")
    asked = membership_fact(membership)
    if state(asked, at) in {MembershipState.DECLINED, MembershipState.WITHDRAWN, MembershipState.ENDED}:
        raise Conflict("This membership is closed and opens nothing.")
    access_log.disclosed(session, actor, membership.patient_id, "preview-membership", [], at=at)
    return opens(session, membership.patient_id, asked, at=at)


def preview_role(session: Session, actor: Actor, patient_id: UUID, role: Role, *, at: datetime) -> dict[str, Any]:
    """Return what anybody who joins in this role reads at once: to be seen before inviting one. For the patient."""
    record = open_record(session, actor, patient_id, at=at)
    if not record.is_patient:
        raise NotPermitted("Only the patient sees what a membership would open.")
    access_log.disclosed(session, record.actor, patient_id, "preview-membership", [], at=at)
    return opens(session, patient_id, MembershipFact(new_id(), role), at=at)


def opens(session: Session, patient_id: UUID, membership: MembershipFact, *, at: datetime) -> dict[str, Any]:
    """Return the classes of each holder that this membership opens under the consents in force, and those consents."""
    known = facts.of_patients(session, [patient_id])[patient_id]
    scope = would_open(known.team, membership, known.consents, known.restrictions, at=at)
    ids = [p.consent_id for p in scope.permits if isinstance(p, Shared)]
    until = select(Consent.id, Consent.valid_until).where(Consent.id.in_(ids)).order_by(Consent.id)
    rows = session.execute(until) if ids else ()
    return {
        "role": membership.role,
        "opens": sharing(scope, known.team, membership.user_id, names_of(session, [known.team])),
        "consents": [{"id": row.id, "valid_until": row.valid_until} for row in rows],
    }


def _sees(record: Record, row: Any) -> bool:
    if record.speaks(Power.SIGN) or row.user_id == record.actor.user_id:
        return True
    return (record.is_member or record.representation is not None) and accepted(membership_fact(row))


def _invitations(session: Session, record: Record) -> list[dict[str, Any]] | None:
    """Return the open invitations to this team, whoever made them. Only the patient sees them."""
    if not record.is_patient:
        return None
    to_this_team = (Invitation.patient_id == record.patient_id, Invitation.kind == InvitationKind.CLINICIAN)
    query = listed().where(*to_this_team, IS_OPEN)
    shown = [heading(row, record.actor, record.at) for row in session.execute(query.order_by(Invitation.id))]
    return [i for i in shown if i["state"] is InvitationState.OPEN]
