"""The form of care-team messages."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.directed import MOST_MEMBERS, Somebody
from careteam.api.schemas.entries import YesOrNo
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.treatment_words import Urgency
from careteam.policy.vocabulary import Label

SUBJECT, MESSAGE = 200, 10_000


class MessageQuery(PageQuery):
    """Which messages."""

    thread_id = fields.UUID()
    unread = YesOrNo(metadata={"description": "Only those for you that you have not confirmed, or only the others."})


class MessageDraft(Schema):
    """A new message. The patient reads it, whoever it is for."""

    text = Text(MESSAGE, required=True, metadata={"example": "Sleep is worse since the new dose. Can we move it?"})
    to = fields.List(
        fields.UUID(),
        validate=validate.Length(max=MOST_MEMBERS),
        metadata={"description": "Members by their user ids. From a clinician, none: to the patient alone."},
    )
    mention = fields.List(
        fields.UUID(),
        validate=validate.Length(max=MOST_MEMBERS),
        metadata={"description": "Who of the team, or the patient, is named in it."},
    )
    thread_id = fields.UUID(metadata={"description": "A thread that you read; without it a new one begins."})
    subject = Text(SUBJECT, metadata={"description": "Of a new thread.", "example": "Sleep"})
    needs_answer_from = fields.UUID(metadata={"description": "Somebody whom it is for."})
    urgency = Word(Urgency, metadata={"description": "urgent: an answer is due the same day; else 3 working days."})
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag()


class MessageTo(Somebody):
    """Whom it is for, and when they confirmed that they have read it."""

    mentioned = Flag(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


class MessageOut(Heading):
    """A message as you find it.

    `to` is told to its author and to the patient. `needs_answer_from`, and what hangs on it, to them and to who is
    asked; `answered` means that they wrote in the thread since, as far as you may read it. Nothing is called overdue to
    who could not read their messages.
    """

    thread_id = fields.UUID(required=True)
    subject = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    to = fields.List(fields.Nested(MessageTo), required=True, allow_none=True)
    to_you = Flag(required=True)
    mentions_you = Flag(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)
    needs_answer_from = fields.UUID(required=True, allow_none=True)
    answer_due_at = fields.AwareDateTime(required=True, allow_none=True)
    answered = Flag(required=True, allow_none=True)
    overdue = Flag(required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class MessagePage(Schema):
    """Messages, newest first, and what every list of them says."""

    items = fields.List(fields.Nested(MessageOut), required=True)
    next = fields.String(required=True, allow_none=True)
    caution = fields.String(required=True)


class MessageThreadOut(Schema):
    """A thread, by the latest of its messages that you may read."""

    id = fields.UUID(required=True)
    latest = fields.Nested(MessageOut, required=True)
    messages = fields.Integer(required=True)
    unread = fields.Integer(required=True)


class MessageThreadPage(Schema):
    """Threads, the latest first."""

    items = fields.List(fields.Nested(MessageThreadOut), required=True)
    next = fields.String(required=True, allow_none=True)
    caution = fields.String(required=True)
