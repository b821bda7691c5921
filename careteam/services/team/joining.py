"""What accepting makes: a post in a practice, a record with a first membership, or a membership in a team."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Gone, Invalid
from careteam.facts import membership_fact
from careteam.models import Invitation, Membership, Patient, Staff, User
from careteam.policy.team import accepted
from careteam.policy.vocabulary import InvitationKind, Role
from careteam.services.identity import staff
from careteam.services.identity.time_zones import known_zone
from careteam.services.log import administration_log
from careteam.services.names import name_key
from careteam.services.notices import of_teams
from careteam.services.representations import accepting
from careteam.services.team.folding import claim, fold
from careteam.services.team.invitation_rules import present_record
from careteam.services.team.invitation_views import offer_of
from careteam.services.team.memberships import begin, open_memberships, said_no_since
from careteam.services.team.particulars import born
from careteam.services.team.vouching import check_vouched


@dataclass(frozen=True, slots=True)
class Answer:
    """What the accepting person says: name and password to register; the rest where the invitation needs it."""

    name: str | None = None
    password: str | None = None
    birth_date: date | None = None
    time_zone: str | None = None
    practice_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of it. `introduced` is false while a clinician may not yet know whose team it is."""

    practice_id: UUID | None = None
    patient_id: UUID | None = None
    membership_id: UUID | None = None
    representation_id: UUID | None = None
    introduced: bool = True


def join(
    session: Session,
    person: Actor,
    invitation: Invitation,
    said: Answer,
    *,
    keep: UUID | None = None,
    at: datetime,
) -> Joined:
    """Make what the invitation offers for the person. Raises Invalid, Conflict or Gone.

    A new role ends the person's sessions but `keep`, and tokens (see `careteam.services.identity.staff`).
    """
    match invitation.kind:
        case InvitationKind.STAFF:
            return _staff(session, person, invitation, keep, at)
        case InvitationKind.PATIENT:
            return _patient(session, person, invitation, said, at)
        case InvitationKind.CLINICIAN:
            return _clinician(session, person, invitation, said, at)
        case InvitationKind.REPRESENTATIVE:
            found = accepting.accept(session, person, invitation, at=at)
            return Joined(patient_id=found.patient_id, representation_id=found.id)


def check_newcomer(session: Session, invitation: Invitation, said: Answer, at: datetime) -> None:
    """Raises all that joining could find wrong with somebody who registers now.

    It is asked before anything depends on whether the address has an account: otherwise an answer that joining
    refuses would tell, without leaving a trace.
    """
    if said.practice_id is not None:
        raise Invalid("You have no role in a practice yet.", {"practice_id": ["Leave this out."]})
    if invitation.kind is InvitationKind.PATIENT:
        day = born(_given(said.birth_date), at)
        brought = present_record(session, invitation.patient_id) if invitation.patient_id else None
        if brought is not None and brought.user_id is not None:
            raise Gone
        if brought is not None:
            check_vouched(session, invitation, at=at)
            _same_person(brought.birth_date, day)


def _staff(session: Session, person: Actor, invitation: Invitation, keep: UUID | None, at: datetime) -> Joined:
    """Give the role; a clinical one counts only when an administrator has verified it.

    Whom the practice has disabled meanwhile does not come back by an older invitation, nor does a role that it has
    ended meanwhile.
    """
    practice_id = invitation.practice_id
    assert practice_id is not None
    here = (Staff.user_id == person.user_id, Staff.practice_id == practice_id)
    still_disabled = and_(Staff.disabled_at.is_not(None), Staff.ended_at.is_(None))
    since = or_(
        Staff.disabled_at >= invitation.created_at,
        and_(Staff.role == invitation.role, Staff.ended_at >= invitation.created_at),
    )
    if session.execute(select(Staff.id).where(*here, or_(still_disabled, since))).first():
        raise Gone
    staff.appoint(session, person, practice_id, _role(invitation), keep=keep, at=at)
    role = invitation.role
    administration_log.note(session, person, practice_id, "accept-invitation", user_id=person.user_id, role=role, at=at)
    _name_practice(session, person.user_id, _role(invitation), practice_id)
    return Joined(practice_id=practice_id)


def _role(invitation: Invitation) -> Role:
    """Return the role that is offered: every kind but `representative` offers one."""
    assert invitation.role is not None
    return invitation.role


def _name_practice(session: Session, user_id: UUID, role: Role, practice_id: UUID) -> None:
    """Memberships that were accepted before there was a practice are this one's now."""
    without = (Membership.user_id == user_id, Membership.role == role, Membership.practice_id.is_(None))
    session.execute(
        update(Membership).where(*without).values(practice_id=practice_id),
        execution_options={"synchronize_session": False},
    )


