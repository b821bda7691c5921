"""The form of a second factor."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Flag, Text


class SecondFactorOut(Schema):
    """Whether you have a second factor, and whether you need one here."""

    active = Flag(required=True)
    required = Flag(required=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    recovery_codes_left = fields.Integer(required=True)


class SecondFactorBegun(Schema):
    """A secret for an authenticator app, shown this once: as text, as an otpauth address, and as a picture of it."""

    secret = fields.String(required=True)
    otpauth_uri = fields.String(required=True)
    qr_svg = fields.String(required=True)
    confirm_by = fields.AwareDateTime(required=True)


class FirstCode(Schema):
    """What the new entry in the authenticator app shows now."""

    code = Text(20, required=True, metadata={"example": "287082"})


class RecoveryCodes(Schema):
    """Ten codes to sign in with when the authenticator app is lost, each good once. Shown this once."""

    recovery_codes = fields.List(fields.String(), required=True)


class SecondFactorChanged(Schema):
    """What ended with the change."""

    sessions_ended = fields.Integer(required=True)
    tokens_revoked = fields.Integer(required=True)


class SecondFactorConfirmed(RecoveryCodes, SecondFactorChanged):
    """Your second factor counts from now on; the CSRF token is that of the new cookie."""

    csrf_token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
