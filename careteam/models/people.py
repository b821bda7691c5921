"""Practices, users, and what lets a user in: sessions, tokens, invitations."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import word
from careteam.policy.vocabulary import InvitationKind, MembershipKind, MinorSigners, Role

CRISIS_TEXT = "Call or text 988 in the US, or 911."
"""What a practice shows with safety flags until it says something else (`domain.md`, "Measures")."""


class Practice(Identified, Base):
    """Where clinicians work. Time zone is an IANA name; crisis text is shown with safety flags.

    `minor_signers`, `minor_from_age` (years) and `minor_citation` are its own rule of who signs for a minor; unset,
    the minor and a parent do.
    """

    __tablename__ = "practice"

    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64), default="America/New_York")
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    crisis_text: Mapped[str] = mapped_column(String(500), default=CRISIS_TEXT, server_default=CRISIS_TEXT)
    minor_signers: Mapped[MinorSigners | None] = mapped_column(word(MinorSigners))
    minor_from_age: Mapped[int | None]
    minor_citation: Mapped[str | None] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}


class User(Identified, Base):
    """An account: one person, one address. Roles are `Staff` rows; a patient has a `Patient` row.

    `version` grows with every change to their name, time zone or `news_by_mail`.
    """

    __tablename__ = "user"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(String(64), default="America/New_York")
    makes_practices: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime]
    new_password_required_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    news_by_mail: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Staff(Identified, Base):
    """One role of one user in one practice; a clinical one counts only while it is verified.

    A disabled or ended role counts for nothing. Who has had no roles but disabled ones, and no record of
    their own, is a disabled account.
    """

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("user_id", "practice_id", "role"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), index=True)
    role: Mapped[Role] = mapped_column(word(Role))
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    disabled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class LoginSession(Identified, Base):
    """A signed-in browser. The cookie holds a random token, this row its SHA-256."""

    __tablename__ = "login_session"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(200), default="")


class ApiToken(Identified, Base):
    """A personal access token (`ct_...`), stored as its SHA-256."""

    __tablename__ = "api_token"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    writes: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Patient(Identified, Base):
    """A person in treatment. `user_id` is empty until they accept an invitation to their record.

    `version` grows with every change to their name, dates or time zone.
    """

    __tablename__ = "patient"

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    birth_date: Mapped[date | None]
    death_date: Mapped[date | None]
    time_zone: Mapped[str] = mapped_column(String(64), default="America/New_York")
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Invitation(Identified, Base):
    """A single-use, expiring link bound to one address; the row holds the SHA-256 of its token.

    `staff`: the address is offered `role` in `practice_id`. `patient`: a clinician with `role` in
    `practice_id` invites a person to their own record (`patient_id`, where one was imported before).
    `clinician`: the address is offered `role` in the team of `patient_id`. `representative`: to act for `patient_id`
    by `representation_id`, in no role. `membership_kind`,
    `valid_from` and `valid_until` are those of the membership that accepting makes; `patient_agreed_at` is the
    patient's yes to what a member has proposed.
    """

    __tablename__ = "invitation"

    kind: Mapped[InvitationKind] = mapped_column(word(InvitationKind))
    email: Mapped[str] = mapped_column(String(254), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[Role | None] = mapped_column(word(Role))
    practice_id: Mapped[UUID | None] = mapped_column(ForeignKey("practice.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)
    representation_id: Mapped[UUID | None] = mapped_column(ForeignKey("representation.id"), index=True)
    membership_kind: Mapped[MembershipKind] = mapped_column(word(MembershipKind), default=MembershipKind.TREATING)
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    patient_agreed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    declined_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
