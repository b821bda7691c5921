"""What stands beside a password: the second factor, counted tries, and single-use links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from careteam.models.base import Base, Identified
from careteam.models.types import Sealed, word
from careteam.policy.vocabulary import LinkKind


class SecondFactor(Identified, Base):
    """A person's authenticator app (TOTP, RFC 6238); it counts while `confirmed_at` is set.

    `pending_secret` is one that was shown and not confirmed yet. `last_step` is the time step (30 s) of the newest
    code that was accepted: no code of it, or of one before, is accepted again.
    """

    __tablename__ = "second_factor"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), unique=True)
    secret: Mapped[bytes | None] = mapped_column(Sealed)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]
    pending_secret: Mapped[bytes | None] = mapped_column(Sealed)
    pending_until: Mapped[datetime | None]


class RecoveryCode(Identified, Base):
    """A code for the day on which the authenticator app is lost: good once, stored as its SHA-256."""

    __tablename__ = "recovery_code"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class TryCount(Identified, Base):
    """How many tries in a row were wrong, by what they were made on; `key` is a keyed hash of that.

    A try is counted before it is evaluated. None is evaluated before `locked_until`.
    """

    __tablename__ = "try_count"

    key: Mapped[str] = mapped_column(String(64), unique=True)
    wrong: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    last_at: Mapped[datetime] = mapped_column(index=True)


class AccountLink(Identified, Base):
    """A single-use link bound to one account; the row holds the SHA-256 of its token.

    `password_reset` sets a new password, `address_change` makes `email` the account's address. `token_hash` is
    empty, and the link nobody's, until somebody has issued it; `issued_by` is empty for the operator.
    """

    __tablename__ = "account_link"

    kind: Mapped[LinkKind] = mapped_column(word(LinkKind))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
