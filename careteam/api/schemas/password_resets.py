"""The form of password resets and address changes."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Text
from careteam.api.schemas.proof import Again


class Address(Schema):
    """An e-mail address."""

    email = fields.String(required=True, validate=validate.Length(max=1000), metadata={"example": "tess@example.org"})


class NewAddress(Again):
    """The address that you want; your password once more, and a code where you have a second factor."""

    email = fields.String(required=True, validate=validate.Length(max=1000), metadata={"example": "tess@example.net"})


class Noted(Schema):
    """What happens next; the same, whoever has an account."""

    detail = fields.String(required=True)


class Redemption(Again):
    """The last part of the link, the password that you want, and a code where you have a second factor."""

    token = Text(200, required=True)


class LinkToken(Schema):
    """The last part of the link."""

    token = Text(200, required=True)


class ResetLink(Schema):
    """A link to a new password. Where it is shown, it is shown this once: give it to that person and nobody else."""

    link = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null where this service sends mail: then it goes to that person's address."},
    )
    expires_at = fields.AwareDateTime(required=True)
