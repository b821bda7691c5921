"""A new e-mail address for an account, which is also what invitations are bound to.

The address is a way in and decides who may answer an invitation, so that nobody takes one without having shown that
it is theirs: a link goes to the new address. Where this service sends no mail, the operator hands it over.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Gone, Invalid, TellingConflict
from careteam.models import AccountLink, User
from careteam.passwords import Passwords
from careteam.policy.vocabulary import LinkKind, MailKind
from careteam.services.identity import account_links, sessions
from careteam.services.identity.accounts import confirm, normal_address, with_address
from careteam.services.identity.factor_codes import Entered
from careteam.services.log import access_log
from careteam.services.notices import outbox

BY_MAIL = (
    "Your address stays as it is until you open the link that is on its way to the new one. It is good for 24 hours."
)
WITHOUT_MAIL = (
    "Your address stays as it is until you open the link that goes to the new one. This service sends no mail: ask"
    " whoever runs it for the link."
)


def ask(
    session: Session, passwords: Passwords, actor: Actor, *, email: str, entered: Entered, at: datetime
) -> dict[str, str]:
    """Note that the actor wants this address, and return what to do: the same, whoever has an account with it.

    A wish from before ends. Raises Invalid when it is no address, and as `accounts.confirm`.
    """
    wanted = normal_address(email)
    confirm(session, passwords, session.get_one(User, actor.user_id), entered, at=at)
    token, until = account_links.issue(session, actor.user_id, LinkKind.ADDRESS_CHANGE, email=wanted, at=at)
    access_log.changed(session, actor, None, "ask-address-change", at=at)
    mailed = outbox.link(session, MailKind.ADDRESS_CHANGE, wanted, token, expires_at=until, at=at)
    return {"detail": BY_MAIL if mailed else WITHOUT_MAIL}


def link_for(session: Session, email: str, *, at: datetime) -> tuple[str, str]:
    """Return the new address that somebody asked for, and the token of the link to send there.

    The operator's act. Raises Invalid when nobody with this (old) address has asked within 24 hours.
    """
    user = with_address(session, email)
    asked = user and _asked(session, user.id, at)
    if user is None or asked is None or asked.email is None:
        raise Invalid("Nobody with this address has asked for another one within the last 24 hours.")
    token, _ = account_links.issue(session, user.id, LinkKind.ADDRESS_CHANGE, email=asked.email, at=at)
    access_log.changed(session, None, None, "issue-address-change", target=user.id, at=at)
    return asked.email, token


def complete(session: Session, actor: Actor, *, token: str, keep: UUID, at: datetime) -> None:
    """Make the address of the link the actor's; other sessions and links end.

    Raises Gone, also when the link is another person's, and TellingConflict: who has the link has the address, and
    learns that it has an account.
    """
    link = account_links.find(session, LinkKind.ADDRESS_CHANGE, token, at=at)
    if link.user_id != actor.user_id or link.email is None:
        raise Gone
    account_links.use(session, link, at=at)
    user = session.get_one(User, actor.user_id)
    try:
        with session.begin_nested():
            user.email = link.email
    except IntegrityError as error:
        raise TellingConflict("There is another account with this address.") from error
    account_links.end_all(session, user.id, at=at)
    sessions.end_all(session, user.id, keep=keep, at=at)
    access_log.changed(session, actor, None, "change-address", target=link.id, at=at)


def _asked(session: Session, user_id: UUID, at: datetime) -> AccountLink | None:
    open_ones = (AccountLink.used_at.is_(None), AccountLink.ended_at.is_(None), AccountLink.expires_at > at)
    mine = (AccountLink.user_id == user_id, AccountLink.kind == LinkKind.ADDRESS_CHANGE)
    return session.execute(select(AccountLink).where(*mine, *open_ones)).scalar_one_or_none()
