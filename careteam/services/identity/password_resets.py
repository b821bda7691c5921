"""A new password by a single-use link, for whoever forgot theirs. The link never stands for the second factor."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor, Origin
from careteam.errors import Conflict, Gone, Invalid, NotFound, NotPermitted, SecondFactorMissing
from careteam.models import Staff, User
from careteam.passwords import Passwords
from careteam.policy.vocabulary import LinkKind, MailKind, Role
from careteam.services.identity import account_links, credentials, factor_codes, proving
from careteam.services.identity.accounts import (
    CODE_NEEDED,
    CODE_WRONG,
    checked_password,
    confirm,
    entering_again,
    folded_address,
)
from careteam.services.identity.factor_codes import Check, Entered
from careteam.services.identity.own_account import replace_password
from careteam.services.log import access_log, administration_log
from careteam.services.notices import outbox

BY_MAIL = (
    "If an account has this address, a link to a new password is on its way there. It is good for an hour; whoever asks"
    " again within ten minutes is not sent another one."
)
WITHOUT_MAIL = (
    "If an account has this address, its password can be reset. This service sends no mail: ask an administrator of"
    " your practice, or whoever runs this service, for a link."
)


def ask(session: Session, *, email: str, origin: Origin, at: datetime) -> dict[str, str]:
    """Note that somebody asks for a link, and return what to do: the same, whoever has an account.

    Where this service sends mail, a link goes to the address, and who has an account is looked up when it is sent.
    """
    target = session.scalar(select(User.id).where(User.email == folded_address(email)))
    access_log.changed(session, None, None, "ask-password-reset", target=target, origin=origin, at=at)
    return {"detail": BY_MAIL if outbox.reset_wish(session, folded_address(email), at=at) else WITHOUT_MAIL}


def issue_for_staff(
    session: Session,
    passwords: Passwords,
    actor: Actor,
    practice_id: UUID,
    staff_id: UUID,
    entered: Entered,
    *,
    at: datetime,
) -> tuple[str | None, datetime]:
    """Return the token of a link for somebody of the practice, and its end; an earlier link of theirs is dead.

    None where this service sends mail: the link goes to that person's address and is shown to nobody else.

    Only for people with a second factor, which the link does not replace: an administrator must not become a
    clinician or a patient by it. Whether somebody without one is a patient, or works elsewhere too, is not told.
    Raises NotFound, NotPermitted, Conflict, and as `accounts.confirm`.
    """
    user_id = person_of(session, actor, practice_id, staff_id)
    if user_id == actor.user_id:
        raise Conflict("To change your own password, use PUT /me/password.")
    confirm(session, passwords, session.get_one(User, actor.user_id), entered, at=at)
    if factor_codes.active(session, user_id) is None:
        raise Conflict(
            "This person has no second factor, so that a link alone would open their account. Ask whoever runs this"
            " service to make the link (`reset-link`), once they know who is asking."
        )
    token, until = account_links.issue(session, user_id, LinkKind.PASSWORD_RESET, issued_by=actor.user_id, at=at)
    address = session.get_one(User, user_id).email
    mailed = outbox.link(session, MailKind.PASSWORD_RESET, address, token, expires_at=until, at=at)
    access_log.changed(session, actor, None, "issue-password-reset", target=user_id, at=at)
    administration_log.note(session, actor, practice_id, "issue-password-reset", user_id=user_id, at=at)
    return None if mailed else token, until


def redeem(
    session: Session,
    passwords: Passwords,
    *,
    token: str,
    password: str,
    code: str | None = None,
    recovery_code: str | None = None,
    origin: Origin,
    at: datetime,
) -> UUID:
    """Set a new password by a link, end every session, token and link of the person, and return who it is.

    Nobody is signed in. Raises Gone for every link that is no good, an administrator's too where the second factor
    is gone that it relied on; Invalid on a password that is not accepted, TooManyTries, and SecondFactorMissing
    without the code of somebody who has a second factor.
    """
    link = account_links.find(session, LinkKind.PASSWORD_RESET, token, at=at)
    user = session.get_one(User, link.user_id)
    actor = credentials.by_user(session, user.id, origin)
    if actor is None or (link.issued_by is not None and not actor.second_factor):
        raise Gone
    chosen = checked_password(password, email=user.email, name=user.name)
    if actor.second_factor:
        _check_code(session, user.id, Entered("", code, recovery_code), at=at)
    if actor.new_password_required and passwords.verify(user.password_hash, chosen):
        raise Invalid("Choose another password.", {"password": ["This is the one that may be known to others."]})
    account_links.use(session, link, at=at)
    replace_password(session, passwords, user, chosen, at=at)
    access_log.changed(session, actor, None, "reset-password", target=link.id, at=at)
    return user.id


def person_of(session: Session, actor: Actor, practice_id: UUID, staff_id: UUID) -> UUID:
    """Return whose role this is, for an administrator of the practice. Raises NotFound and NotPermitted."""
    if not actor.has_post(practice_id, Role.ADMINISTRATOR):
        if any(p.practice_id == practice_id for p in actor.posts):
            raise NotPermitted("Only an administrator of this practice does this.")
        raise NotFound
    here = (Staff.id == staff_id, Staff.practice_id == practice_id, Staff.ended_at.is_(None))
    found = session.execute(select(Staff.user_id).where(*here)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def _check_code(session: Session, user_id: UUID, entered: Entered, *, at: datetime) -> None:
    bucket = entering_again(user_id)
    proving.count(session, bucket)
    match factor_codes.check(session, user_id, entered, at=at):
        case Check.MISSING:
            proving.undecided(session, bucket)
            raise SecondFactorMissing(CODE_NEEDED)
        case Check.WRONG:
            raise SecondFactorMissing(CODE_WRONG)
    proving.right(session, bucket)
