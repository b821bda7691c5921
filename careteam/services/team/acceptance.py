"""Answering an invitation: by its link, or signed in with the address that it is bound to.

Whoever holds the link stands for the address: they register with it where it has no account, and are told
to sign in where it has one. Nobody else learns anything; every other case is the same Gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor, Origin
from careteam.errors import Conflict, Gone, Invalid, NotFound, TellingConflict
from careteam.models import Invitation
from careteam.passwords import Passwords
from careteam.policy.vocabulary import InvitationKind
from careteam.services.identity import accounts, credentials
from careteam.services.log import access_log, administration_log
from careteam.services.representations import accepting
from careteam.services.representations.offers import offered
from careteam.services.team.invitation_rules import usable
from careteam.services.team.invitation_views import TO_A_TEAM, listed, offered_membership
from careteam.services.team.invitations import close
from careteam.services.team.joining import Answer, check_newcomer, join
from careteam.services.team.rosters import practice_of
from careteam.services.team.teams import opens

MEANING: Mapping[InvitationKind, str] = {
    InvitationKind.STAFF: "You get this role in the practice. A clinical role counts once an administrator has"
    " verified it. You are signed out everywhere else, and your access tokens end.",
    InvitationKind.PATIENT: "The clinician joins your care team, and sees your name, your birth date and who is in the"
    " team. What they read beyond that, you decide by consents. A record that they brought becomes yours.",
    InvitationKind.CLINICIAN: "You say yes to joining a patient's care team in this role. Once the patient has agreed"
    " too, you see their name, their birth date and who is in the team, and read what consents open to you.",
    InvitationKind.REPRESENTATIVE: "You act for a patient from now on, in what the representation says and no more. The"
    " patient sees everything that you look at or do here, on their behalf. You can step down at any time.",
}
"""What accepting means, in the words that the accepting person is shown."""


_ABOUT_A_PATIENT = frozenset({InvitationKind.CLINICIAN, InvitationKind.REPRESENTATIVE})


@dataclass(frozen=True, slots=True)
class ByLink:
    """The invitation behind the last part of a link, for whoever holds it."""

    token: str


@dataclass(frozen=True, slots=True)
class ById:
    """An invitation to the actor's own address."""

    invitation_id: UUID


Sought = ByLink | ById


def find(session: Session, actor: Actor | None, sought: Sought, *, at: datetime) -> Invitation:
    """Return an open invitation.

    By link it raises Gone, always the same: unknown, used, expired, withdrawn, or bound to another address than the
    actor's. By id it raises NotFound unless it is to the actor's address, then Gone when it is closed.
    """
    match sought:
        case ByLink():
            behind = select(Invitation).where(Invitation.token_hash == credentials.digest(sought.token))
            invitation = usable(session, session.scalars(behind).first(), at)
            if actor is not None and actor.email != invitation.email:
                raise Gone
            return invitation
        case ById():
            found = session.get(Invitation, sought.invitation_id)
            if found is None or actor is None or found.email != actor.email:
                raise NotFound
            return usable(session, found, at)


def preview(session: Session, actor: Actor | None, sought: Sought, *, at: datetime) -> dict[str, Any]:
    """Return who invites, to what, and what accepting means; to a signed-in patient also what it opens at once.

    Whether the address has an account makes no difference to what the link alone shows. Raises as `find`.
    """
    invitation = find(session, actor, sought, at=at)
    row = session.execute(listed().where(Invitation.id == invitation.id)).one()
    own = actor.patient_id if actor and invitation.kind is InvitationKind.PATIENT else None
    newcomer = offered_membership(invitation)
    if actor is not None:
        about = invitation.patient_id if invitation.representation_id else own
        access_log.disclosed(session, actor, about, "preview-invitation", [], at=at)
    return {
        "kind": row.kind,
        "email": row.email,
        "invited_by": row.inviter_name,
        "practice": practice_of(row),
        "role": row.role,
        "membership_kind": row.membership_kind if row.kind in TO_A_TEAM else None,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "expires_at": row.expires_at,
        "brings_a_record": row.kind is InvitationKind.PATIENT and row.patient_id is not None,
        "meaning": MEANING[row.kind],
        "opens": opens(session, own, newcomer, at=at) if own else None,
        "represents": offered(session, invitation, named=actor is not None) if invitation.representation_id else None,
    }


