"""The form of the terms."""

from marshmallow import Schema, fields


class TermsOut(Schema):
    """The text that is shown at signing, and its SHA-256 (UTF-8, hexadecimal)."""

    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    text = fields.String(required=True)
