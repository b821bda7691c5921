"""The form of one's own account."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, Text, Word
from careteam.api.schemas.proof import Codes, Password
from careteam.policy.vocabulary import Role


class RoleInPractice(Schema):
    """One role of a person in one practice. `verified` is false for roles that need no verification."""

    practice_id = fields.UUID(required=True)
    practice_name = fields.String(required=True)
    role = Word(Role, required=True)
    verified = Flag(required=True)


class Account(Schema):
    """A person with an account; `patient_id` is their own record, if they have one."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    time_zone = fields.String(required=True)
    news_by_mail = Flag(required=True, metadata={"description": "Whether you want a mail when there is news here."})
    version = fields.Integer(required=True, metadata={"description": "The ETag of `GET /me`, for changing it."})
    patient_id = fields.UUID(required=True, allow_none=True)
    makes_practices = Flag(required=True)
    roles = fields.List(fields.Nested(RoleInPractice), required=True)


class Me(Account):
    """Who you are, and how you signed in. A read-only token may not write."""

    signed_in_by = fields.String(required=True, validate=validate.OneOf(["session", "token"]))
    may_write = Flag(required=True)


class AccountEdit(Schema):
    """What changes in your account."""

    name = Text(200)
    time_zone = Text(64, metadata={"description": "An IANA name such as America/New_York."})
    news_by_mail = Flag(
        metadata={"description": "A mail says only that there is news. It goes where this service sends mail at all."}
    )
    gives_up_verification = Flag(
        metadata={"description": "Clinical roles are verified under a name: a new one needs `true`, and ends them."}
    )


class PasswordChange(Codes):
    """The password that you have and the one that you want: 15 characters or more, none of them prescribed."""

    current_password = Password()
    new_password = Password()


class PasswordChanged(Schema):
    """What goes on and what ended."""

    csrf_token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    sessions_ended = fields.Integer(required=True)
    tokens_revoked = fields.Integer(required=True)
