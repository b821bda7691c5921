"""Fields that take exactly what they say: no "true" for true, no 1 for "1", no NUL in text."""

import typing
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate


class Text(fields.String):
    """Text that is not empty, not over-long, and without characters that no person types."""

    def __init__(self, longest: int, *, empty: bool = False, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=0 if empty else 1, max=longest), **options)
        self.empty = empty

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise ValidationError("Leave out NUL and unpaired surrogate characters.")
        if not self.empty and not text.strip():
            raise ValidationError("Write something here.")
        return text


class Word(fields.String):
    """One word of a closed list."""

    def __init__(self, words: type[StrEnum], *, only: typing.Collection[StrEnum] | None = None, **options: Any):
        allowed = [w.value for w in words if only is None or w in only]
        super().__init__(validate=validate.OneOf(allowed), **options)
        self.words = words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        return self.words(text) if text in set(self.words) else text


class Flag(fields.Boolean):
    """true or false, and nothing that resembles them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> bool:
        if value is not True and value is not False:
            raise self.make_error("invalid", input=value)
        return value


class YesNo(fields.Boolean):
    """The words true and false, in a query."""

    def __init__(self, **options: Any) -> None:
        super().__init__(truthy={"true"}, falsy={"false"}, **options)


class Instant(fields.AwareDateTime):
    """An ISO 8601 instant with an offset; UTC inside."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type="datetime")
        moment: datetime = super()._deserialize(value, attr, data, **options)
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError("Give an instant between the years 1 and 9999.") from error


class Day(fields.Date):
    """A day of which a log can be asked: days and instants around it can be said in every time zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **options)
        if not 1900 <= day.year < 3000:
            raise ValidationError("Give a day between the years 1900 and 2999.")
        return day


class PageQuery(Schema):
    """`limit` (1 to 100, default 25) and the `cursor` of the page before."""

    limit = fields.Integer(load_default=25, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=1200))
