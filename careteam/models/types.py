"""Column types that refuse what the two databases would silently get wrong."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Enum, Integer, LargeBinary, TypeDecorator
from uuid_utils.compat import uuid7

from careteam.policy.vocabulary import Label


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562): unique, and sorted by the time of its making."""
    return uuid7()


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware instant, stored as UTC. Refuses naive values, which SQLite would accept."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a cursor holds of such a column."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC. Raises ValueError on a naive value."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_BITS = {label: 1 << position for position, label in enumerate(Label)}


def label_mask(labels: Iterable[Label]) -> int:
    """Return the labels as the integer that `LabelSet` stores: one bit each, in the order of `Label`."""
    return sum(_BITS[label] for label in frozenset(labels))


@lru_cache
def labels_of(mask: int) -> frozenset[Label]:
    """Return the labels of a stored mask."""
    return frozenset(label for label, bit in _BITS.items() if mask & bit)


class LabelSet(TypeDecorator[frozenset[Label]]):
    """A set of labels as a bit mask, so that "all of these labels" is one comparison in SQL."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Iterable[Label] | None, dialect: Dialect) -> int | None:
        """Return the mask."""
        return None if value is None else label_mask(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> frozenset[Label] | None:
        """Return the labels."""
        return None if value is None else labels_of(value)


class Sealed(TypeDecorator[bytes]):
    """Text sealed by `careteam.sealing`; the type marks the column for `rotate-keys`."""

    impl = LargeBinary
    cache_ok = True


def word(enum: type[StrEnum]) -> Enum:
    """Return a text column type for a closed word list, checked on the way in and out."""
    return Enum(enum, native_enum=False, length=40, values_callable=_values, validate_strings=True)


def _values(enum: Any) -> list[str]:
    return [member.value for member in enum]
