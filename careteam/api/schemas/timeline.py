"""The form of the timeline."""

from typing import Any

from marshmallow import Schema, ValidationError, fields

from careteam.api.schemas.fields import Day, Flag, PageQuery, Word
from careteam.api.schemas.items import Holder
from careteam.api.schemas.medications import Dose
from careteam.policy.treatment_words import (
    CheckInCause,
    CheckInOutcome,
    Impact,
    MeasureSource,
    PlanItemKind,
    Urgency,
    VisitMode,
)
from careteam.policy.vocabulary import SHAREABLE_CLASSES, ItemClass, MedicationChange, Severity, TimelineKind


class Kinds(fields.String):
    """Kinds of points with commas between them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **options)
        words = set(text.split(","))
        if not words <= set(TimelineKind):
            raise ValidationError(f"Choose of {', '.join(TimelineKind)}, with commas between them.")
        return frozenset(map(TimelineKind, words))


class TimelineQuery(PageQuery):
    """Which points: kinds (all, if none is named), days (inclusive), and an entry of the medication list.

    `medication_id` narrows dose steps, check-ins and side effects to that entry; scores and plan changes stay.
    """

    kinds = Kinds(metadata={"example": "dose_step,score"})
    from_date = Day(data_key="from")
    through_date = Day(data_key="through")
    medication_id = fields.UUID()


class TimelineItem(Schema):
    """The item of which a point is."""

    id = fields.UUID(required=True)
    item_class = Word(ItemClass, only=SHAREABLE_CLASSES, required=True, data_key="class")


class TimelineMedication(Schema):
    """A medication entry that you may read."""

    id = fields.UUID(required=True)
    drug_name = fields.String(required=True)


class TimelineDoseStep(Schema):
    """What a change made of a medication. A switch to an entry that you may not read is shown as a stop."""

    step = Word(MedicationChange, required=True)
    from_dose = fields.Nested(Dose, required=True, allow_none=True)
    to_dose = fields.Nested(Dose, required=True, allow_none=True)
    switched_to = fields.Nested(TimelineMedication, required=True, allow_none=True)
    planned = Flag(required=True)
    reason = fields.String(required=True, allow_none=True)
    author_id = fields.UUID(required=True, allow_none=True)
    outside_author = fields.String(required=True, allow_none=True)
    recorded_at = fields.AwareDateTime(required=True)


class TimelineCheckIn(Schema):
    """A check-in that was done."""

    cause = Word(CheckInCause, required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    mode = Word(VisitMode, required=True)
    adherence_days = fields.Integer(required=True, allow_none=True)
    outcome = Word(CheckInOutcome, required=True)


class TimelineSideEffect(Schema):
    """A side effect that was reported."""

    effect = fields.String(required=True)
    severity = Word(Severity, required=True)
    impact = Word(Impact, required=True)
    onset = fields.Date(required=True, allow_none=True)
    urgency = Word(Urgency, required=True)


class TimelineScore(Schema):
    """The score of a questionnaire."""

    questionnaire = fields.String(required=True)
    title = fields.String(required=True)
    score = fields.Integer(required=True)
    band = fields.String(required=True, allow_none=True)
    safety_flag = Flag(required=True)
    source = Word(MeasureSource, required=True)


class TimelinePlanChange(Schema):
    """A version of a plan item."""

    number = fields.Integer(required=True)
    kind = Word(PlanItemKind, required=True)
    text = fields.String(required=True)
    target_on = fields.Date(required=True, allow_none=True)
    author_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)


class TimelinePoint(Schema):
    """One point of the axis; of the last five the one of its kind is there. `on` is a day where the patient lives."""

    id = fields.UUID(required=True)
    kind = Word(TimelineKind, required=True)
    on = fields.Date(required=True)
    item = fields.Nested(TimelineItem, required=True)
    holder = fields.Nested(Holder, required=True)
    medication = fields.Nested(TimelineMedication, required=True, allow_none=True)
    dose_step = fields.Nested(TimelineDoseStep, required=True, allow_none=True)
    check_in = fields.Nested(TimelineCheckIn, required=True, allow_none=True)
    side_effect = fields.Nested(TimelineSideEffect, required=True, allow_none=True)
    score = fields.Nested(TimelineScore, required=True, allow_none=True)
    plan_change = fields.Nested(TimelinePlanChange, required=True, allow_none=True)


class TimelinePage(Schema):
    """Points, newest first."""

    items = fields.List(fields.Nested(TimelinePoint), required=True)
    next = fields.String(required=True, allow_none=True)
