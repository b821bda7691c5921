"""The form of what is sent to members, and of answers."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.treatment_words import AnswerOutcome, VisitMode

MOST_MEMBERS = 50


class SendTo(Schema):
    """To whom something is sent: current members, who may read this one item by it."""

    send_to = fields.List(
        fields.UUID(),
        validate=validate.Length(max=MOST_MEMBERS),
        metadata={"description": "Members by their user ids. It is your permit for this one item; revoke it any time."},
    )


class Somebody(Schema):
    """Somebody of the care team."""

    user_id = fields.UUID(required=True)
    name = fields.String(required=True)


class SentOut(Somebody):
    """To whom it is sent, since when."""

    sent_at = fields.AwareDateTime(required=True)


class UnreachedOut(Somebody):
    """Who is not reached, why, and what to do instead."""

    reason = fields.String(required=True, validate=validate.OneOf(["not_verified", "restricted", "cannot_read"]))
    instead = fields.String(required=True)


class DeliveryOut(Schema):
    """Whom it reaches: said once, to its sender. `note`: nobody reads it."""

    sent_to = fields.List(fields.Nested(Somebody), required=True)
    not_reached = fields.List(fields.Nested(UnreachedOut), required=True)
    read_by = fields.List(fields.Nested(Somebody), required=True)
    note = fields.String(required=True, allow_none=True)


class Answering(Schema):
    """An answer. Which outcomes fit depends on what is answered."""

    outcome = Word(AnswerOutcome, required=True)
    text = Text(5_000)
    follow_up_on = fields.Date(metadata={"description": "Until when to watch, or the day of the visit."})
    mode = Word(VisitMode)


class AnswerOut(Heading):
    """An answer: an item of its own, held by its writer. What you may not read is not named."""

    answers_id = fields.UUID(required=True, allow_none=True)
    outcome = Word(AnswerOutcome, required=True)
    text = fields.String(required=True, allow_none=True)
    follow_up_on = fields.Date(required=True, allow_none=True)
    mode = Word(VisitMode, required=True, allow_none=True)
    event_id = fields.UUID(required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