def accept(
    session: Session,
    passwords: Passwords,
    actor: Actor | None,
    sought: Sought,
    answer: Answer,
    *,
    origin: Origin,
    keep: UUID | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Use the invitation up, and return what came of it. Registers the person when nobody is signed in.

    `keep` is the browser session in which the person acts; a new role ends their others, and every token.
    Raises as `find`, Invalid on what is missing, and Conflict when the address has an account, the clinician is in
    the team already, or others have not vouched for the address (see `careteam.services.team.vouching`).
    """
    invitation = find(session, actor, sought, at=at)
    close(session, invitation, accepted_at=at)
    if actor is None:
        acting = _register(session, passwords, invitation, answer, origin, at)
    else:
        acting = _signed_in(actor, answer)
    invitation.accepted_by = acting.user_id
    made = join(session, acting, invitation, answer, keep=keep, at=at)
    acting = replace(acting, representation_id=made.representation_id)
    access_log.changed(session, acting, made.patient_id, "accept-invitation", target=invitation.id, at=at)
    return {
        "invitation_id": invitation.id,
        "kind": invitation.kind,
        "role": invitation.role,
        "practice_id": made.practice_id,
        "patient_id": made.patient_id if made.introduced else None,
        "membership_id": made.membership_id,
        "representation_id": made.representation_id,
        "registered": actor is None,
    }


def decline(session: Session, actor: Actor | None, sought: Sought, *, origin: Origin, at: datetime) -> None:
    """Say no; the link stops working. Nothing is asked and no account is needed. Raises as `find`."""
    invitation = find(session, actor, sought, at=at)
    close(session, invitation, declined_at=at)
    own = actor.patient_id if actor else None
    about = invitation.patient_id if invitation.kind in _ABOUT_A_PATIENT else own
    if invitation.representation_id is not None:
        accepting.declined(session, invitation.representation_id, at=at)
    access_log.changed(session, actor, about, "decline-invitation", target=invitation.id, origin=origin, at=at)
    if invitation.kind is InvitationKind.STAFF and invitation.practice_id is not None:
        administration_log.note(
            session,
            actor,
            invitation.practice_id,
            "decline-invitation",
            role=invitation.role,
            email=invitation.email,
            origin=origin,
            at=at,
        )


def _register(
    session: Session, passwords: Passwords, invitation: Invitation, answer: Answer, origin: Origin, at: datetime
) -> Actor:
    """Return the new person. Whatever is wrong with the form is said before whether the address has an account."""
    needed = ["name", "password", *(["birth_date"] if invitation.kind is InvitationKind.PATIENT else [])]
    missing = {name: ["Needed to register."] for name in needed if getattr(answer, name) is None}
    if answer.name is None or answer.password is None or missing:
        raise Invalid("Give what a new account needs, or sign in if you have one.", missing)
    check_newcomer(session, invitation, answer, at)
    try:
        user = accounts.create(
            session,
            passwords,
            email=invitation.email,
            name=answer.name,
            password=answer.password,
            time_zone=answer.time_zone,
            at=at,
        )
    except Conflict as error:
        raise TellingConflict("There is an account with this address: sign in, then accept.") from error
    person = credentials.by_user(session, user.id, origin)
    assert person is not None
    return person


def _signed_in(actor: Actor, answer: Answer) -> Actor:
    if answer.name is not None or answer.password is not None:
        raise Invalid("You are signed in and have an account.", {"password": ["Leave name and password out."]})
    return actor
