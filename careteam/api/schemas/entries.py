"""What the forms of allergies and conditions have in common."""

import re
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from careteam.api.schemas.fields import Flag, Text, Word
from careteam.policy.vocabulary import Label

WORDS, NOTE = 300, 5_000
MOST_CODES, MOST_REACTIONS = 10, 20
_PARTIAL = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


class PartialDate(fields.String):
    """A FHIR date: a year, a month or a day that exists; nothing is made up where only the year is known."""

    def __init__(self, **options: Any) -> None:
        hint = {"description": "YYYY, YYYY-MM or YYYY-MM-DD: as exactly as it is known.", "example": "2019-04"}
        super().__init__(metadata={**hint, **options.pop("metadata", {})}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        try:
            if not _PARTIAL.fullmatch(text):
                raise ValueError
            date.fromisoformat((text + "-01-01")[:10] if len(text) < 10 else text)
        except ValueError:
            raise ValidationError("Give YYYY, YYYY-MM or YYYY-MM-DD.") from None
        return text


class YesOrNo(fields.Boolean):
    """`true` or `false` in a query, and nothing that resembles them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> bool:
        if value not in ("true", "false"):
            raise ValidationError("Give true or false.")
        return bool(value == "true")


class System(fields.String):
    """The address of a code system, one of these."""

    def __init__(self, *systems: str) -> None:
        super().__init__(required=True, validate=validate.OneOf(systems), metadata={"example": systems[0]})


class CodeValue(fields.String):
    """A code as its system writes it."""

    def __init__(self) -> None:
        form = validate.Regexp(r"[A-Za-z0-9.\-]{1,20}\Z", error="Give the code alone, without its name.")
        super().__init__(required=True, validate=form)


class Codes(fields.List[Any]):
    """Codes of the named systems, as a source gives them."""

    def __init__(self, code: type[Schema]) -> None:
        hint = {"description": "Only where they come from a source; never guessed from the words."}
        super().__init__(fields.Nested(code), validate=validate.Length(max=MOST_CODES), metadata=hint)


class CodeOut(Schema):
    """A code, and the system that it is of."""

    system = fields.String(required=True)
    code = fields.String(required=True)


class Recorded(Schema):
    """What every new entry may say besides."""

    date = fields.Date(metadata={"description": "When it was found or told; today where the patient lives."})
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag()


class WithReason(Schema):
    """Why something changes."""

    reason = Text(1000, metadata={"description": "Shown with the change.", "example": "Told at the visit today."})


class ChangeOut(Schema):
    """A change: who, when and why, and what of the entry it changed."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    author_id = fields.UUID(required=True)
    reason = fields.String(required=True, allow_none=True)
    changed = fields.List(fields.String(), required=True)
