"""Whether a mail is still to be sent, to which address and with which link: asked at the last moment."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from careteam.actor import Origin
from careteam.models import AccountLink, Invitation, Notice, OutgoingMail, User
from careteam.policy.vocabulary import LinkKind, MailKind
from careteam.sealing import Unsealable
from careteam.services.identity import account_links, credentials
from careteam.services.identity.credentials import digest
from careteam.services.log import access_log
from careteam.services.notices.knowing import known, readable
from careteam.services.notices.letters import Letter
from careteam.vault import seal, unseal

NOT_AGAIN_FOR = timedelta(minutes=10)
"""Whoever has a fresh link is not sent another one, which would kill it: others can ask for one in their name."""


def prepared(session: Session, mail: OutgoingMail, *, at: datetime) -> Letter | None:
    """Return the letter, or None where there is none to send (any more)."""
    if mail.kind is MailKind.NEWS:
        return _news(session, mail, at)
    if mail.kind is MailKind.PASSWORD_RESET and mail.link is None:
        _make_reset_link(session, mail, at)
    if mail.address is None or mail.link is None or mail.link_expires_at is None or at >= mail.link_expires_at:
        return None
    try:
        token = unseal(session, OutgoingMail.link, mail.id, mail.link)
    except Unsealable:
        return None
    assert token is not None
    good = session.scalar(select(_open(mail.kind, token)))
    return Letter(mail.id, mail.kind, mail.address, token, mail.link_expires_at) if good else None


def _news(session: Session, mail: OutgoingMail, at: datetime) -> Letter | None:
    """Return a letter to somebody who wants mails and has not read everything that they may know of meanwhile."""
    user = session.get(User, mail.user_id)
    actor = credentials.by_user(session, user.id, Origin()) if user else None
    if user is None or actor is None or not user.news_by_mail:
        return None
    unread = exists().where(Notice.user_id == user.id, Notice.read_at.is_(None), readable(known(session, actor, at=at)))
    return Letter(mail.id, mail.kind, user.email, None, None) if session.scalar(select(unread)) else None


def _make_reset_link(session: Session, mail: OutgoingMail, at: datetime) -> None:
    """Make the link that somebody asked for, if this address has an account that can be used."""
    user_id = session.scalar(select(User.id).where(User.email == mail.address))
    if (
        user_id is None
        or credentials.by_user(session, user_id, Origin()) is None
        or _has_fresh_link(session, user_id, at)
    ):
        return
    token, until = account_links.issue(session, user_id, LinkKind.PASSWORD_RESET, at=at)
    access_log.changed(session, None, None, "issue-password-reset", target=user_id, at=at)
    mail.link, mail.link_expires_at = seal(session, OutgoingMail.link, mail.id, token), until


def _has_fresh_link(session: Session, user_id: UUID, at: datetime) -> bool:
    fresh = exists().where(
        AccountLink.user_id == user_id,
        AccountLink.kind == LinkKind.PASSWORD_RESET,
        AccountLink.used_at.is_(None),
        AccountLink.ended_at.is_(None),
        AccountLink.created_at > at - NOT_AGAIN_FOR,
    )
    return bool(session.scalar(select(fresh)))


def _open(kind: MailKind, token: str) -> Any:
    """Return the question whether the link still works; its end is known already."""
    if kind is MailKind.INVITATION:
        closed = (Invitation.accepted_at, Invitation.declined_at, Invitation.withdrawn_at)
        return exists().where(Invitation.token_hash == digest(token), *(one.is_(None) for one in closed))
    ended = (AccountLink.used_at.is_(None), AccountLink.ended_at.is_(None))
    return exists().where(AccountLink.token_hash == digest(token), *ended)
