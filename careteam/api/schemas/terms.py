"""The form of the terms."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Word
from careteam.policy.vocabulary import TermsFor


class TermsQuery(Schema):
    """For which kind of consent: a consent that lists `substance_use` has terms of its own."""

    what = Word(TermsFor, data_key="for")


class TermsOut(Schema):
    """The text that is shown at signing, and its SHA-256 (UTF-8, hexadecimal)."""

    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    text = fields.String(required=True)
