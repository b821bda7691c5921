"""The form of requests for more of a medication."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.directed import Answering, AnswerOut, DeliveryOut, SendTo, SentOut
from careteam.api.schemas.entries import YesOrNo
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.answering import ANSWERS
from careteam.policy.treatment_words import AnswerOutcome, Urgency

TEXT, MOST_DAYS = 2_000, 366


class RefillQuery(PageQuery):
    """Which requests."""

    medication_id = fields.UUID()
    unanswered = YesOrNo(metadata={"description": "Only those without an answer that you can see, or the others."})


class RefillDraft(SendTo):
    """The patient asks for more. With one day's supply left or less it is answered the same day."""

    medication_id = fields.UUID(required=True)
    days_left = fields.Integer(
        strict=True,
        validate=validate.Range(0, MOST_DAYS),
        metadata={"description": "For how many days what is left lasts; 0: nothing is left.", "example": 5},
    )
    text = Text(TEXT, metadata={"example": "The pharmacy says that there are no refills left."})


class RefillAnswer(Answering):
    """An answer to a request: approved, denied, or a visit is needed, with its day and mode."""

    outcome = Word(AnswerOutcome, only=ANSWERS["refill_request"].outcomes, required=True)


class RefillOut(Heading):
    """A request, as you find it, with the answers that you may read.

    `answered`: by an answer that you can see. `overdue`: not, and the time for one is over. `sent_to` is told to the
    patient, and to who acts for them.
    """

    medication_id = fields.UUID(required=True, allow_none=True)
    drug_name = fields.String(required=True, allow_none=True)
    days_left = fields.Integer(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    urgency = Word(Urgency, required=True)
    answer_due_at = fields.AwareDateTime(required=True)
    answered = Flag(required=True)
    overdue = Flag(required=True)
    answer_note = fields.String(required=True, allow_none=True)
    sent_to = fields.List(fields.Nested(SentOut), required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
    answers = fields.List(fields.Nested(AnswerOut), required=True)


class RefillMade(RefillOut):
    """A new request, and whom it reaches."""

    delivery = fields.Nested(DeliveryOut, required=True)


class RefillPage(Schema):
    """Requests, newest first."""

    items = fields.List(fields.Nested(RefillOut), required=True)
    next = fields.String(required=True, allow_none=True)
