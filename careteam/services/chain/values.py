"""The values of columns as JSON, and back by the type of the column."""

import base64
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Date, Enum, Table, Uuid

from careteam.models.types import LabelSet, UtcDateTime, label_mask, labels_of


def written(values: Mapping[str, Any]) -> str:
    """Return the values as one text, always the same for the same values."""
    return orjson.dumps({k: _plain(v) for k, v in values.items()}, option=orjson.OPT_SORT_KEYS).decode()


def read(table: Table, text: str) -> dict[str, Any]:
    """Return the values that a text holds. Raises ValueError and KeyError where it does not fit the table."""
    return {name: _typed(table.c[name].type, value) for name, value in orjson.loads(text).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return label_mask(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, UUID) else value


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Enum) and kind.enum_class:
        return kind.enum_class(value)
    return next((make(value) for type_, make in _MAKERS if isinstance(kind, type_)), value)


_MAKERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (UtcDateTime, datetime.fromisoformat),
    (Date, date.fromisoformat),
    (Uuid, UUID),
    (LabelSet, labels_of),
)
