"""The form of what is sent to members: whom it would reach, to whom it was sent, and taking it back."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.directed import MOST_MEMBERS, DeliveryOut, Somebody
from careteam.api.schemas.entries import YesOrNo
from careteam.api.schemas.fields import Flag, PageQuery, Word
from careteam.policy.vocabulary import SHAREABLE_CLASSES, ItemClass, Label, Role


class RecipientQuery(Schema):
    """What would be sent: an item of which class, with which labels."""

    item_class = Word(ItemClass, only=SHAREABLE_CLASSES, required=True, data_key="class")
    labels = fields.List(Word(Label), data_key="label", validate=validate.Length(max=len(Label)))


class RecipientOut(Somebody):
    """One member: whether it reaches them, and what to do where it does not."""

    roles = fields.List(Word(Role), required=True)
    reached_if_sent = Flag(required=True)
    reads_anyway = Flag(required=True, metadata={"description": "A consent shares such items of yours with them."})
    reason = fields.String(
        required=True, allow_none=True, validate=validate.OneOf(["not_verified", "restricted", "cannot_read"])
    )
    instead = fields.String(required=True, allow_none=True)
    sentence = fields.String(required=True)


class Recipients(Schema):
    """Every current member. `note`: nobody would read it."""

    item_class = Word(ItemClass, required=True, data_key="class")
    labels = fields.List(Word(Label), required=True)
    recipients = fields.List(fields.Nested(RecipientOut), required=True)
    note = fields.String(required=True, allow_none=True)


class SentItemQuery(PageQuery):
    """Which of what was sent."""

    user_id = fields.UUID(metadata={"description": "To whom."})
    standing = YesOrNo(metadata={"description": "Only what is not taken back, or only what is."})


class SentToOut(Somebody):
    """To whom it was sent, when, and when that was taken back."""

    sent_at = fields.AwareDateTime(required=True)
    taken_back_at = fields.AwareDateTime(required=True, allow_none=True)


class SentAbout(Schema):
    """What was sent."""

    item_id = fields.UUID(required=True)
    item_class = Word(ItemClass, required=True, data_key="class")
    date = fields.Date(required=True)
    about = fields.String(required=True, allow_none=True)


class SentOnce(SentAbout):
    """One item, to one person."""

    to = fields.Nested(SentToOut, required=True)


class SentItemPage(Schema):
    """What was sent to whom, newest first, taken back or not."""

    items = fields.List(fields.Nested(SentOnce), required=True)
    next = fields.String(required=True, allow_none=True)


class SentItemOut(SentAbout):
    """To whom one item is sent, from whom it was taken back, and who of the team reads it now, by whatever permit."""

    sent_to = fields.List(fields.Nested(SentToOut), required=True)
    taken_back = fields.List(fields.Nested(SentToOut), required=True)
    read_by = fields.List(fields.Nested(Somebody), required=True)


class SentItemSent(SentItemOut):
    """The same after sending it, and whom that reaches."""

    delivery = fields.Nested(DeliveryOut, required=True)


class Sending(Schema):
    """To whom an item is sent besides."""

    send_to = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(1, MOST_MEMBERS),
        metadata={"description": "Members by their user ids. It is your permit for this one item; revoke it any time."},
    )


class TakingBack(Schema):
    """From whom the permit is taken back; unset: from everybody."""

    user_ids = fields.List(fields.UUID(), validate=validate.Length(1, MOST_MEMBERS))
