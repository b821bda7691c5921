"""The form of one's own signed-in browsers."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Flag


class SignedIn(Schema):
    """A browser in which you are signed in. `current` is the one that asks; a program with a token is none of them."""

    id = fields.UUID(required=True)
    current = Flag(required=True)
    created_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True, metadata={"description": "Kept to about a minute."})
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "At the latest; idleness ends it."})
    address = fields.String(required=True, metadata={"description": "From where it began.", "example": "192.0.2.7"})
    browser = fields.String(required=True, metadata={"description": "What the browser called itself at sign-in."})


class SignedInPage(Schema):
    """Signed-in browsers, the latest sign-in first."""

    items = fields.List(fields.Nested(SignedIn), required=True)
    next = fields.String(required=True, allow_none=True)


class OthersEnded(Schema):
    """How many could still have been used."""

    sessions_ended = fields.Integer(required=True, metadata={"example": 2})
