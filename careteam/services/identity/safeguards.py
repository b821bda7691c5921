"""What is done to an account for its safety: shut, opened, its password no longer trusted, its factor taken off."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid
from careteam.models import Invitation, Staff, User
from careteam.policy.vocabulary import InvitationKind, LinkKind
from careteam.services.identity import account_links, second_factor
from careteam.services.identity.accounts import with_address
from careteam.services.identity.own_account import end_everything
from careteam.services.identity.password_resets import person_of
from careteam.services.log import access_log, administration_log


def disable(session: Session, email: str, *, at: datetime) -> tuple[int, int]:
    """Shut an account: nobody signs in to it, every session, token and link ends. Repeating it changes nothing.

    Returns how many sessions and tokens ended. The operator's act, as all below that take an address: Raises Invalid.
    """
    user = _account(session, email)
    user.disabled_at = user.disabled_at or at
    session.flush()
    access_log.changed(session, None, None, "disable-user", target=user.id, at=at)
    return end_everything(session, user.id, at=at)


def enable(session: Session, email: str, *, at: datetime) -> None:
    """Open an account again; what ended stays ended.

    Nobody else can open it for somebody whom a practice has disabled and then let go: they have no role there that
    could be enabled, and no way in to accept another. Roles that were not ended stay as their administrators left them.
    """
    user = _account(session, email)
    user.disabled_at = None
    _free_from_ended_roles(session, user, at)
    session.flush()
    access_log.changed(session, None, None, "enable-user", target=user.id, at=at)


def require_new_password(session: Session, email: str, *, at: datetime) -> tuple[int, int]:
    """Distrust a password (ASVS V6.2.10): everything ends, and after the next sign-in it has to be changed first."""
    user = _account(session, email)
    access_log.changed(session, None, None, "require-new-password", target=user.id, at=at)
    return _distrust(session, user, at)


def require_new_password_of_staff(
    session: Session, actor: Actor, practice_id: UUID, staff_id: UUID, *, at: datetime
) -> None:
    """Distrust the password of somebody of the practice, as its administrator. Raises NotFound and NotPermitted."""
    user = session.get_one(User, person_of(session, actor, practice_id, staff_id))
    access_log.changed(session, actor, None, "require-new-password", target=user.id, at=at)
    administration_log.note(session, actor, practice_id, "require-new-password", user_id=user.id, at=at)
    _distrust(session, user, at)


def take_off_second_factor(session: Session, email: str, *, at: datetime) -> tuple[int, int]:
    """Remove the second factor of somebody who lost it and its recovery codes; everything ends."""
    user = _account(session, email)
    second_factor.forget(session, user.id)
    access_log.changed(session, None, None, "take-off-second-factor", target=user.id, at=at)
    return end_everything(session, user.id, at=at)


def reset_link(session: Session, email: str, *, at: datetime) -> tuple[str, datetime]:
    """Return the token of a link to a new password, and its end; see `careteam.services.identity.password_resets`."""
    user = _account(session, email)
    if user.disabled_at is not None:
        raise Invalid("This account is disabled: `enable-user` first.")
    access_log.changed(session, None, None, "issue-password-reset", target=user.id, at=at)
    return account_links.issue(session, user.id, LinkKind.PASSWORD_RESET, at=at)


def _distrust(session: Session, user: User, at: datetime) -> tuple[int, int]:
    user.new_password_required_at = at
    session.flush()
    return end_everything(session, user.id, at=at)


def _free_from_ended_roles(session: Session, user: User, at: datetime) -> None:
    """Let nothing keep them out that a practice disabled and then ended; its invitations from before are withdrawn."""
    ended = (Staff.user_id == user.id, Staff.ended_at.is_not(None), Staff.disabled_at.is_not(None))
    before = (Staff.practice_id == Invitation.practice_id, Staff.disabled_at >= Invitation.created_at)
    open_still = (Invitation.accepted_at.is_(None), Invitation.declined_at.is_(None), Invitation.withdrawn_at.is_(None))
    offers = (Invitation.kind == InvitationKind.STAFF, Invitation.email == user.email)
    older = select(Staff.id).where(*ended, *before).exists()
    for change in (
        update(Invitation).where(*offers, *open_still, older).values(withdrawn_at=at),
        update(Staff).where(*ended).values(disabled_at=None),
    ):
        session.execute(change, execution_options={"synchronize_session": False})


def _account(session: Session, email: str) -> User:
    user = with_address(session, email)
    if user is None:
        raise Invalid("No account has this address.")
    return user
