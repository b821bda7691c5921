"""The shape of every error (RFC 9457)."""

from marshmallow import Schema, fields


class ProblemSchema(Schema):
    """A problem: a stable `type`, what happened, and what to do."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.Dict(keys=fields.String(), metadata={"description": "What is wrong, by field."})
