"""Seals and opens the text columns of a row with the session's keyring."""

from typing import overload
from uuid import UUID

from sqlalchemy.orm import InstrumentedAttribute, Session

from careteam.sealing import Keyring, Place

KEYRING = "keyring"


def keyring(session: Session) -> Keyring:
    """Return the keyring that the application put into the session."""
    ring = session.info[KEYRING]
    assert isinstance(ring, Keyring)
    return ring


@overload
def seal(session: Session, column: InstrumentedAttribute[bytes], row: UUID, text: str) -> bytes: ...
@overload
def seal(
    session: Session, column: InstrumentedAttribute[bytes | None], row: UUID, text: str | None
) -> bytes | None: ...
def seal(session: Session, column: InstrumentedAttribute[bytes | None], row: UUID, text: str | None) -> bytes | None:
    """Return the text sealed for this column of this row; `None` stays `None`."""
    return None if text is None else keyring(session).seal(text, place(column, row))


@overload
def unseal(session: Session, column: InstrumentedAttribute[bytes], row: UUID, value: bytes) -> str: ...
@overload
def unseal(
    session: Session, column: InstrumentedAttribute[bytes | None], row: UUID, value: bytes | None
) -> str | None: ...
def unseal(session: Session, column: InstrumentedAttribute[bytes | None], row: UUID, value: bytes | None) -> str | None:
    """Return the text of this column of this row. Raises Unsealable when it does not belong there."""
    return None if value is None else keyring(session).unseal(value, place(column, row))


def place(column: InstrumentedAttribute[bytes | None], row: UUID) -> Place:
    """Return where this column of this row lives."""
    return Place(column.class_.__tablename__, row, column.key)
