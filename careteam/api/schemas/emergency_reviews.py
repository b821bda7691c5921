"""The form of the review of emergency accesses: the patient's number, counts, and what was stated; no content."""

from marshmallow import Schema, fields

from careteam.api.schemas.emergency_access import LONGEST, ReviewStep
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word, YesNo
from careteam.api.schemas.practice_logs import NUMBER
from careteam.api.schemas.team import PersonName
from careteam.policy.vocabulary import CLINICAL_ROLES, SHAREABLE_CLASSES, ItemClass, ReviewOutcome, Role


class ReviewQuery(PageQuery):
    """Which reviews: closed ones, open ones, or both."""

    closed = YesNo()


class ReviewDraft(Schema):
    """What you find, with your reasons: the patient and whoever opened it read them."""

    outcome = Word(ReviewOutcome, required=True)
    words = Text(LONGEST, required=True)


class OfficersDisclosure(Schema):
    """How many items of one class and holder were shown because of it alone, in how many answers, first and last."""

    item_class = Word(ItemClass, only=SHAREABLE_CLASSES, required=True, data_key="class")
    holder = fields.String(
        required=True, metadata={"description": "One of the staff, `the patient`, or `another practice`."}
    )
    items = fields.Integer(required=True)
    answers = fields.Integer(required=True)
    first_at = fields.AwareDateTime(required=True)
    last_at = fields.AwareDateTime(required=True)


class ReviewLine(Schema):
    """One emergency access in the queue. `yours`: you opened it, so another privacy officer reviews it."""

    id = fields.UUID(required=True)
    patient = fields.String(required=True, metadata=NUMBER)
    user = fields.Nested(PersonName, required=True)
    role = Word(Role, only=CLINICAL_ROLES, required=True)
    yours = Flag(required=True)
    classes = fields.List(Word(ItemClass, only=SHAREABLE_CLASSES), required=True)
    began_at = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    age_days = fields.Integer(required=True, metadata={"description": "Whole days since it began."})
    due_at = fields.AwareDateTime(required=True, metadata={"description": "After three working days, exclusive."})
    overdue = Flag(required=True)
    closed = Flag(required=True)
    outcome = Word(ReviewOutcome, required=True, allow_none=True)
    reviewed_at = fields.AwareDateTime(required=True, allow_none=True)
    disclosed = fields.List(fields.Nested(OfficersDisclosure), required=True)
    version = fields.Integer(required=True)


class ReviewOut(ReviewLine):
    """One emergency access, with what was stated for it and every step of its review."""

    nature = fields.String(required=True)
    why_no_consent = fields.String(required=True)
    steps = fields.List(fields.Nested(ReviewStep), required=True)


class ReviewPage(Schema):
    """Emergency accesses: what waits first, soonest due first."""

    items = fields.List(fields.Nested(ReviewLine), required=True)
    next = fields.String(required=True, allow_none=True)
