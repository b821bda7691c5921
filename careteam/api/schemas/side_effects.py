"""The form of side-effect reports, of what to do now, and of the answers to them."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.directed import AnswerOut, DeliveryOut, SendTo, SentOut
from careteam.api.schemas.entries import YesOrNo
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.treatment_words import AnswerOutcome, Impact, Urgency
from careteam.policy.urgent_effects import Applies
from careteam.policy.vocabulary import Label, Severity

EFFECT = 1_000
OUTCOMES = (AnswerOutcome.ADJUST, AnswerOutcome.SWITCH, AnswerOutcome.MANAGE, AnswerOutcome.WATCH)
AS_YOU_SEE = "As far as you see: an answer that you cannot read is none."


class SideEffectQuery(PageQuery):
    """Which reports."""

    medication_id = fields.UUID()
    unanswered = YesOrNo(metadata={"description": AS_YOU_SEE})
    urgent = YesOrNo()


class Felt(Schema):
    """What is felt: in words, by a code, or both; and of which entry of the medication list."""

    medication_id = fields.UUID(metadata={"description": "An entry that you read; unset: you do not know of which."})
    effect = Text(EFFECT, metadata={"example": "A red rash on both arms since yesterday"})
    effect_code = fields.String(
        validate=validate.Length(1, 60), metadata={"description": "One of GET /side-effect-codes.", "example": "rash"}
    )


class SideEffectDraft(Felt, SendTo):
    """A report. `date` is the day on which it is told; `onset` the day on which it began."""

    severity = Word(Severity, required=True)
    impact = Word(Impact, required=True, metadata={"description": "It bothers me, or stops me from what I do."})
    onset = fields.Date()
    date = fields.Date()
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag()


class SideEffectAnswer(Schema):
    """A prescriber's answer: `manage` needs `text`, `watch` needs `follow_up_on`; `event_id` is a change it caused."""

    outcome = Word(AnswerOutcome, required=True, only=OUTCOMES)
    text = Text(5_000)
    follow_up_on = fields.Date(metadata={"description": "Until when to watch."})
    event_id = fields.UUID(metadata={"description": "With adjust or switch: the change of the entry."})


class DoNowStep(Schema):
    """One thing to do now, why it applies, and where that was read."""

    rule = fields.String(required=True)
    applies = Word(Applies, required=True)
    do_now = fields.String(required=True)
    for_clinicians = fields.String(required=True)
    source = fields.String(required=True)
    opened_on = fields.Date(required=True)


class CrisisOut(Schema):
    """Whom to call in danger, as a practice says it; `practice` null: for everybody."""

    practice = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)


class DoNowOut(Schema):
    """What to do now, the surest first. Nobody watches this live: `note` says so always."""

    urgent = Flag(required=True)
    crisis = fields.List(fields.Nested(CrisisOut), required=True)
    steps = fields.List(fields.Nested(DoNowStep), required=True)
    note = fields.String(required=True)


class Clock(Schema):
    """Until when an answer is due (exclusive), and whether there is one that you can see."""

    answer_due_at = fields.AwareDateTime(required=True)
    answered = Flag(required=True)
    overdue = Flag(required=True)
    answer_note = fields.String(required=True, allow_none=True)
    answers = fields.List(fields.Nested(AnswerOut), required=True)


class SideEffectOut(Heading, Clock):
    """A report as you find it, with what to do now first.

    An entry that you may not read is not named. `sent_to` is told to the patient and who acts for them; `delivery`
    is told once, to who sends it.
    """

    do_now = fields.Nested(DoNowOut, required=True)
    medication_id = fields.UUID(required=True, allow_none=True)
    urgency = Word(Urgency, required=True)
    effect = fields.String(required=True)
    effect_code = fields.String(required=True, allow_none=True)
    severity = Word(Severity, required=True)
    impact = Word(Impact, required=True)
    onset = fields.Date(required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
    sent_to = fields.List(fields.Nested(SentOut), required=True, allow_none=True)
    delivery = fields.Nested(DeliveryOut, required=True, allow_none=True)


class SideEffectPage(Schema):
    """Reports, newest first."""

    items = fields.List(fields.Nested(SideEffectOut), required=True)
    next = fields.String(required=True, allow_none=True)


class EffectCodeOut(Schema):
    """An effect that can be chosen."""

    code = fields.String(required=True)
    words = fields.String(required=True)


class EffectCodes(Schema):
    """The effects that can be chosen; any other is said in words."""

    items = fields.List(fields.Nested(EffectCodeOut), required=True)
