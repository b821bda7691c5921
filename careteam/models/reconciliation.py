"""Reconciliations: what a prescriber decided about differences of the medication list, signed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.record import Item
from careteam.models.types import Sealed, word
from careteam.policy.vocabulary import PairState, ReconciliationDecision


class Reconciliation(Item):
    """One signed act: a typed name, a time, and a decision about each difference that it names."""

    __tablename__ = "reconciliation"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    signature_name: Mapped[str] = mapped_column(String(200))
    signature_address: Mapped[str | None] = mapped_column(String(45))
    signed_at: Mapped[datetime]
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "reconciliation"}


class DifferenceDecision(Identified, Base):
    """What was decided about one difference; read by those who may read every entry that it names."""

    __tablename__ = "difference_decision"
    __table_args__ = (UniqueConstraint("reconciliation_id", "position"),)

    reconciliation_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliation.id"))
    position: Mapped[int]
    state: Mapped[PairState] = mapped_column(word(PairState))
    decision: Mapped[ReconciliationDecision] = mapped_column(word(ReconciliationDecision))
    text: Mapped[bytes | None] = mapped_column(Sealed)


class DecidedEntry(Base):
    """One entry of a decided difference: the version that was seen, and as a number which changes held.

    A confirmation or a label makes a new version and is no change in effect: the decision stands.
    """

    __tablename__ = "decided_entry"

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("difference_decision.id"), primary_key=True)
    medication_id: Mapped[UUID] = mapped_column(ForeignKey("medication.id"), primary_key=True, index=True)
    version: Mapped[int]
    changes: Mapped[int]
