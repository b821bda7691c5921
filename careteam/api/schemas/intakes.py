"""The form of intakes and prior trials."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.entries import NOTE, WORDS, PartialDate, Recorded
from careteam.api.schemas.fields import PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.treatment_words import IntakeSection, TrialEffect

TEXT, MOST_WEEKS = 20_000, 5_200


class IntakeQuery(PageQuery):
    """Which page of intakes."""


class IntakePartDraft(Recorded):
    """A part of an intake."""

    section = Word(IntakeSection, required=True)
    text = Text(TEXT, required=True, metadata={"example": "Wakes at four, cannot sleep again."})
    intake_id = fields.UUID(metadata={"description": "To which intake it is added; without, a clinician begins one."})


class IntakePartOut(Heading):
    """A part of an intake. `intake_id`: the intake that it belongs to, where you may read its beginning."""

    intake_id = fields.UUID(required=True, allow_none=True)
    section = Word(IntakeSection, required=True)
    text = fields.String(required=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class IntakeOut(Schema):
    """An intake: the parts of it that you may read, its beginning first. Without an id: the patient's own words."""

    intake_id = fields.UUID(required=True, allow_none=True)
    begun_by = fields.UUID(required=True, allow_none=True)
    begun_on = fields.Date(required=True, allow_none=True)
    parts = fields.List(fields.Nested(IntakePartOut), required=True)


class IntakePage(Schema):
    """Intakes, newest first."""

    items = fields.List(fields.Nested(IntakeOut), required=True)
    next = fields.String(required=True, allow_none=True)


class PriorTrialQuery(PageQuery):
    """Which prior trials."""

    effect = Word(TrialEffect)


class PriorTrialDraft(Recorded):
    """A medication that was tried before."""

    drug_name = Text(WORDS, required=True, metadata={"example": "Fluoxetine"})
    dose_reached = Text(WORDS, metadata={"example": "40 mg a day"})
    started = PartialDate()
    weeks = fields.Integer(
        strict=True, validate=validate.Range(0, MOST_WEEKS), metadata={"description": "For how long.", "example": 8}
    )
    effect = Word(TrialEffect)
    why_stopped = Text(NOTE)
    note = Text(NOTE)


class PriorTrialOut(Heading):
    """A medication that was tried before."""

    drug_name = fields.String(required=True)
    dose_reached = fields.String(required=True, allow_none=True)
    started = fields.String(required=True, allow_none=True)
    weeks = fields.Integer(required=True, allow_none=True)
    effect = Word(TrialEffect, required=True)
    why_stopped = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class PriorTrialPage(Schema):
    """Prior trials, newest first."""

    items = fields.List(fields.Nested(PriorTrialOut), required=True)
    next = fields.String(required=True, allow_none=True)
