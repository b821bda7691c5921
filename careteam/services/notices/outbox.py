"""The outbox: mails are written in the transaction of the act that asks for them, and sent later by `send-mail`.

So a mail failure blocks no act and loses no mail, and an act that does not happen sends none.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from careteam.models import OutgoingMail, User
from careteam.models.types import new_id
from careteam.policy.vocabulary import MailKind
from careteam.vault import seal

MAIL = "mail"
"""Under this key a session says whether this installation sends mail."""
WAITS = (OutgoingMail.sent_at.is_(None), OutgoingMail.given_up_at.is_(None))
"""Neither sent nor given up."""


def by_mail(session: Session) -> bool:
    """Say whether this installation sends mail."""
    return bool(session.info.get(MAIL))


def news(session: Session, user_ids: Iterable[UUID], *, at: datetime) -> None:
    """Ask for one mail to each of these people who wants mail and for whom none waits."""
    wanted = set(user_ids)
    if not wanted or not by_mail(session):
        return
    mine = (OutgoingMail.user_id == User.id, OutgoingMail.kind == MailKind.NEWS)
    waits = exists().where(*mine, *WAITS, OutgoingMail.claimed_until.is_(None))
    wants = (User.id.in_(wanted), User.news_by_mail, User.disabled_at.is_(None), ~waits)
    rows = [
        {"id": new_id(), "kind": MailKind.NEWS, "user_id": user_id, "created_at": at, "next_try_at": at}
        for user_id in session.scalars(select(User.id).where(*wants))
    ]
    if rows:
        session.execute(insert(OutgoingMail), rows)


def link(session: Session, kind: MailKind, address: str, token: str, *, expires_at: datetime, at: datetime) -> bool:
    """Ask for a mail with a single-use link to this address, and say whether this installation sends one.

    Where it does, nobody else is to be shown the link. The token is kept sealed until it is sent.
    """
    if not by_mail(session):
        return False
    mail_id = new_id()
    sealed = seal(session, OutgoingMail.link, mail_id, token)
    row = {"link": sealed, "link_expires_at": expires_at, "created_at": at, "next_try_at": at}
    session.add(OutgoingMail(id=mail_id, kind=kind, address=address, **row))
    session.flush()
    return True


def reset_wish(session: Session, address: str, *, at: datetime) -> bool:
    """Note that somebody asks for a new password for this address, and say whether this installation sends mail.

    Nothing is looked up and no link made before the mail is sent: who asks learns nothing of who has an account, not
    even from the time that it takes. While one wish for the address waits, another adds nothing.
    """
    if not by_mail(session):
        return False
    same = (OutgoingMail.kind == MailKind.PASSWORD_RESET, OutgoingMail.address == address, *WAITS)
    row = {"kind": MailKind.PASSWORD_RESET, "address": address, "created_at": at, "next_try_at": at}
    if session.scalar(select(OutgoingMail.id).where(*same, OutgoingMail.link.is_(None)).limit(1)) is None:
        session.add(OutgoingMail(**row))
        session.flush()
    return True
