"""The review of each emergency session by a privacy officer: its place in the queue, and what was said step by step."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import Sealed, word
from careteam.policy.vocabulary import ReviewOutcome


class EmergencyReview(Base):
    """The review of one emergency session (`id` is the session's), due from the moment the session is opened.

    `outcome` and `reviewed_by` are those of the latest review; `closed` once one of them was final.
    """

    __tablename__ = "emergency_review"
    __table_args__ = (Index("ix_emergency_review_queue", "practice_id", "closed", "due_at", "id"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("emergency_session.id"), primary_key=True)
    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"))
    due_at: Mapped[datetime]
    closed: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[ReviewOutcome | None] = mapped_column(word(ReviewOutcome))
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class EmergencyReviewStep(Identified, Base):
    """An officer's outcome with its reasons; or, without an outcome, what the clinician explains."""

    __tablename__ = "emergency_review_step"

    review_id: Mapped[UUID] = mapped_column(ForeignKey("emergency_review.id"), index=True)
    at: Mapped[datetime]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    outcome: Mapped[ReviewOutcome | None] = mapped_column(word(ReviewOutcome))
    words: Mapped[bytes] = mapped_column(Sealed)
