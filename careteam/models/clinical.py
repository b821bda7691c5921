"""Allergies and conditions, and what each of them said before a change. Names are those of FHIR R4."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.consent import Document
from careteam.models.record import Item
from careteam.models.types import Sealed, word
from careteam.policy.vocabulary import (
    AllergyKind,
    AllergyScope,
    AllergyStatus,
    AllergyVerification,
    ConditionStatus,
    ConditionVerification,
    Criticality,
    Severity,
)

PARTIAL_DATE = 10
"""A FHIR date: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""


class Allergy(Item):
    """An allergy or intolerance; or, with `covers`, that none is known, signed by whoever says so.

    `codes` and `reactions` are JSON lists. `substance` is empty where `covers` says it all. An imported statement has
    no signature here. `superseded_by_id` is the entry of the same holder after which a statement no longer stands.
    """

    __tablename__ = "allergy"
    __table_args__: Any = (
        CheckConstraint("(kind = 'no_known_allergies') = (covers IS NOT NULL)", name="covers_what"),
        CheckConstraint("substance IS NOT NULL OR (covers IS NOT NULL AND covers <> 'other')", name="names_what"),
    )
    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    kind: Mapped[AllergyKind] = mapped_column(word(AllergyKind))
    covers: Mapped[AllergyScope | None] = mapped_column(word(AllergyScope))
    substance: Mapped[bytes | None] = mapped_column(Sealed)
    codes: Mapped[bytes | None] = mapped_column(Sealed)
    category: Mapped[list[str]] = mapped_column(Document, default=list)
    criticality: Mapped[Criticality | None] = mapped_column(word(Criticality))
    clinical_status: Mapped[AllergyStatus | None] = mapped_column(word(AllergyStatus))
    verification_status: Mapped[AllergyVerification | None] = mapped_column(word(AllergyVerification))
    onset: Mapped[str | None] = mapped_column(String(PARTIAL_DATE))
    reactions: Mapped[bytes | None] = mapped_column(Sealed)
    note: Mapped[bytes | None] = mapped_column(Sealed)
    signed_at: Mapped[datetime | None]
    superseded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("allergy.id"), index=True)
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "allergy", "inherit_condition": id == Item.id}


class Condition(Item):
    """A diagnosis or problem. `codes` is a JSON list."""

    __tablename__ = "condition"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    name: Mapped[bytes] = mapped_column(Sealed)
    codes: Mapped[bytes | None] = mapped_column(Sealed)
    clinical_status: Mapped[ConditionStatus | None] = mapped_column(word(ConditionStatus))
    verification_status: Mapped[ConditionVerification | None] = mapped_column(word(ConditionVerification))
    severity: Mapped[Severity | None] = mapped_column(word(Severity))
    onset: Mapped[str | None] = mapped_column(String(PARTIAL_DATE))
    abatement: Mapped[str | None] = mapped_column(String(PARTIAL_DATE))
    note: Mapped[bytes | None] = mapped_column(Sealed)
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "condition"}


class EntryChange(Identified, Base):
    """A change of an allergy or condition entry: who, when, why, and (as JSON) what the entry said before."""

    __tablename__ = "entry_change"
    __table_args__ = (UniqueConstraint("item_id", "position"),)

    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    position: Mapped[int]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    before: Mapped[bytes] = mapped_column(Sealed)
    reason: Mapped[bytes | None] = mapped_column(Sealed)
