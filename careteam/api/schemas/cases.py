"""The form of cases about questioned accesses."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.access_log import AccessEventOut
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.practice_logs import NUMBER, PracticeAccessEventOut
from careteam.api.schemas.team import PersonName
from careteam.policy.vocabulary import CaseOutcome, CaseState

LONGEST = 2000
SIDES = ["patient", "practice"]


class CaseWords(Schema):
    """What you write."""

    words = Text(LONGEST, required=True, metadata={"example": "I do not know this person. Why did they look?"})


class CaseAnswer(CaseWords):
    """An answer, with what came of it."""

    outcome = Word(CaseOutcome, required=True)


class CaseQuery(PageQuery):
    """Which cases."""

    state = Word(CaseState)


class CaseMessageOut(Schema):
    """What one side wrote; the first is the question."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.Nested(PersonName, required=True)
    from_practice = Flag(required=True)
    words = fields.String(required=True)


class CaseHead(Schema):
    """How a case stands: by when an answer is due (30 days), and what came of it."""

    id = fields.UUID(required=True)
    state = Word(CaseState, required=True)
    opened_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True)
    overdue = Flag(required=True)
    outcome = Word(CaseOutcome, required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class CaseBody(CaseHead):
    """A case with its messages. `awaits`: whose turn it is while it is open."""

    awaits = fields.String(required=True, allow_none=True, validate=validate.OneOf([*SIDES, None]))
    practice_id = fields.UUID(required=True)
    messages = fields.List(fields.Nested(CaseMessageOut), required=True)


class CaseOut(CaseBody):
    """A case as the patient sees it; `event` is the access in their own log."""

    event = fields.Nested(AccessEventOut, required=True, allow_none=True)


class CasePage(Schema):
    """Cases, newest first."""

    items = fields.List(fields.Nested(CaseOut), required=True)
    next = fields.String(required=True, allow_none=True)


class CasePatient(Schema):
    """Who questions: the number that the practice's access log shows, and the name."""

    number = fields.String(required=True, metadata=NUMBER)
    name = fields.String(required=True)


class PracticeCaseLine(CaseHead):
    """A case in the practice's list. `about_you`: you looked yourself, so another privacy officer answers."""

    patient = fields.Nested(CasePatient, required=True)
    about_you = Flag(required=True)
    age_days = fields.Integer(required=True, metadata={"description": "Whole days since it was opened."})


class PracticeCaseOut(CaseBody):
    """A case as a privacy officer sees it; `event` is the access as the practice's own log tells it."""

    patient = fields.Nested(CasePatient, required=True)
    about_you = Flag(required=True)
    age_days = fields.Integer(required=True)
    event = fields.Nested(PracticeAccessEventOut, required=True, allow_none=True)


class PracticeCasePage(Schema):
    """Cases, open ones first, by when an answer is due."""

    items = fields.List(fields.Nested(PracticeCaseLine), required=True)
    next = fields.String(required=True, allow_none=True)
