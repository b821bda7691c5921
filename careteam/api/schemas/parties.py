"""Whom a consent or a restriction names, as one word."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

_UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class Party(fields.String):
    """One of some fixed words, or `member:<id of the user>`."""

    def __init__(self, *words: str, **options: Any) -> None:
        self.pattern = "|".join([*words, f"member:{_UUID}"])
        said = ", ".join(word.replace(_UUID, "<id>") for word in words)
        self.said = f"Use one of: {said}, member:<id of the user>."
        super().__init__(validate=validate.Regexp(f"^({self.pattern})$", error=self.said), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if not re.fullmatch(self.pattern, text):
            raise ValidationError(self.said)
        return text.lower()


def discloser(**options: Any) -> Party:
    """Return a field for whose items are meant in a consent."""
    return Party("team", "patient", **options)


def recipient(**options: Any) -> Party:
    """Return a field for who may read."""
    return Party("role:therapist", "role:prescriber", **options)


def holder(**options: Any) -> Party:
    """Return a field for one holder."""
    return Party("patient", **options)


def against(**options: Any) -> Party:
    """Return a field for whom a restriction stops."""
    return Party("anyone", "role:therapist", "role:prescriber", f"representation:{_UUID}", **options)
