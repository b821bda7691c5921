"""The form of sign-in."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.me import Account, Password


class SignIn(Schema):
    """Address and password."""

    email = fields.String(required=True, validate=validate.Length(max=1000))
    password = Password()


class SessionOut(Schema):
    """A signed-in browser. It ends at `expires_at`, or earlier after `idle_minutes` without a request."""

    csrf_token = fields.String(required=True, metadata={"description": "Send it as X-CSRFToken with every change."})
    expires_at = fields.AwareDateTime(required=True)
    idle_minutes = fields.Integer(required=True)
    account = fields.Nested(Account, required=True)
