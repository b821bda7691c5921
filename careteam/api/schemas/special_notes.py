"""The form of releases, moves and the log of special notes."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas import parties
from careteam.api.schemas.access_log import OUTCOMES, AccessActor
from careteam.api.schemas.fields import Flag, Text
from careteam.api.schemas.notes import TITLE, NoteOut


class ReleaseDraft(Schema):
    """To whom."""

    to = parties.holder(required=True, metadata={"description": "`patient`, or a current member."})


class ReleaseOut(Schema):
    """A release as its author sees it."""

    id = fields.UUID(required=True)
    note_id = fields.UUID(required=True)
    to = fields.String(required=True)
    released_at = fields.AwareDateTime(required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    consent_in_force = Flag(
        required=True,
        allow_none=True,
        metadata={
            "description": "Whether a consent for such notes names you and this reader now; null: none is asked."
        },
    )
    meaning = fields.String(required=True)


class ReleasePage(Schema):
    """Releases, newest first."""

    items = fields.List(fields.Nested(ReleaseOut), required=True)
    next = fields.String(required=True, allow_none=True)


class Span(Schema):
    """A part of the body: from and to (end exclusive), counted in Unicode code points."""

    start = fields.Integer(required=True, strict=True, data_key="from", validate=validate.Range(min=0, max=1_000_000))
    end = fields.Integer(required=True, strict=True, data_key="to", validate=validate.Range(min=1, max=1_000_000))


class MoveDraft(Schema):
    """Which text, as `belongs_elsewhere` names it or as you choose."""

    spans = fields.List(fields.Nested(Span), required=True, validate=validate.Length(min=1, max=200))
    title = Text(TITLE, metadata={"description": "Of the progress note; default `Progress note`."})


class MoveOut(Schema):
    """Both notes as they are now; `removed`: the text is no longer in the special note."""

    special_note = fields.Nested(NoteOut, required=True)
    progress_note = fields.Nested(NoteOut, required=True)
    version = fields.Integer(required=True, metadata={"description": "Of the special note."})
    removed = Flag(required=True)
    sentence = fields.String(required=True)


class NoteAccessOut(Schema):
    """One act on a special note, which version of it was shown, and which clause of the rule let it through."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.Nested(AccessActor, required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    purpose = fields.String(required=True)
    sentence = fields.String(required=True)
    version = fields.Integer(required=True)
    why = fields.String(required=True)


class NoteAccessPage(Schema):
    """Acts, newest first."""

    items = fields.List(fields.Nested(NoteAccessOut), required=True)
    next = fields.String(required=True, allow_none=True)
