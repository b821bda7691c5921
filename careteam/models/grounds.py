"""What opens a record besides memberships and consents: releases, emergency sessions, representations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.consent import Document
from careteam.models.types import LabelSet, Sealed, word
from careteam.policy.vocabulary import Label, RepresentationBasis, Role

_STANDS = text("withdrawn_at IS NULL")
_OPEN = text("accepted_at IS NOT NULL AND declined_at IS NULL AND ended_at IS NULL")
_STANDS_FOR_PATIENT = text("withdrawn_at IS NULL AND reader_id IS NULL")


class SpecialRelease(Identified, Base):
    """The author's release of one special note to one reader, or to the patient (`reader_id` empty)."""

    __tablename__ = "special_release"
    __table_args__ = (
        Index(
            "uq_special_release_reader",
            "item_id",
            "reader_id",
            unique=True,
            postgresql_where=_STANDS,
            sqlite_where=_STANDS,
        ),
        Index(
            "uq_special_release_patient",
            "item_id",
            unique=True,
            postgresql_where=_STANDS_FOR_PATIENT,
            sqlite_where=_STANDS_FOR_PATIENT,
        ),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), index=True)
    reader_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    released_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    released_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class EmergencySession(Identified, Base):
    """A clinician's statement of an emergency and that consent cannot be obtained now (42 CFR 2.51), and what it opens.

    Open from `valid_from` until `valid_until` (60 minutes) or `ended_at`.
    """

    __tablename__ = "emergency_session"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[Role] = mapped_column(word(Role))
    practice_id: Mapped[UUID | None] = mapped_column(ForeignKey("practice.id"), index=True)
    classes: Mapped[list[str]] = mapped_column(Document)
    nature: Mapped[bytes] = mapped_column(Sealed)
    why_no_consent: Mapped[bytes] = mapped_column(Sealed)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Representation(Identified, Base):
    """A person acting for a patient. It stands when the patient agreed or a clinician attested the document, within
    its period, until it is ended; a parent's at majority besides, read from the birth date and the clock.

    `user_id` is empty until somebody accepts the invitation to it. One person has one at a time for a patient. What it
    covers does not change: a change ends it and begins its successor in the same act (`succeeds_id`).
    """

    __tablename__ = "representation"
    __table_args__ = (
        Index(
            "uq_representation_open",
            "patient_id",
            "user_id",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    basis: Mapped[RepresentationBasis] = mapped_column(word(RepresentationBasis))
    classes: Mapped[list[str]] = mapped_column(Document)
    labels: Mapped[frozenset[Label]] = mapped_column(LabelSet)
    powers: Mapped[list[str]] = mapped_column(Document)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    accepted_at: Mapped[datetime | None]
    patient_agreed_at: Mapped[datetime | None]
    attested_at: Mapped[datetime | None]
    attested_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    attested_document: Mapped[bytes | None] = mapped_column(Sealed)
    declined_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    end_basis: Mapped[str | None] = mapped_column(String(40))
    end_words: Mapped[bytes | None] = mapped_column(Sealed)
    succeeds_id: Mapped[UUID | None] = mapped_column(ForeignKey("representation.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
