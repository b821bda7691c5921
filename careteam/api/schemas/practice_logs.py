"""The form of a practice's two logs: of its administration, and of the access that concerns it."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from careteam.api.schemas.access_log import OUTCOMES, AccessActor
from careteam.api.schemas.fields import Day, PageQuery, Text, Word
from careteam.api.schemas.team import PersonName
from careteam.policy.vocabulary import SHAREABLE_CLASSES, Role
from careteam.services.log.administration_log import ACTS as ADMINISTRATION_ACTS
from careteam.services.log.practice_words import SPECIAL_RECORD

DOORS = ["api", "web", "fhir", "cli"]
NUMBER = {"description": "The patient's number in this practice; never a name.", "example": "4821-0937-5516"}


class AdministrationQuery(PageQuery):
    """Which acts."""

    act = fields.String(validate=validate.OneOf(sorted(ADMINISTRATION_ACTS)))
    actor_id = fields.UUID()
    user_id = fields.UUID(metadata={"description": "Whose role it was."})


class AdministrationEventOut(Schema):
    """One act on the practice or its staff. `actor` is null for the operator and for somebody who had only a link."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    act = fields.String(required=True, validate=validate.OneOf(sorted(ADMINISTRATION_ACTS)))
    actor = fields.Nested(PersonName, required=True, allow_none=True)
    user = fields.Nested(PersonName, required=True, allow_none=True)
    role = Word(Role, required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True, metadata={"description": "The address that was invited."})
    door = fields.String(required=True, metadata={"example": "api"})
    sentence = fields.String(required=True, metadata={"example": "Ada Admin verified Tess Okafor as therapist."})


class AdministrationPage(Schema):
    """Acts, newest first."""

    items = fields.List(fields.Nested(AdministrationEventOut), required=True)
    next = fields.String(required=True, allow_none=True)


class PracticeAccessQuery(PageQuery):
    """Which events. `from` and `through` are days in the practice's time zone, both included."""

    outcome = fields.String(validate=validate.OneOf(OUTCOMES))
    actor_id = fields.UUID()
    act = Text(60, metadata={"description": "A stable code such as read-notes."})
    door = fields.String(validate=validate.OneOf(DOORS))
    since = Day(data_key="from")
    through = Day()

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if "since" in data and "through" in data and data["through"] < data["since"]:
            raise ValidationError("Choose a day that is not before `from`.", "through")


class PracticeAccessItems(Schema):
    """How many items of which class, of whom, and which clause let them through. Special notes are not told apart."""

    item_class = fields.String(
        required=True, data_key="class", validate=validate.OneOf([*sorted(SHAREABLE_CLASSES), SPECIAL_RECORD])
    )
    count = fields.Integer(required=True)
    holder = fields.String(
        required=True, metadata={"description": "One of the staff, `the patient`, or `another practice`."}
    )
    why = fields.String(required=True)
    consent_id = fields.UUID(required=True, allow_none=True)
    emergency_id = fields.UUID(required=True, allow_none=True)


class PracticeAccessEventOut(Schema):
    """One look, change or refusal. People are named who have or had a role in a practice; patients never are."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.Nested(AccessActor, required=True)
    patient = fields.String(required=True, allow_none=True, metadata=NUMBER)
    act = fields.String(required=True, metadata={"example": "read-notes"})
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    purpose = fields.String(required=True)
    door = fields.String(required=True)
    address = fields.String(required=True, metadata={"description": "From where; empty where nobody is named."})
    sentence = fields.String(required=True)
    items = fields.List(fields.Nested(PracticeAccessItems), required=True)


class PracticeAccessPage(Schema):
    """Events, newest first."""

    items = fields.List(fields.Nested(PracticeAccessEventOut), required=True)
    next = fields.String(required=True, allow_none=True)
