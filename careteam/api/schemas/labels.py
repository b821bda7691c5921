"""The form of labels and of their review."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading, Holder
from careteam.policy.vocabulary import ItemClass, Label, SuggestionSource

MOST = 100
"""How many items one act confirms: as many as a page shows."""
SUGGESTED = [*[label.value for label in Label], "none"]
REASON = {
    "description": "Why a label, a suggested substance_use or the Part 2 flag is left out.",
    "example": "Mixed up.",
}


class LabelReview(Schema):
    """The labels that the holder confirms for an imported item."""

    labels = fields.List(Word(Label), required=True, validate=validate.Length(max=len(Label)))
    part2 = Flag(metadata={"description": "Left out, an item with substance_use counts as part2."})
    reason = Text(1000, metadata=REASON)


class ReviewOfOne(Schema):
    """One item of several: its id, the version that you saw, and its labels or `as_suggested`."""

    item_id = fields.UUID(required=True)
    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**31 - 1))
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag(metadata={"description": "Left out, an item with substance_use counts as part2."})
    reason = Text(1000, metadata=REASON)
    as_suggested = Flag(
        validate=validate.Equal(True, error="Say true, or leave it out and give labels."),
        metadata={"description": "Confirm what is suggested, and whatever label the item has already."},
    )

    @validates_schema
    def _one_or_the_other(self, data: dict[str, Any], **_: Any) -> None:
        if ("labels" in data) == ("as_suggested" in data):
            raise ValidationError("Give labels (an empty list for none), or as_suggested.", "labels")
        if "as_suggested" in data and data.keys() & {"part2", "reason"}:
            raise ValidationError("What is suggested gives nothing up: leave part2 and reason out.", "as_suggested")


class LabelReviews(Schema):
    """Reviews of several items, done together or not at all."""

    reviews = fields.List(fields.Nested(ReviewOfOne), required=True, validate=validate.Length(1, MOST))


class Confirmed(Schema):
    """What was confirmed, in the order in which it was named."""

    items = fields.List(fields.Nested(Heading), required=True)


class LabelChangeOut(Schema):
    """Who added or removed a label (or the flag part2), and why it was removed.

    `left_out`: it was suggested for an imported item and never taken.
    """

    label = fields.String(required=True, validate=validate.OneOf([*[x.value for x in Label], "part2"]))
    added = Flag(required=True)
    left_out = Flag(required=True)
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


class WaitingQuery(PageQuery):
    """Which of the items that wait: of a class, with a suggested label, or with `none` suggested."""

    item_class = Word(ItemClass, data_key="class")
    suggested = fields.String(validate=validate.OneOf(SUGGESTED))


class SuggestionOut(Schema):
    """A label that is suggested, and why. It labels nothing before you confirm it."""

    label = Word(Label, required=True)
    source = Word(SuggestionSource, required=True)
    reason = fields.String(required=True, metadata={"example": "Code F11.20: Opioid related disorders."})


class WaitingItem(Heading):
    """An imported item whose labels wait for you: what it is about, and what is suggested."""

    about = fields.String(required=True, allow_none=True)
    suggested_labels = fields.List(Word(Label), required=True)
    suggested_part2 = Flag(required=True)
    suggestions = fields.List(fields.Nested(SuggestionOut), required=True)


class WaitingOfClass(Schema):
    """How many items of a class wait."""

    item_class = Word(ItemClass, required=True, data_key="class")
    count = fields.Integer(required=True)


class WaitingSuggested(Schema):
    """For how many items a label (or `none`) is suggested; an item may count for several labels."""

    suggested = fields.String(required=True, validate=validate.OneOf(SUGGESTED))
    count = fields.Integer(required=True)


class WaitingCounts(Schema):
    """How many items wait for you, whatever the filters."""

    total = fields.Integer(required=True)
    classes = fields.List(fields.Nested(WaitingOfClass), required=True)
    suggested = fields.List(fields.Nested(WaitingSuggested), required=True)


class WaitingForAnother(Schema):
    """Items of yours that wait for a member, who alone can confirm them; and what you can do."""

    holder = fields.Nested(Holder, required=True)
    name = fields.String(required=True)
    waiting = fields.Integer(required=True)
    can_confirm = Flag(required=True)
    what_to_do = fields.String(required=True)


class WaitingPage(Schema):
    """Imported items that wait for you, newest first. Only the patient sees for whom `others` wait."""

    items = fields.List(fields.Nested(WaitingItem), required=True)
    next = fields.String(required=True, allow_none=True)
    waiting = fields.Nested(WaitingCounts, required=True)
    others = fields.List(fields.Nested(WaitingForAnother), required=True, allow_none=True)


class NamedPatient(Schema):
    """Whose record it is."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class WaitingRecord(Schema):
    """A record in which items wait for you. `own` marks your own."""

    patient = fields.Nested(NamedPatient, required=True)
    own = Flag(required=True)
    waiting = fields.Integer(required=True)
    oldest_imported_at = fields.AwareDateTime(required=True)


class WaitingRecords(Schema):
    """Records in which items wait for you, by the patient's name, and how many items wait in all."""

    items = fields.List(fields.Nested(WaitingRecord), required=True)
    next = fields.String(required=True, allow_none=True)
    waiting = fields.Integer(required=True)
