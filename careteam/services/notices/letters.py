"""The words of mails: that there is news, or a link. Never a name, a class, a patient, or who caused it.

A mailbox may be read by others, and a subject shows on a locked screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from careteam.policy.vocabulary import MailKind
from careteam.services.notices.links import link_to


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every mail of this installation carries: the address that it comes from, and where people sign in."""

    sender: str
    public_url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to be sent: its number, what it is for, the address, and the token of its link."""

    id: UUID
    kind: MailKind
    address: str
    token: str | None
    expires_at: datetime | None


_SUBJECT: Mapping[MailKind, str] = {
    MailKind.NEWS: "You have news",
    MailKind.INVITATION: "You have an invitation",
    MailKind.PASSWORD_RESET: "A new password",
    MailKind.ADDRESS_CHANGE: "Your new address",
}
_NEWS = """You have news in careteam. Sign in to read it:

{url}

This mail says no more on purpose. You can switch such mails off in your account.
"""
_LINKED: Mapping[MailKind, str] = {
    MailKind.INVITATION: """Somebody invites you to careteam. This link shows who, and to what:

{link}

It is good until {until}, once. If you do not expect an invitation, leave it alone: nothing happens then.
""",
    MailKind.PASSWORD_RESET: """With this link you set a new password in careteam:

{link}

It is good until {until}, once. If you did not ask for it, leave it alone: your password stays as it is.
""",
    MailKind.ADDRESS_CHANGE: """With this link this address becomes the one with which you sign in to careteam:

{link}

It is good until {until}, once. If you did not ask for it, leave it alone: nothing happens then.
""",
}


def written(letter: Letter, head: Letterhead, *, at: datetime) -> EmailMessage:
    """Return the mail. The same letter has the same Message-ID whenever it is sent.

    Raises ValueError for an address that would not stand alone in its header.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name="careteam", addr_spec=head.sender)
    mail["To"] = Address(addr_spec=letter.address)
    mail["Subject"] = _SUBJECT[letter.kind]
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{letter.id.hex}@{head.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_words(letter, head), cte="7bit")
    return mail


def _words(letter: Letter, head: Letterhead) -> str:
    if letter.token is None:
        return _NEWS.format(url=head.public_url.rstrip("/") + "/")
    link = link_to(letter.kind, letter.token, public_url=head.public_url)
    until = f"{letter.expires_at:%Y-%m-%d %H:%M} UTC" if letter.expires_at else "it is used"
    return _LINKED[letter.kind].format(link=link, until=until)
