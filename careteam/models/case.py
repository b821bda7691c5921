"""Cases: an access that the patient questions, and what they and the practice's privacy officers write about it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import Sealed, word
from careteam.policy.vocabulary import CaseOutcome, CaseState

_OPEN = text("NOT closed")


class AccessCase(Identified, Base):
    """One event of the access log that was questioned, the practice that answers, and what came of it.

    `closed` is true of every state but `open`. At most one case about an event is open, whatever happens at the same
    moment.
    """

    __tablename__ = "access_case"
    __table_args__ = (
        Index("ix_access_case_queue", "practice_id", "closed", "due_at", "id"),
        Index("uq_access_case_open", "event_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("access_event.id"))
    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"))
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[CaseState] = mapped_column(word(CaseState), default=CaseState.OPEN)
    closed: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[CaseOutcome | None] = mapped_column(word(CaseOutcome))
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class CaseMessage(Identified, Base):
    """What one side of a case wrote to the other; the first is the question, that with the outcome the answer."""

    __tablename__ = "case_message"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("access_case.id"), index=True)
    at: Mapped[datetime]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    from_practice: Mapped[bool]
    words: Mapped[bytes] = mapped_column(Sealed)
