"""The form of concerns about cost and access, and of the answers to them."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.directed import DeliveryOut, SendTo, SentOut
from careteam.api.schemas.entries import YesOrNo
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.api.schemas.side_effects import AS_YOU_SEE, Clock
from careteam.policy.answering import ANSWERS
from careteam.policy.treatment_words import AnswerOutcome, CostConcern
from careteam.policy.vocabulary import Label


class CostRequestQuery(PageQuery):
    """Which requests."""

    medication_id = fields.UUID()
    unanswered = YesOrNo(metadata={"description": AS_YOU_SEE})


class CostRequestDraft(SendTo):
    """What keeps the patient from getting an entry of the list."""

    medication_id = fields.UUID(required=True)
    concern = Word(CostConcern, required=True)
    text = Text(2_000, metadata={"example": "The copay went up to 90 dollars."})
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag()


class CostRequestAnswer(Schema):
    """The way that a prescriber names, in words too."""

    outcome = Word(AnswerOutcome, required=True, only=ANSWERS["cost_request"].outcomes)
    text = Text(5_000, required=True)
    event_id = fields.UUID(metadata={"description": "With a switch: the change of the entry."})


class CostRequestOut(Heading, Clock):
    """A request as you find it. An entry that you may not read is not named."""

    medication_id = fields.UUID(required=True, allow_none=True)
    concern = Word(CostConcern, required=True)
    text = fields.String(required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
    sent_to = fields.List(fields.Nested(SentOut), required=True, allow_none=True)
    delivery = fields.Nested(DeliveryOut, required=True, allow_none=True)


class CostRequestPage(Schema):
    """Requests, newest first."""

    items = fields.List(fields.Nested(CostRequestOut), required=True)
    next = fields.String(required=True, allow_none=True)
