"""The form of sign-in."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Word
from careteam.api.schemas.me import Account
from careteam.api.schemas.proof import Again
from careteam.services.identity.unfinished import Unfinished


class SignIn(Again):
    """Address and password, and a code where there is a second factor."""

    email = fields.String(required=True, validate=validate.Length(max=1000))


class SessionOut(Schema):
    """A signed-in browser. It ends at `expires_at`, or earlier after `idle_minutes` without a request."""

    csrf_token = fields.String(required=True, metadata={"description": "Send it as X-CSRFToken with every change."})
    expires_at = fields.AwareDateTime(required=True)
    idle_minutes = fields.Integer(required=True)
    unfinished = fields.List(
        Word(Unfinished),
        required=True,
        metadata={
            "description": "What has to be done first, in this order: everything else answers 403 until then, but for "
            "saying no about your own record, and your own consents, restrictions and team."
        },
    )
    account = fields.Nested(Account, required=True)
