"""Memberships: who is, was or is asked to be in a patient's team."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import word
from careteam.policy.vocabulary import MembershipKind, Role

_OPEN = "declined_at IS NULL AND ended_at IS NULL AND kind = "
_TREATING, _COVERING = text(f"{_OPEN}'treating'"), text(f"{_OPEN}'covering'")


class Membership(Identified, Base):
    """One clinician, one role, one patient. Accepted when both sides agreed, in either order.

    At most one treating one is open (neither declined nor ended), and one covering one for each beginning, whatever
    happens at the same moment.
    """

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_treating",
            "patient_id",
            "user_id",
            "role",
            unique=True,
            postgresql_where=_TREATING,
            sqlite_where=_TREATING,
        ),
        Index(
            "uq_membership_covering",
            "patient_id",
            "user_id",
            "role",
            "valid_from",
            unique=True,
            postgresql_where=_COVERING,
            sqlite_where=_COVERING,
        ),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    practice_id: Mapped[UUID | None] = mapped_column(ForeignKey("practice.id"))
    role: Mapped[Role] = mapped_column(word(Role))
    kind: Mapped[MembershipKind] = mapped_column(word(MembershipKind), default=MembershipKind.TREATING)
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    patient_agreed_at: Mapped[datetime | None]
    clinician_accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    declined_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
