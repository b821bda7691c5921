"""What a person's idempotency keys were used for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified


class KeyUse(Identified, Base):
    """One use of one key: for which request, and what came of it; never the answer itself.

    `key_hash` and `fingerprint` are HMACs: a body may hold a password. `status` is empty while the request is
    carried out. `location` is where what it made or changed can be read, `shows_answer` whether a GET there shows
    the same document as the answer did.
    """

    __tablename__ = "key_use"
    __table_args__ = (UniqueConstraint("user_id", "key_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    key_hash: Mapped[str] = mapped_column(String(64))
    route: Mapped[str] = mapped_column(String(100))
    fingerprint: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    location: Mapped[str] = mapped_column(String(500), default="")
    shows_answer: Mapped[bool] = mapped_column(default=False)
