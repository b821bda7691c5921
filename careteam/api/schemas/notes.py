"""The form of notes."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.vocabulary import NOTE_CLASSES, Exclusion, ItemClass, Label, NoteStatus

TITLE = 200
BODY = 50_000


class NoteQuery(PageQuery):
    """Which notes."""

    kind = Word(ItemClass, only=NOTE_CLASSES)
    status = Word(NoteStatus)
    author_id = fields.UUID()
    from_date = fields.Date(metadata={"description": "The first day, inclusive."})
    through_date = fields.Date(metadata={"description": "The last day, inclusive."})


class NoteDraft(Schema):
    """A note as its author begins it."""

    kind = Word(ItemClass, only=NOTE_CLASSES, required=True)
    title = Text(TITLE, required=True)
    body = Text(BODY, required=True)
    date = fields.Date(required=True, metadata={"description": "The day that the note is about."})
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag(metadata={"description": "Default: true where the label is substance_use."})


class NoteEdit(Schema):
    """What changes in a draft."""

    title = Text(TITLE)
    body = Text(BODY)
    date = fields.Date()


class AddendumDraft(Schema):
    """What is added to a signed note."""

    body = Text(BODY, required=True)


class Reason(Schema):
    """Why."""

    reason = Text(1000, required=True)


class Addendum(Schema):
    """A part of a signed note."""

    id = fields.UUID(required=True)
    author_id = fields.UUID(required=True)
    body = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)


class Elsewhere(Schema):
    """A part of a special note that belongs in a progress note: where it is, in Unicode code points, and why."""

    part = fields.String(required=True, validate=validate.OneOf(["title", "body"]))
    start = fields.Integer(required=True, data_key="from")
    end = fields.Integer(required=True, data_key="to")
    text = fields.String(required=True)
    category = Word(Exclusion, required=True)
    sentence = fields.String(required=True)


class NoteOut(Heading):
    """A note, whole."""

    status = Word(NoteStatus, required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    signed_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
    addenda = fields.List(fields.Nested(Addendum), required=True)
    belongs_elsewhere = fields.List(
        fields.Nested(Elsewhere),
        required=True,
        allow_none=True,
        metadata={"description": "To the author of a special note, when it is read or changed by itself; else null."},
    )


class NotePage(Schema):
    """Notes, newest first."""

    items = fields.List(fields.Nested(NoteOut), required=True)
    next = fields.String(required=True, allow_none=True)
