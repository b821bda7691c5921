"""What makes the logs tamper-evident, and the lock under which a restored database starts when something is missing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import Sealed


class LogLink(Identified, Base):
    """The place of one committed log event in its chain; `id` is the event's.

    `hash` is the SHA-256 of the link before and of the event with all its columns, sealed: whoever has the database
    and not the keys can neither write nor repair one. No foreign key leads to the event, so that sealing holds no row
    that a request writes, and a deleted event stays named.
    """

    __tablename__ = "log_link"
    __table_args__ = (UniqueConstraint("kind", "chain", "position"), Index("ix_log_link_seal", "seal"))

    kind: Mapped[str] = mapped_column(String(20))
    chain: Mapped[UUID]
    position: Mapped[int]
    seal: Mapped[int]
    sealed_at: Mapped[datetime]
    hash: Mapped[bytes] = mapped_column(Sealed)


class ReadLock(Identified, Base):
    """While one is not lifted, nobody but patients in their own record reads what is shared."""

    __tablename__ = "read_lock"

    locked_at: Mapped[datetime]
    reason: Mapped[bytes] = mapped_column(Sealed)
    lifted_at: Mapped[datetime | None]
    lifted_reason: Mapped[bytes | None] = mapped_column(Sealed)
