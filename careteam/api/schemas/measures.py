"""The form of questionnaires, answered ones, and requests for them."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from careteam.api.schemas.directed import DeliveryOut, SendTo, SentOut, Somebody
from careteam.api.schemas.entries import Recorded, YesOrNo
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.measure_requests import RequestState
from careteam.policy.treatment_words import MeasureSource
from careteam.policy.vocabulary import Label

ID = 40
MOST_ANSWERS = 100


class Whole(fields.Integer):
    """A JSON number without a fraction, and nothing that resembles one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("Give a whole number.")
        return value


class OptionOut(Schema):
    """One answer that may be chosen; `code` is its LOINC answer code."""

    value = fields.Integer(required=True)
    text = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)


class QuestionnaireItemOut(Schema):
    """One question, with its LOINC code. `scored`: it counts, and has to be answered."""

    id = fields.String(required=True)
    text = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    scored = Flag(required=True)
    options = fields.List(fields.Nested(OptionOut), required=True)


class BandOut(Schema):
    """Scores from this one up to the next band."""

    id = fields.String(required=True)
    first = fields.Integer(required=True, data_key="from")
    title = fields.String(required=True)


class SafetyRuleOut(Schema):
    """An answer above this value raises the safety flag."""

    item = fields.String(required=True)
    above = fields.Integer(required=True)


class QuestionnaireSourceOut(Schema):
    """Where a part of the description comes from."""

    what = fields.String(required=True)
    reference = fields.String(required=True)
    read_on = fields.Date(required=True)


class QuestionnaireShortOut(Schema):
    """A questionnaire. `answered_here` is false where only totals from elsewhere are shown."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.String(required=True)
    about = fields.String(required=True)
    answered_here = Flag(required=True)


class QuestionnaireList(Schema):
    """All questionnaires."""

    items = fields.List(fields.Nested(QuestionnaireShortOut), required=True)


class QuestionnaireOut(QuestionnaireShortOut):
    """A questionnaire, whole: its words, how it is scored, and where all of this comes from."""

    instruction = fields.String(required=True, allow_none=True)
    panel_code = fields.String(required=True, allow_none=True)
    total_code = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(QuestionnaireItemOut), required=True)
    lowest = fields.Integer(required=True)
    highest = fields.Integer(required=True)
    bands = fields.List(fields.Nested(BandOut), required=True)
    response_percent = fields.Integer(required=True, allow_none=True)
    remission_below = fields.Integer(required=True, allow_none=True)
    safety = fields.List(fields.Nested(SafetyRuleOut), required=True)
    sources = fields.List(fields.Nested(QuestionnaireSourceOut), required=True)
    licence = fields.String(required=True)


class MeasureQuery(PageQuery):
    """Which answered questionnaires."""

    questionnaire = Text(ID)
    from_date = fields.Date(metadata={"description": "The first day, inclusive."})
    through_date = fields.Date(metadata={"description": "The last day, inclusive."})


class MeasureDraft(Recorded, SendTo):
    """A questionnaire, answered. `send_to`: only the patient, and who reports for them."""

    questionnaire = Text(ID, required=True, metadata={"example": "gad-7"})
    answers = fields.Dict(
        keys=Text(ID),
        values=Whole(),
        required=True,
        validate=validate.Length(max=MOST_ANSWERS),
        metadata={"description": "The value of the chosen option, by the id of the question."},
    )
    request_id = fields.UUID(metadata={"description": "The request that it answers. It goes to nobody by itself."})


class AnsweredItemOut(Schema):
    """The answer to one question; its words are null where the questionnaire does not have them any more."""

    item = fields.String(required=True)
    text = fields.String(required=True, allow_none=True)
    value = fields.Integer(required=True)
    answer = fields.String(required=True, allow_none=True)


class SinceOut(Schema):
    """How far this score is from an earlier one; below zero: lower."""

    measure_id = fields.UUID(required=True)
    date = fields.Date(required=True)
    score = fields.Integer(required=True)
    change = fields.Integer(required=True)


class SinceDoseChangeOut(SinceOut):
    """How far it is from the last score up to the day of the last dose change before it."""

    changed_on = fields.Date(required=True)


class CrisisTextOut(Schema):
    """What a practice says to somebody in danger."""

    practice = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)


class ShareOut(Schema):
    """Nobody of the care team can read the form: how to share this one form, with whom."""

    text = fields.String(required=True)
    method = fields.String(required=True)
    address = fields.String(required=True)
    recipients = fields.List(fields.Nested(Somebody), required=True)


class SafetyOut(Schema):
    """What is said first where an answer raises the safety flag. `seen_by` and `share` are for the patient."""

    texts = fields.List(fields.Nested(CrisisTextOut), required=True)
    not_watched = fields.String(required=True)
    seen_by = fields.List(fields.Nested(Somebody), required=True, allow_none=True)
    share = fields.Nested(ShareOut, required=True, allow_none=True)


class MeasureOut(Heading):
    """A questionnaire, answered, with its score.

    What compares it with others rests on what you may read of them; null: there is nothing that you can see to
    compare it with. `safety` stands first, where it is read by itself; `delivery` is said once, to who sent it.
    """

    safety = fields.Nested(SafetyOut, required=True, allow_none=True)
    questionnaire = fields.String(required=True)
    questionnaire_version = fields.String(required=True)
    title = fields.String(required=True)
    source = Word(MeasureSource, required=True)
    score = fields.Integer(required=True)
    lowest = fields.Integer(required=True, allow_none=True)
    highest = fields.Integer(required=True, allow_none=True)
    band = fields.String(required=True, allow_none=True)
    safety_flag = Flag(required=True)
    answers = fields.List(fields.Nested(AnsweredItemOut), required=True, allow_none=True)
    request_id = fields.UUID(required=True, allow_none=True)
    since_baseline = fields.Nested(SinceOut, required=True, allow_none=True)
    since_dose_change = fields.Nested(SinceDoseChangeOut, required=True, allow_none=True)
    response = Flag(required=True, allow_none=True)
    remission = Flag(required=True, allow_none=True)
    sent_to = fields.List(fields.Nested(SentOut), required=True, allow_none=True)
    delivery = fields.Nested(DeliveryOut, required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class MeasurePage(Schema):
    """Answered questionnaires, newest first."""

    items = fields.List(fields.Nested(MeasureOut), required=True)
    next = fields.String(required=True, allow_none=True)


class MeasureRequestQuery(PageQuery):
    """Which requests."""

    questionnaire = Text(ID)
    open = YesOrNo(metadata={"description": "Only those that ask for something still, or only the others."})


class MeasureRequestDraft(Schema):
    """What a clinician asks the patient to answer, and when."""

    questionnaire = Text(ID, required=True, metadata={"example": "phq-9"})
    first_due_on = fields.Date(metadata={"description": "Today where the patient lives, or later."})
    every_days = Whole(validate=validate.Range(1, 366), metadata={"description": "Without it: once."})
    until = fields.Date(metadata={"description": "The last day on which an answer falls due."})
    text = Text(1_000, metadata={"example": "Before our visit, please."})
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag()


class MeasureRequestOut(Heading):
    """A request as it stands for you, by the answers that you may read. `goes_to`, to the patient: who asks."""

    questionnaire = fields.String(required=True)
    title = fields.String(required=True)
    first_due_on = fields.Date(required=True)
    every_days = fields.Integer(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    state = Word(RequestState, required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    goes_to = fields.Nested(Somebody, required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class MeasureRequestPage(Schema):
    """Requests, newest first."""

    items = fields.List(fields.Nested(MeasureRequestOut), required=True)
    next = fields.String(required=True, allow_none=True)
