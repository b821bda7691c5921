"""The form of plan reviews."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.directed import AnswerOut, DeliveryOut, SendTo, SentOut
from careteam.api.schemas.entries import YesOrNo
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.vocabulary import Label

TEXT = 5_000


class PlanReviewQuery(PageQuery):
    """Which plan reviews."""

    open = YesOrNo(metadata={"description": "Only those that are not closed, or only the others."})


class PlanReviewDraft(SendTo):
    """My current plan is not working: in your words, if you like, to the whole team unless you name somebody."""

    text = Text(TEXT)
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag()


class PlanReviewOut(Heading):
    """A plan review, with the answers that you may read.

    `unanswered`: it is open, and there is no answer that you can see; `overdue`: and one was due before now.
    """

    text = fields.String(required=True, allow_none=True)
    answer_due_at = fields.AwareDateTime(required=True)
    unanswered = Flag(required=True)
    overdue = Flag(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_by = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Where you can know that they read it."}
    )
    sent_to = fields.List(
        fields.Nested(SentOut), required=True, allow_none=True, metadata={"description": "To the patient's side."}
    )
    answers = fields.List(fields.Nested(AnswerOut), required=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class PlanReviewMade(PlanReviewOut):
    """A plan review as it was opened, and whom it reaches."""

    delivery = fields.Nested(DeliveryOut, required=True)


class PlanReviewPage(Schema):
    """Plan reviews, newest first."""

    items = fields.List(fields.Nested(PlanReviewOut), required=True)
    next = fields.String(required=True, allow_none=True)
