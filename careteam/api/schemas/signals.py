"""The form of signals."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Flag, Word
from careteam.policy.treatment_words import SignalKind


class SignalNext(Schema):
    """What to do next, and the operation of this API with which it begins."""

    text = fields.String(required=True, metadata={"example": "See the patient, and record the check-in."})
    operation = fields.String(required=True, metadata={"example": "do_check_in"})


class SignalOut(Schema):
    """One thing to see to. `items` are those that it rests on; you may read every one."""

    kind = Word(SignalKind, required=True)
    since = fields.AwareDateTime(required=True)
    overdue = Flag(required=True)
    items = fields.List(fields.UUID(), required=True)
    consent_id = fields.UUID(required=True, allow_none=True)
    what = fields.String(
        required=True,
        metadata={"example": "A check-in on Sertraline was due on 2026-03-02: none that you can see."},
    )
    next = fields.Nested(SignalNext, required=True)


class Signals(Schema):
    """Your signals about one patient, the most urgent first, computed from what you may read."""

    items = fields.List(fields.Nested(SignalOut), required=True)
    medications_checked = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Against how many entries was checked, and which drugs the table does not know.",
            "example": "Checked against 3 entries that you can see.",
        },
    )
    empty = fields.String(required=True, allow_none=True)


class SignalCount(Schema):
    """How many signals there are of one kind."""

    kind = Word(SignalKind, required=True)
    count = fields.Integer(required=True)


class SignalCounts(Schema):
    """Your signals about one patient of the caseload, counted; the most urgent kind first."""

    most_urgent = Word(SignalKind, required=True, allow_none=True)
    counts = fields.List(fields.Nested(SignalCount), required=True)
