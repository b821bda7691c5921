"""The form of what is new since somebody last looked."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Instant, Word
from careteam.policy.vocabulary import ItemClass


class LookQuery(Schema):
    """Since when: your latest look at or before this instant counts. Unset: your latest that is 30 minutes old."""

    since = Instant(metadata={"description": "An ISO 8601 instant with its offset.", "example": "2026-03-02T09:00:00Z"})


class ClassCount(Schema):
    """How many new items there are of one class."""

    item_class = Word(ItemClass, required=True, data_key="class")
    count = fields.Integer(required=True)


class Counted(Schema):
    """What is new: `since` is when you last looked, null if you never did (then all that others wrote is new)."""

    since = fields.AwareDateTime(required=True, allow_none=True)
    counts = fields.List(fields.Nested(ClassCount), required=True)


class NewItem(Schema):
    """A new item, to be read where its class is read."""

    id = fields.UUID(required=True)
    item_class = Word(ItemClass, required=True, data_key="class")


class News(Counted):
    """What is new, latest first: what others made or changed, and what was opened to you. At most 100 are named."""

    items = fields.List(fields.Nested(NewItem), required=True)
