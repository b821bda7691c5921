"""The form of access tokens."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Text, Word
from careteam.api.schemas.proof import Codes, Password
from careteam.policy.vocabulary import TokenAccess


class TokenDraft(Codes):
    """What the token is for, what it may do and for how long; your password once more, and a code."""

    name = Text(100, required=True)
    access = Word(TokenAccess, required=True)
    expires_in_days = fields.Integer(required=True, strict=True)
    current_password = Password()


class TokenOut(Schema):
    """A token without its text, which is not kept."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    access = Word(TokenAccess, required=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True, allow_none=True)


class TokenMade(TokenOut):
    """A new token with its text, shown this once."""

    token = fields.String(required=True)


class TokenPage(Schema):
    """Tokens, newest first."""

    items = fields.List(fields.Nested(TokenOut), required=True)
    next = fields.String(required=True, allow_none=True)
