"""Consents (signed documents) and restrictions (the patient's standing no)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import LabelSet, Sealed, word
from careteam.policy.vocabulary import (
    ConsentKind,
    ConsentStatus,
    EmergencyRule,
    Given,
    ItemClass,
    Label,
    Purpose,
    Role,
)

Document = JSON().with_variant(JSONB(), "postgresql")
"""A list or an object that is written once, as a part of a signed document."""


class TermsText(Base):
    """A text that was shown at signing, stored once under its SHA-256."""

    __tablename__ = "terms_text"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class Consent(Identified, Base):
    """One consent, from request to its end. What was signed does not change.

    `disclosers` and `recipients` are lists of `team`, `patient`, `member:<uuid>`, `role:<role>`;
    `except_holders` of `patient` and `member:<uuid>`. `asked` is a request as its writer made it, whatever the
    patient changed before signing. `representation_id`: drafted, and then signed, on behalf of the patient.
    `first_signed_at`: one of two signatures is there (`ConsentSignature`), and from then on nothing changes;
    `signing_rules` are the rules of practices that said which were needed. `status` is `expired` only where `closed_by`
    recorded the event that `ends_when` names: otherwise the clock says that.
    """

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("valid_from < valid_until", name="period"),
        Index("ix_consent_patient_status", "patient_id", "status"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    kind: Mapped[ConsentKind] = mapped_column(word(ConsentKind), default=ConsentKind.SHARING)
    purpose: Mapped[Purpose] = mapped_column(word(Purpose), default=Purpose.TREATMENT)
    status: Mapped[ConsentStatus] = mapped_column(word(ConsentStatus))
    disclosers: Mapped[list[str]] = mapped_column(Document)
    recipients: Mapped[list[str]] = mapped_column(Document)
    classes: Mapped[list[str]] = mapped_column(Document)
    labels: Mapped[frozenset[Label]] = mapped_column(LabelSet, default=frozenset())
    except_items: Mapped[list[str]] = mapped_column(Document, default=list)
    except_holders: Mapped[list[str]] = mapped_column(Document, default=list)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    data_from: Mapped[date | None]
    data_through: Mapped[date | None]
    ends_when: Mapped[bytes | None] = mapped_column(Sealed)
    message: Mapped[bytes | None] = mapped_column(Sealed)
    asked: Mapped[dict[str, Any] | None] = mapped_column(Document)

    created_at: Mapped[datetime]
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    lapses_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent.id"))
    superseded_at: Mapped[datetime | None]

    grantor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    representation_id: Mapped[UUID | None] = mapped_column(ForeignKey("representation.id"))
    first_signed_at: Mapped[datetime | None]
    signing_rules: Mapped[list[dict[str, Any]] | None] = mapped_column(Document)
    signed_at: Mapped[datetime | None]
    signature_name: Mapped[str | None] = mapped_column(String(200))
    signature_address: Mapped[str | None] = mapped_column(String(45))
    terms_sha256: Mapped[str | None] = mapped_column(ForeignKey("terms_text.sha256"))
    document_sha256: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Revocation(Identified, Base):
    """The act of taking a consent back, whole or in part.

    A part names one class, recipient or discloser; `successor_id` is the narrower consent made by the
    same act. `recorded_by` is who wrote it down; `representation_id`: they revoked on behalf of the patient.
    """

    __tablename__ = "revocation"

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consent.id"), unique=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    revoked_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    representation_id: Mapped[UUID | None] = mapped_column(ForeignKey("representation.id"))
    given: Mapped[Given] = mapped_column(word(Given), default=Given.HERE)
    reason: Mapped[bytes | None] = mapped_column(Sealed)
    item_class: Mapped[ItemClass | None] = mapped_column(word(ItemClass))
    recipient: Mapped[str | None] = mapped_column(String(60))
    discloser: Mapped[str | None] = mapped_column(String(60))
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent.id"))


class Restriction(Identified, Base):
    """A reader (member, role or anyone) and what is kept from them; one field at least, unset means all.

    `holder` is `patient` or `member:<uuid>`. `representation_id`: made on behalf of the patient.
    """

    __tablename__ = "restriction"
    __table_args__ = (
        CheckConstraint(
            "item_class IS NOT NULL OR label IS NOT NULL OR holder IS NOT NULL OR item_id IS NOT NULL",
            name="says_what",
        ),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    against_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    against_role: Mapped[Role | None] = mapped_column(word(Role))
    against_representation_id: Mapped[UUID | None] = mapped_column(ForeignKey("representation.id"))
    item_class: Mapped[ItemClass | None] = mapped_column(word(ItemClass))
    label: Mapped[Label | None] = mapped_column(word(Label))
    holder: Mapped[str | None] = mapped_column(String(60))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))
    emergency: Mapped[EmergencyRule] = mapped_column(word(EmergencyRule), default=EmergencyRule.WITHHOLD)
    note: Mapped[bytes | None] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    representation_id: Mapped[UUID | None] = mapped_column(ForeignKey("representation.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
