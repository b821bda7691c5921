"""The plan of both sides, what every party says to it, and what leads up to it: intake, referrals, questions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.consent import Document
from careteam.models.record import Item
from careteam.models.types import Sealed, word
from careteam.policy.treatment_words import IntakeSection, PlanAnswer, PlanItemKind, PlanItemState, ReferralAnswer
from careteam.policy.vocabulary import Role


class Intake(Item):
    """One part of an intake. `opens_id` names the part that it was added to; none: it stands for itself.

    A clinician's part that was added to nothing begins an intake.
    """

    __tablename__ = "intake"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    opens_id: Mapped[UUID | None] = mapped_column(ForeignKey("intake.id"), index=True)
    section: Mapped[IntakeSection] = mapped_column(word(IntakeSection))
    text: Mapped[bytes] = mapped_column(Sealed)
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "intake", "inherit_condition": id == Item.id}


class Referral(Item):
    """One clinician asks for another's part in the treatment. Held by who refers.

    To a person with an account here (`to_user_id`), or to somebody outside (`to_name`, sealed), for whom there is a
    letter. `consent_id` is the consent that the patient's yes signs, `membership_id` the place that it agrees to; of
    a letter, `share` is what the patient agrees to have passed on. What the addressee does once it is accepted, an
    appointment or an answer, is an item of theirs (`Answer`).
    """

    __tablename__ = "referral"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    to_role: Mapped[Role] = mapped_column(word(Role))
    to_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    to_practice_id: Mapped[UUID | None] = mapped_column(ForeignKey("practice.id"))
    to_name: Mapped[bytes | None] = mapped_column(Sealed)
    to_address: Mapped[bytes | None] = mapped_column(Sealed)
    reason: Mapped[bytes] = mapped_column(Sealed)
    question: Mapped[bytes | None] = mapped_column(Sealed)
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent.id"))
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("membership.id"))
    patient_answer: Mapped[ReferralAnswer | None] = mapped_column(word(ReferralAnswer))
    patient_answered_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[bytes | None] = mapped_column(Sealed)
    share: Mapped[dict[str, Any] | None] = mapped_column(Document)
    withdrawn_at: Mapped[datetime | None]
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "referral"}


class Question(Item):
    """What the patient wants to ask at the next visit. The item's date is the day on which it was written."""

    __tablename__ = "question"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    text: Mapped[bytes] = mapped_column(Sealed)
    for_visit_on: Mapped[date | None]
    carried_over: Mapped[int] = mapped_column(default=0)
    answer: Mapped[bytes | None] = mapped_column(Sealed)
    answered_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "question"}


class PlanItem(Item):
    """One item of the treatment plan; what it says is its latest version (`PlanVersion`)."""

    __tablename__ = "plan_item"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    kind: Mapped[PlanItemKind] = mapped_column(word(PlanItemKind))
    state: Mapped[PlanItemState] = mapped_column(word(PlanItemState))
    number: Mapped[int]
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_item.id"))
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "plan_item", "inherit_condition": id == Item.id}


class PlanVersion(Identified, Base):
    """What a plan item says from one edit to the next; `number` counts from 1. Read with the item or not at all."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("plan_item_id", "number"),)

    plan_item_id: Mapped[UUID] = mapped_column(ForeignKey("plan_item.id"))
    number: Mapped[int]
    text: Mapped[bytes] = mapped_column(Sealed)
    target_on: Mapped[date | None]
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_item.id"))
    reason: Mapped[bytes | None] = mapped_column(Sealed)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class PlanAcknowledgement(Item):
    """What one party says to one version of a plan item; an item of its own, held by its writer."""

    __tablename__ = "plan_acknowledgement"
    __table_args__: Any = (UniqueConstraint("plan_item_id", "number", "by_id"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    plan_item_id: Mapped[UUID] = mapped_column(ForeignKey("plan_item.id"))
    number: Mapped[int]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    answer: Mapped[PlanAnswer] = mapped_column(word(PlanAnswer))
    text: Mapped[bytes | None] = mapped_column(Sealed)
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "plan_acknowledgement", "inherit_condition": id == Item.id}


class PlanReview(Item):
    """The patient says that the current plan is not working; open until a clinician answers or it is closed."""

    __tablename__ = "plan_review"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    text: Mapped[bytes | None] = mapped_column(Sealed)
    answer_due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "plan_review"}


class MessageThread(Identified, Base):
    """Messages about one matter, tied to a patient. Its subject is that of its first message."""

    __tablename__ = "message_thread"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]


class Message(Item):
    """One message of a thread, held by its writer; the patient's own goes to whom it is directed."""

    __tablename__ = "message"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("message_thread.id"), index=True)
    subject: Mapped[bytes | None] = mapped_column(Sealed)
    text: Mapped[bytes] = mapped_column(Sealed)
    needs_answer_from: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    answer_due_at: Mapped[datetime | None]
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "message"}


class MessageRecipient(Identified, Base):
    """Whom a message is for; `mentioned`: named in it. `read_at`: when they first read it."""

    __tablename__ = "message_recipient"
    __table_args__ = (UniqueConstraint("message_id", "user_id"),)

    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    mentioned: Mapped[bool]
    read_at: Mapped[datetime | None]
