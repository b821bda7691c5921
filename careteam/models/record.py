"""The shared record. Every kind of item extends `Item`, which holds all that the gate looks at."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import LabelSet, Sealed, word
from careteam.policy.vocabulary import (
    ItemClass,
    Label,
    MedicationChange,
    MedicationSource,
    NoteStatus,
)


class Item(Identified, Base):
    """Class, author, holder, labels and date of one item of the shared record.

    `holder_id` is empty where the patient holds it. `author_id` is empty for an outside author.
    `representation_id`: its author wrote it on behalf of the patient.
    `directed`: the patient sent it to somebody at some time (see `Direction`).
    `date` is the item's own date. `version` is its ETag and grows with every change to it or its parts.
    """

    __tablename__ = "item"
    __table_args__ = (
        CheckConstraint("NOT part2 OR (labels & 1) = 1", name="part2_is_substance_use"),
        CheckConstraint("author_id IS NOT NULL OR outside_author IS NOT NULL", name="has_author"),
        Index("ix_item_patient_class_date", "patient_id", "item_class", "date"),
        Index("ix_item_patient_updated", "patient_id", "updated_at"),
    )

    record_type: Mapped[str] = mapped_column(String(20))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    item_class: Mapped[ItemClass] = mapped_column(word(ItemClass))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    outside_author: Mapped[str | None] = mapped_column(String(200))
    holder_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    representation_id: Mapped[UUID | None] = mapped_column(ForeignKey("representation.id"))
    labels: Mapped[frozenset[Label]] = mapped_column(LabelSet, default=frozenset())
    part2: Mapped[bool] = mapped_column(default=False)
    date: Mapped[date]
    draft: Mapped[bool] = mapped_column(default=False)
    awaits_review: Mapped[bool] = mapped_column(default=False)
    directed: Mapped[bool] = mapped_column(default=False, server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"polymorphic_on": "record_type", "version_id_col": version}


class Direction(Identified, Base):
    """The patient sent one item to one person: a permit for that item alone, until taken back."""

    __tablename__ = "direction"
    __table_args__ = (Index("ix_direction_item_user", "item_id", "user_id"),)

    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    sent_at: Mapped[datetime]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    revoked_at: Mapped[datetime | None]


class LabelChange(Identified, Base):
    """Who added or removed a label, when, and (for a removal) why.

    `left_out`: the label was suggested for an imported item, and its holder did not take it.
    """

    __tablename__ = "label_change"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), index=True)
    label: Mapped[str] = mapped_column(String(40))
    added: Mapped[bool]
    left_out: Mapped[bool] = mapped_column(default=False, server_default="0")
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    reason: Mapped[bytes | None] = mapped_column(Sealed)


class Note(Item):
    """A progress, coordination or psychotherapy note: draft, then signed, then only addenda."""

    __tablename__ = "note"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    status: Mapped[NoteStatus] = mapped_column(word(NoteStatus))
    title: Mapped[bytes] = mapped_column(Sealed)
    body: Mapped[bytes] = mapped_column(Sealed)
    signed_at: Mapped[datetime | None]
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "note"}


class NoteAddendum(Identified, Base):
    """What the author adds to a signed note; read with the note or not at all."""

    __tablename__ = "note_addendum"

    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    body: Mapped[bytes] = mapped_column(Sealed)
    created_at: Mapped[datetime]


class Medication(Item):
    """One entry of the medication list. Its current state is what its events add up to."""

    __tablename__ = "medication"

    id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    source: Mapped[MedicationSource] = mapped_column(word(MedicationSource))
    prescribed: Mapped[bool]
    drug_name: Mapped[str] = mapped_column(String(300))
    rxnorm_code: Mapped[str | None] = mapped_column(String(20))
    route: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_reason: Mapped[bytes | None] = mapped_column(Sealed)
    error_at: Mapped[datetime | None]

    __mapper_args__ = {"polymorphic_identity": "medication"}


class MedicationEvent(Identified, Base):
    """A change to an entry, dated by the day from which it holds. `position` orders events of one day.

    A dose is a value and a unit, or the words of whoever wrote it (`dose_text`); both may be there. A change
    that was planned and taken back before its day keeps its row (`withdrawn_at`) and counts for nothing.
    """

    __tablename__ = "medication_event"
    __table_args__ = (UniqueConstraint("medication_id", "position"),)

    medication_id: Mapped[UUID] = mapped_column(ForeignKey("medication.id"))
    position: Mapped[int]
    kind: Mapped[MedicationChange] = mapped_column(word(MedicationChange))
    effective_on: Mapped[date]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    outside_author: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    dose_value: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    dose_unit: Mapped[str | None] = mapped_column(String(40))
    dose_text: Mapped[bytes | None] = mapped_column(Sealed)
    timing: Mapped[bytes | None] = mapped_column(Sealed)
    as_needed: Mapped[bool | None]
    reason: Mapped[bytes | None] = mapped_column(Sealed)
    switched_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("medication.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    representation_id: Mapped[UUID | None] = mapped_column(ForeignKey("representation.id"))


class MedicationReview(Identified, Base):
    """A prescriber went through the whole list (of what they could see then)."""

    __tablename__ = "medication_review"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    reviewed_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime]
    entries: Mapped[int]


class ImportSource(Identified, Base):
    """Where an imported or kept thing came from; makes a second import change nothing.

    `content_sha256` is of the resource as read. `item_id` is set where it became an item, `kept` holds
    the sealed resource where its class is not read yet (of a Patient: by what the source knows the person).
    """

    __tablename__ = "import_source"
    __table_args__ = (UniqueConstraint("patient_id", "source_key"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    source_key: Mapped[str] = mapped_column(String(500), index=True)
    resource_type: Mapped[str] = mapped_column(String(40))
    content_sha256: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]
    imported_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"))
    holder_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    suggested_labels: Mapped[frozenset[Label]] = mapped_column(LabelSet, default=frozenset())
    kept: Mapped[bytes | None] = mapped_column(Sealed)
