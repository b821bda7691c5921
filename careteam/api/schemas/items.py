"""What every item of the shared record shows."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, Word
from careteam.policy.vocabulary import ItemClass, Label


class Holder(Schema):
    """Who holds an item: a member of the team, or the patient."""

    kind = fields.String(required=True, validate=validate.OneOf(["member", "patient"]))
    user_id = fields.UUID()


class OnBehalfOf(Schema):
    """For whom the author wrote it, and by which representation."""

    kind = fields.String(required=True, validate=validate.OneOf(["patient"]))
    representation_id = fields.UUID(required=True)


class Heading(Schema):
    """Class, author, holder, labels and date. Former members do not see labels."""

    id = fields.UUID(required=True)
    item_class = Word(ItemClass, required=True, data_key="class")
    author_id = fields.UUID(required=True, allow_none=True)
    outside_author = fields.String(required=True, allow_none=True)
    on_behalf_of = fields.Nested(OnBehalfOf, required=True, allow_none=True)
    holder = fields.Nested(Holder, required=True)
    labels = fields.List(Word(Label), required=True, allow_none=True)
    part2 = Flag(required=True, allow_none=True)
    date = fields.Date(required=True)
    awaits_label_review = Flag(required=True)
    version = fields.Integer(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True, allow_none=True)
