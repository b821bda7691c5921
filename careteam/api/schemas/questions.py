"""The form of questions for the next visit."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.directed import AnswerOut, DeliveryOut, SendTo, SentOut
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.treatment_words import QuestionState
from careteam.policy.vocabulary import Label

QUESTION = 2_000
VISIT = "The day of the visit; unset or null: the next one, whenever it is."


class QuestionQuery(PageQuery):
    """Which questions."""

    state = Word(QuestionState, metadata={"description": "As you find it: an answer that you cannot see is none."})
    for_visit_on = fields.Date()


class QuestionSaid(Schema):
    """What a question says, and when it is to be asked."""

    text = Text(QUESTION, metadata={"example": "Can I take it in the evening instead?"})
    for_visit_on = fields.Date(allow_none=True, metadata={"description": VISIT})


class QuestionDraft(QuestionSaid, SendTo):
    """A new question. Nobody but you reads it unless you send it, or a consent shares your questions."""

    text = Text(QUESTION, required=True, metadata={"example": "Can I take it in the evening instead?"})
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag()


class QuestionEdit(QuestionSaid):
    """What changes; what is left out stays."""


class CarriedOver(Schema):
    """To when a question is carried over."""

    for_visit_on = fields.Date(allow_none=True, metadata={"description": VISIT})


class NotedAnswer(Schema):
    """What was said at the visit, in the patient's words."""

    text = Text(5_000, allow_none=True)


class QuestionOut(Heading):
    """A question as you find it.

    `state` is null where it is marked as entered in error. `answer` is what the patient noted; `answers` are those of
    clinicians that you may read. `sent_to` is told to the patient, and to who acts for them.
    """

    text = fields.String(required=True)
    for_visit_on = fields.Date(required=True, allow_none=True)
    carried_over = fields.Integer(required=True)
    state = Word(QuestionState, required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    sent_to = fields.List(fields.Nested(SentOut), required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
    answers = fields.List(fields.Nested(AnswerOut), required=True)


class QuestionMade(QuestionOut):
    """A new question, and whom it reaches."""

    delivery = fields.Nested(DeliveryOut, required=True)


class QuestionPage(Schema):
    """Questions, newest first."""

    items = fields.List(fields.Nested(QuestionOut), required=True)
    next = fields.String(required=True, allow_none=True)
