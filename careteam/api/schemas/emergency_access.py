"""The form of emergency access, as it is stated and recorded."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, Text, Word
from careteam.api.schemas.items import Holder
from careteam.api.schemas.proof import Again
from careteam.api.schemas.team import PersonName, PracticeName
from careteam.policy.vocabulary import CLINICAL_ROLES, SHAREABLE_CLASSES, ItemClass, ReviewOutcome, Role

LONGEST = 2000
NATURE = {
    "description": "What the emergency is, in a whole sentence (42 CFR 2.51(c)(4)).",
    "example": "Found unconscious after taking an unknown number of tablets.",
}
WHY = {
    "description": "Why the patient's consent cannot be obtained now, in a whole sentence.",
    "example": "She cannot be woken, and nobody who may sign for her can be reached.",
}


class EmergencyDraft(Again):
    """A statement, the classes that are needed, and the password once more."""

    nature = Text(LONGEST, required=True, metadata=NATURE)
    why_no_consent = Text(LONGEST, required=True, metadata=WHY)
    classes = fields.List(
        Word(ItemClass, only=SHAREABLE_CLASSES), required=True, validate=validate.Length(1, len(SHAREABLE_CLASSES))
    )


class EmergencyWords(Schema):
    """An explanation."""

    words = Text(LONGEST, required=True)


class Disclosure(Schema):
    """How many items of one class and holder were shown because of it alone, in how many answers, first and last."""

    item_class = Word(ItemClass, only=SHAREABLE_CLASSES, required=True, data_key="class")
    holder = fields.Nested(Holder, required=True)
    name = fields.String(required=True)
    items = fields.Integer(required=True)
    answers = fields.Integer(required=True)
    first_at = fields.AwareDateTime(required=True)
    last_at = fields.AwareDateTime(required=True)


class ReviewStep(Schema):
    """What a privacy officer found, with reasons; or, without an outcome, what the clinician explained."""

    at = fields.AwareDateTime(required=True)
    by = fields.Nested(PersonName, required=True)
    outcome = Word(ReviewOutcome, required=True, allow_none=True)
    words = fields.String(required=True)


class ReviewSummary(Schema):
    """The review: by when it is due, and what came of it."""

    due_at = fields.AwareDateTime(required=True)
    closed = Flag(required=True)
    outcome = Word(ReviewOutcome, required=True, allow_none=True)
    reviewed_at = fields.AwareDateTime(required=True, allow_none=True)
    steps = fields.List(fields.Nested(ReviewStep), required=True)
    version = fields.Integer(required=True)


class EmergencyOut(Schema):
    """An emergency access. `open`: it opens something now; at the latest until `until`, or until it was ended.

    `disclosed` leaves out what a consent opened too. Only the patient and whoever opened it see it.
    """

    id = fields.UUID(required=True)
    open = Flag(required=True)
    user = fields.Nested(PersonName, required=True)
    role = Word(Role, only=CLINICAL_ROLES, required=True)
    practice = fields.Nested(PracticeName, required=True, allow_none=True)
    classes = fields.List(Word(ItemClass, only=SHAREABLE_CLASSES), required=True)
    nature = fields.String(required=True)
    why_no_consent = fields.String(required=True)
    began_at = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True, metadata={"description": "Exclusive."})
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    disclosed = fields.List(fields.Nested(Disclosure), required=True)
    does_not_open = fields.List(fields.String(), required=True)
    review = fields.Nested(ReviewSummary, required=True, allow_none=True)


class EmergencyPage(Schema):
    """Emergency accesses, newest first."""

    items = fields.List(fields.Nested(EmergencyOut), required=True)
    next = fields.String(required=True, allow_none=True)
