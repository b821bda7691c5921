"""The form in which somebody shows again who they are."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from careteam.api.schemas.fields import Text

LONGEST_PASSWORD_TEXT = 8192
"""More than any password that is accepted; what is too long is said by the password rules."""


class Password(fields.String):
    """A password, as it was typed: nothing is trimmed."""

    def __init__(self) -> None:
        super().__init__(required=True, validate=validate.Length(max=LONGEST_PASSWORD_TEXT))


class Codes(Schema):
    """A code, for people with a second factor: one of the authenticator app, or a recovery code."""

    code = Text(20, metadata={"description": "What the authenticator app shows now.", "example": "287082"})
    recovery_code = Text(100, metadata={"example": "gq2d-mmzu-gbqt-iztf-hfsd-cmjs"})

    @validates_schema
    def _one_of_them(self, data: Any, **_: Any) -> None:
        if "code" in data and "recovery_code" in data:
            raise ValidationError({"recovery_code": ["Send a code or a recovery code, not both."]})


class Again(Codes):
    """The password once more, and a code where there is a second factor."""

    password = Password()