def _patient(session: Session, person: Actor, invitation: Invitation, said: Answer, at: datetime) -> Joined:
    """Link the person's one record to the inviting clinician, whatever their record was before."""
    if invitation.invited_by == person.user_id:
        raise Conflict("Nobody is a clinician of their own.")
    patient_id = _record(session, person, invitation, said, at)
    places = open_memberships(session, patient_id, invitation.invited_by, _role(invitation), at)
    membership = next((m for m in places if accepted(membership_fact(m))), None)
    if membership is None or invitation.patient_id is None:
        membership = begin(
            session,
            patient_id=patient_id,
            user_id=invitation.invited_by,
            offer=offer_of(invitation),
            proposed_by=invitation.invited_by,
            patient_agreed_at=at,
            clinician_accepted_at=_standing_yes(session, invitation, patient_id, invitation.invited_by),
            at=at,
        )
        of_teams.joined(session, membership, person.user_id, at=at)
    return Joined(membership.practice_id, patient_id, membership.id)


def _record(session: Session, person: Actor, invitation: Invitation, said: Answer, at: datetime) -> UUID:
    """Return the person's record: their own, with what was brought folded in; the brought one; or a new one."""
    brought = present_record(session, invitation.patient_id) if invitation.patient_id else None
    if brought is None or brought.user_id == person.user_id:
        return person.patient_id or _new_record(session, person, said, at)
    if brought.user_id is not None:
        raise Gone
    check_vouched(session, invitation, at=at)
    if person.patient_id is None:
        _same_person(brought.birth_date, said.birth_date)
        claim(session, brought.id, person.user_id)
        if said.time_zone is not None:
            brought.time_zone = known_zone(said.time_zone)
        brought.birth_date = brought.birth_date or born(_given(said.birth_date), at)
        return brought.id
    own = session.get_one(Patient, person.patient_id)
    _same_person(brought.birth_date, own.birth_date)
    own.birth_date = own.birth_date or brought.birth_date
    fold(session, brought.id, own.id, by=person.user_id, at=at)
    return own.id


def _new_record(session: Session, person: Actor, said: Answer, at: datetime) -> UUID:
    account = session.get_one(User, person.user_id)
    zone = account.time_zone if said.time_zone is None else known_zone(said.time_zone)
    record = Patient(
        user_id=person.user_id,
        name=person.name,
        name_key=name_key(person.name),
        birth_date=born(_given(said.birth_date), at),
        time_zone=zone,
        created_at=at,
    )
    session.add(record)
    session.flush()
    return record.id


def _given(day: date | None) -> date:
    if day is None:
        raise Invalid("Your record needs a birth date.", {"birth_date": ["Give the day on which you were born."]})
    return day


def _same_person(brought: date | None, given: date | None) -> None:
    """Two birth dates are two people: nothing of one reaches the other (a link may have gone astray)."""
    if brought is not None and given != brought:
        raise Invalid(
            "The record that this invitation names has another birth date. Check yours, or ask who invited you.",
            {"birth_date": ["Not that of the record."]},
        )


def _clinician(session: Session, person: Actor, invitation: Invitation, said: Answer, at: datetime) -> Joined:
    """Give the clinician's yes; the patient's is there already when the patient invited."""
    assert invitation.patient_id is not None
    patient = present_record(session, invitation.patient_id)
    if patient.user_id == person.user_id:
        raise Conflict("Nobody is a clinician of their own.")
    agreed_at = _patients_yes(session, invitation, patient, person.user_id)
    membership = begin(
        session,
        patient_id=patient.id,
        user_id=person.user_id,
        offer=replace(offer_of(invitation), practice_id=_practice(person, _role(invitation), said.practice_id)),
        proposed_by=invitation.invited_by,
        patient_agreed_at=agreed_at,
        clinician_accepted_at=at,
        at=at,
    )
    of_teams.joined(session, membership, person.user_id, at=at)
    made = membership_fact(membership)
    introduced = accepted(made) and person.reader.verified_for(made)
    return Joined(membership.practice_id, patient.id, membership.id, introduced=introduced)


def _patients_yes(session: Session, invitation: Invitation, patient: Patient, clinician_id: UUID) -> datetime | None:
    """Return when the patient said yes: by inviting, or to what a member proposed; None when they said no since."""
    if patient.user_id == invitation.invited_by:
        return _standing_yes(session, invitation, patient.id, clinician_id)
    said = invitation.patient_agreed_at
    if said is None or patient.user_id is None:
        return None
    return None if said_no_since(session, patient.id, clinician_id, by=patient.user_id, since=said) else said


def _standing_yes(session: Session, invitation: Invitation, patient_id: UUID, clinician_id: UUID) -> datetime | None:
    """Return when the inviter said yes by inviting; None when they have said no to this clinician's place since."""
    since = invitation.created_at
    no = said_no_since(session, patient_id, clinician_id, by=invitation.invited_by, since=since)
    return None if no else since


def _practice(person: Actor, role: Role, chosen: UUID | None) -> UUID | None:
    """Return from which practice the clinician joins; None for somebody whom no practice has taken on yet."""
    own = {p.practice_id for p in person.posts if p.role is role}
    if chosen is not None and chosen not in own:
        raise Invalid("You have no such role there.", {"practice_id": ["Choose a practice of yours."]})
    if chosen is None and len(own) > 1:
        raise Invalid("You have this role in several practices.", {"practice_id": ["Say from which one you join."]})
    return chosen or next(iter(own), None)
