"""The signatures of a consent that needs two: of a minor, and of who acts for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified


class ConsentSignature(Identified, Base):
    """One of the signatures under one consent; without a `representation_id` it is the patient's own.

    `content_sha256` is of the document as it stood when this person signed, without any signature.
    """

    __tablename__ = "consent_signature"

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consent.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    representation_id: Mapped[UUID | None] = mapped_column(ForeignKey("representation.id"))
    signed_at: Mapped[datetime]
    typed_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(45), default="")
    terms_sha256: Mapped[str] = mapped_column(ForeignKey("terms_text.sha256"))
    content_sha256: Mapped[str] = mapped_column(String(64))
