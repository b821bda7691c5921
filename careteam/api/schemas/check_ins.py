"""The form of medication check-ins, of what is due, and of the schedules."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading, Holder
from careteam.policy.check_ins import DueState
from careteam.policy.treatment_words import CheckInCause, CheckInOutcome, VisitMode
from careteam.policy.vocabulary import Label

WORDS, WEEK = 5_000, 7
MOST_DAYS, FARTHEST = 24, 366
ASKED = [c for c in CheckInCause if c is not CheckInCause.EXTRA]
NOT_DONE = [s for s in DueState if s is not DueState.DONE]


class CheckInQuery(PageQuery):
    """Which check-ins."""

    medication_id = fields.UUID()
    outcome = Word(CheckInOutcome)
    mode = Word(VisitMode)
    author_id = fields.UUID()
    from_date = fields.Date(metadata={"description": "The first day, inclusive."})
    through_date = fields.Date(metadata={"description": "The last day, inclusive."})


class CheckInDraft(Schema):
    """A check-in that was done."""

    medication_id = fields.UUID(required=True)
    date = fields.Date(metadata={"description": "The day on which it was done; today where the patient lives."})
    mode = Word(VisitMode, required=True)
    outcome = Word(CheckInOutcome, required=True)
    extra = Flag(metadata={"description": "True: no change asked for it."})
    cause_event_id = fields.UUID(metadata={"description": "The change that asked for it; with due_on."})
    due_on = fields.Date(metadata={"description": "The day on which it is due; with cause_event_id."})
    event_id = fields.UUID(metadata={"description": "The change of this entry to which it led, not before its day."})
    adherence_days = fields.Integer(
        strict=True,
        validate=validate.Range(0, WEEK),
        metadata={"description": "On how many of the last 7 days it was taken."},
    )
    symptoms = Text(WORDS, metadata={"example": "Sleeps better; dry mouth in the morning."})
    note = Text(WORDS)
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag()


class CheckInOut(Heading):
    """A check-in. Its entry, and what it has to do with the entry's changes, are there for who may read that too."""

    medication_id = fields.UUID(required=True, allow_none=True)
    drug_name = fields.String(required=True, allow_none=True)
    cause = Word(CheckInCause, required=True, allow_none=True)
    cause_event_id = fields.UUID(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    mode = Word(VisitMode, required=True)
    symptoms = fields.String(required=True, allow_none=True)
    adherence_days = fields.Integer(required=True, allow_none=True)
    outcome = Word(CheckInOutcome, required=True)
    event_id = fields.UUID(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class CheckInPage(Schema):
    """Check-ins, newest first."""

    items = fields.List(fields.Nested(CheckInOut), required=True)
    next = fields.String(required=True, allow_none=True)


class DueQuery(Schema):
    """Which of what is due."""

    state = Word(DueState, only=NOT_DONE)
    medication_id = fields.UUID()
    through_date = fields.Date(metadata={"description": "Due on this day or before."})


class DueCheckInOut(Schema):
    """A check-in that is due, or overdue: from the day after it was due, where the patient lives."""

    medication_id = fields.UUID(required=True)
    drug_name = fields.String(required=True)
    cause = Word(CheckInCause, only=ASKED, required=True)
    cause_event_id = fields.UUID(required=True)
    changed_on = fields.Date(required=True)
    due_on = fields.Date(required=True)
    state = Word(DueState, only=NOT_DONE, required=True)


class DueCheckIns(Schema):
    """What is due, the earliest first.

    A medication is among them only where you may read it and the check-ins of every prescriber of the team, past ones
    too: `unseen` are those who do not share their check-ins with you. To former members it is null.
    """

    items = fields.List(fields.Nested(DueCheckInOut), required=True)
    unseen = fields.List(fields.Nested(Holder), required=True, allow_none=True)
    empty = fields.String(required=True, allow_none=True)


class ScheduleDays(Schema):
    """On which days after a change a check-in is due."""

    days = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, FARTHEST)),
        required=True,
        validate=validate.Length(max=MOST_DAYS),
        metadata={"description": "Days after the change; none: no check-ins are due.", "example": [3, 7, 14]},
    )


class ScheduleOut(Schema):
    """The schedule of one kind of change: the patient's own, or the default one where nobody set one."""

    cause = Word(CheckInCause, only=ASKED, required=True)
    days = fields.List(fields.Integer(), required=True)
    default_days = fields.List(fields.Integer(), required=True)
    set_by = fields.UUID(required=True, allow_none=True)
    set_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class SchedulePage(Schema):
    """The schedules of all kinds of change."""

    items = fields.List(fields.Nested(ScheduleOut), required=True)
