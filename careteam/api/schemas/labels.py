"""The form of labels."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.vocabulary import Label


class LabelReview(Schema):
    """The labels that the holder confirms for an imported item."""

    labels = fields.List(Word(Label), required=True, validate=validate.Length(max=len(Label)))
    part2 = Flag(metadata={"description": "Left out, an item with substance_use counts as part2."})
    reason = Text(1000, metadata={"description": "Why a label or the Part 2 flag is given up."})


class LabelChangeOut(Schema):
    """Who added or removed a label (or the flag part2), and why it was removed."""

    label = fields.String(required=True, validate=validate.OneOf([*[x.value for x in Label], "part2"]))
    added = Flag(required=True)
    author_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True, allow_none=True)


class LabelHistory(Schema):
    """The labels of an item and how it came by them, oldest change first."""

    labels = fields.List(Word(Label), required=True)
    part2 = Flag(required=True)
    awaits_label_review = Flag(required=True)
    version = fields.Integer(required=True)
    changes = fields.List(fields.Nested(LabelChangeOut), required=True)


class WaitingItem(Heading):
    """An imported item whose labels wait for you: what it is about, and what its source suggests."""

    about = fields.String(required=True, allow_none=True)
    suggested_labels = fields.List(Word(Label), required=True)


class WaitingPage(Schema):
    """Imported items that wait, newest first."""

    items = fields.List(fields.Nested(WaitingItem), required=True)
    next = fields.String(required=True, allow_none=True)
