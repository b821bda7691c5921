"""Medication management: check-ins, side effects, supplies, requests, prior trials, and the answers to all of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.consent import Document
from careteam.models.record import Item
from careteam.models.types import Sealed, word
from careteam.policy.treatment_words import (
    AnswerOutcome,
    CheckInCause,
    CheckInOutcome,
    CostConcern,
    Impact,
    TrialEffect,
    Urgency,
    VisitMode,
)
from careteam.policy.vocabulary import Severity


class Answer(Item):
    """What a clinician answers to one item; of that item's class, and held by whoever wrote it.

    `follow_up_on`: until when to watch, or the day of the visit. `event_id`: the change that it caused.
    """

    __tablename__ = "answer"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    answers_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), index=True)
    outcome: Mapped[AnswerOutcome] = mapped_column(word(AnswerOutcome))
    text: Mapped[bytes | None] = mapped_column(Sealed)
    follow_up_on: Mapped[date | None]
    mode: Mapped[VisitMode | None] = mapped_column(word(VisitMode))
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("medication_event.id"))
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "answer", "inherit_condition": id == Item.id}


class CheckIn(Item):
    """A medication check-in that was done; the item's date is its day.

    What is due is computed from the changes of the entry and the schedule. `due_on` and `cause_event_id` name the one
    that this fulfils; neither: an extra one. `adherence_days`: on how many of the last 7 days it was taken.
    """

    __tablename__ = "check_in"
    __table_args__: Any = (CheckConstraint("adherence_days BETWEEN 0 AND 7", name="a_week"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    medication_id: Mapped[UUID] = mapped_column(ForeignKey("medication.id"), index=True)
    cause: Mapped[CheckInCause] = mapped_column(word(CheckInCause))
    cause_event_id: Mapped[UUID | None] = mapped_column(ForeignKey("medication_event.id"))
    due_on: Mapped[date | None]
    mode: Mapped[VisitMode] = mapped_column(word(VisitMode))
    symptoms: Mapped[bytes | None] = mapped_column(Sealed)
    adherence_days: Mapped[int | None]
    outcome: Mapped[CheckInOutcome] = mapped_column(word(CheckInOutcome))
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("medication_event.id"))
    note: Mapped[bytes | None] = mapped_column(Sealed)
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "check_in", "inherit_condition": id == Item.id}


class CheckInSchedule(Identified, Base):
    """The days after a kind of change on which a check-in is due, for one patient, in place of the default ones.

    The latest row of a cause counts. `days` is a sorted list; an empty one asks for none.
    """

    __tablename__ = "check_in_schedule"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    cause: Mapped[CheckInCause] = mapped_column(word(CheckInCause))
    days: Mapped[list[int]] = mapped_column(Document)
    set_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    set_at: Mapped[datetime]


class SideEffect(Item):
    """What a patient reports of a medication; `effect_code` and `urgent_rule` name rows of `careteam/data`."""

    __tablename__ = "side_effect"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    medication_id: Mapped[UUID | None] = mapped_column(ForeignKey("medication.id"), index=True)
    effect: Mapped[bytes] = mapped_column(Sealed)
    effect_code: Mapped[str | None] = mapped_column(String(60))
    severity: Mapped[Severity] = mapped_column(word(Severity))
    impact: Mapped[Impact] = mapped_column(word(Impact))
    onset: Mapped[date | None]
    urgency: Mapped[Urgency] = mapped_column(word(Urgency))
    urgent_rule: Mapped[str | None] = mapped_column(String(60))
    answer_due_at: Mapped[datetime]
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "side_effect", "inherit_condition": id == Item.id}


class Supply(Item):
    """What was dispensed of a prescribed medication, and how the next of it is come by; the item's date is the fill.

    `quantity` counts units as dispensed, `days_supply` days. When it runs out is computed.
    """

    __tablename__ = "supply"
    __table_args__: Any = (CheckConstraint("days_supply > 0 AND refills_left >= 0", name="counts"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    medication_id: Mapped[UUID] = mapped_column(ForeignKey("medication.id"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    quantity_unit: Mapped[str | None] = mapped_column(String(40))
    days_supply: Mapped[int]
    refills_left: Mapped[int]
    visit_needed: Mapped[bool]
    virtual_allowed: Mapped[bool]
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "supply", "inherit_condition": id == Item.id}


class RefillRequest(Item):
    """The patient asks for more of a medication."""

    __tablename__ = "refill_request"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    medication_id: Mapped[UUID] = mapped_column(ForeignKey("medication.id"), index=True)
    days_left: Mapped[int | None]
    text: Mapped[bytes | None] = mapped_column(Sealed)
    answer_due_at: Mapped[datetime]
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "refill_request", "inherit_condition": id == Item.id}


class CostRequest(Item):
    """The patient says what keeps them from getting a medication, and asks for a way."""

    __tablename__ = "cost_request"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    medication_id: Mapped[UUID] = mapped_column(ForeignKey("medication.id"), index=True)
    concern: Mapped[CostConcern] = mapped_column(word(CostConcern))
    text: Mapped[bytes | None] = mapped_column(Sealed)
    answer_due_at: Mapped[datetime]
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "cost_request", "inherit_condition": id == Item.id}


class PriorTrial(Item):
    """A medication that was tried before; of class `intake`. Dates are partial FHIR dates."""

    __tablename__ = "prior_trial"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    drug_name: Mapped[bytes] = mapped_column(Sealed)
    dose_reached: Mapped[bytes | None] = mapped_column(Sealed)
    started: Mapped[str | None] = mapped_column(String(10))
    weeks: Mapped[int | None]
    effect: Mapped[TrialEffect] = mapped_column(word(TrialEffect))
    why_stopped: Mapped[bytes | None] = mapped_column(Sealed)
    note: Mapped[bytes | None] = mapped_column(Sealed)
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "prior_trial"}
