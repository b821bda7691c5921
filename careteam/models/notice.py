"""Notices in the application, and the mails that wait to be sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import Sealed, word
from careteam.policy.vocabulary import MailKind, NoticeKind

_WAITS = text("sent_at IS NULL AND given_up_at IS NULL")


class Notice(Identified, Base):
    """That something happened which concerns one person. It holds no words and no name.

    `target` is what it is about (a consent, a membership); what is said of it is found when it is read. `step` is set
    where a notice is told once for each step of something that comes nearer: 30, 7 or 1 days before an end.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "target", "step"),
        Index("ix_notice_user_id_id", "user_id", "id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[NoticeKind] = mapped_column(word(NoticeKind))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)
    target: Mapped[UUID | None]
    step: Mapped[int | None]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class OutgoingMail(Identified, Base):
    """One mail, from the act that asks for it until it is sent or given up.

    `news` goes to the address that the person has when it is sent; a link goes to `address`, and `link` is the token of
    it, sealed, wiped with `address` once the mail is sent or given up. `claimed_until` keeps other senders away.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (Index("ix_outgoing_mail_waits", "next_try_at", postgresql_where=_WAITS, sqlite_where=_WAITS),)

    kind: Mapped[MailKind] = mapped_column(word(MailKind))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(254))
    link: Mapped[bytes | None] = mapped_column(Sealed)
    link_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
