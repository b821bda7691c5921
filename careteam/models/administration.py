"""What the administration of a practice leaves behind: who did what to whose role, and roles that ended before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import word
from careteam.policy.vocabulary import Role


class AdministrationEvent(Identified, Base):
    """One act on a practice or its staff. `actor_id` is empty for the operator.

    `user_id` is whose role it was; `email` the invited address, while nobody has accepted. Never a patient as such.
    """

    __tablename__ = "administration_event"
    __table_args__ = (
        Index("ix_administration_event_practice", "practice_id", "id"),
        Index("ix_administration_event_request", "request_id", "practice_id"),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"))
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    act: Mapped[str] = mapped_column(String(60))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    role: Mapped[Role | None] = mapped_column(word(Role))
    email: Mapped[str | None] = mapped_column(String(254))
    request_id: Mapped[str] = mapped_column(String(36), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    door: Mapped[str] = mapped_column(String(10), default="api")


class StaffTerm(Identified, Base):
    """A time in which somebody had a role, kept when they are given it anew. Both instants, the end exclusive."""

    __tablename__ = "staff_term"
    __table_args__ = (Index("ix_staff_term_practice", "practice_id", "user_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"))
    role: Mapped[Role] = mapped_column(word(Role))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
