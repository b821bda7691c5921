"""The access log: one event per answer, one row per item disclosed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import word
from careteam.policy.vocabulary import ItemClass

_LOOKS, _CHANGES = text("act = 'read-shared-record'"), text("outcome = 'changed'")
"""What is asked of the log for every shared record and caseload: when somebody last looked, what they changed."""


class AccessEvent(Identified, Base):
    """Who asked for what of whom, when, from where, and the outcome (`disclosed`, `changed`, `refused`).

    `representation_id`: on behalf of the patient. `notice_sha256`: the notice that went with the answer (42 CFR 2.32).
    `act` is a stable code such as `read-notes`. No clinical content.
    """

    __tablename__ = "access_event"
    __table_args__ = (
        Index("ix_access_event_patient_id_at", "patient_id", "id"),
        Index(
            "ix_access_event_looks",
            "actor_id",
            "patient_id",
            "at",
            postgresql_where=_LOOKS,
            sqlite_where=_LOOKS,
        ),
        Index("ix_access_event_changes", "actor_id", "at", postgresql_where=_CHANGES, sqlite_where=_CHANGES),
    )

    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    actor_role: Mapped[str] = mapped_column(String(40), default="")
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    act: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(String(60), default="")
    purpose: Mapped[str] = mapped_column(String(20), default="treatment")
    representation_id: Mapped[UUID | None] = mapped_column(ForeignKey("representation.id"))
    notice_sha256: Mapped[str | None] = mapped_column(String(64))
    items: Mapped[int] = mapped_column(default=0)
    request_id: Mapped[str] = mapped_column(String(36), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    door: Mapped[str] = mapped_column(String(10), default="api")


class AccessEventItem(Base):
    """One item in an answer: version, class and holder as shown, and the clause that let it through."""

    __tablename__ = "access_event_item"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("access_event.id"), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    item_class: Mapped[ItemClass] = mapped_column(word(ItemClass))
    holder_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int]
    clause: Mapped[str] = mapped_column(String(20))
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent.id"))
    emergency_id: Mapped[UUID | None] = mapped_column(ForeignKey("emergency_session.id"))
