"""The form of the access log."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Day, PageQuery, Word
from careteam.policy.vocabulary import ItemClass

OUTCOMES = ["disclosed", "changed", "refused"]
CLAUSES = ["own_record", "representation", "author", "holder", "consent", "directed", "release", "emergency"]


class AccessQuery(PageQuery):
    """Which events."""

    outcome = fields.String(validate=validate.OneOf(OUTCOMES))
    actor_id = fields.UUID()
    item_class = Word(ItemClass, data_key="class")
    why = fields.String(
        validate=validate.OneOf(CLAUSES), metadata={"description": "The clause that let items through."}
    )
    since = Day(metadata={"description": "The first day, where the patient lives."})
    through = Day(metadata={"description": "The last day, inclusive."})


class AccessExportQuery(AccessQuery):
    """Which events, as a file."""

    limit = fields.Integer(load_default=5000, validate=validate.Range(1, 5000))


class AccessActor(Schema):
    """Who it was; empty where nobody was signed in."""

    user_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)


class AccessItems(Schema):
    """How many items of which class, of whom, and which clause of the rule let them through."""

    item_class = Word(ItemClass, required=True, data_key="class")
    count = fields.Integer(required=True)
    holder = fields.String(required=True)
    why = fields.String(required=True)
    consent_id = fields.UUID(required=True, allow_none=True)
    emergency_id = fields.UUID(required=True, allow_none=True)


class AccessEventOut(Schema):
    """One look, change or refusal."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.Nested(AccessActor, required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    purpose = fields.String(required=True)
    representation_id = fields.UUID(required=True, allow_none=True)
    sentence = fields.String(required=True)
    items = fields.List(fields.Nested(AccessItems), required=True)


class AccessPage(Schema):
    """Events, newest first."""

    items = fields.List(fields.Nested(AccessEventOut), required=True)
    next = fields.String(required=True, allow_none=True)
