"""The form of drug search and of reminders."""

from enum import StrEnum

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, Text, Word
from careteam.api.schemas.items import Holder
from careteam.api.schemas.medication_pairs import Ingredient
from careteam.api.schemas.team import PersonName
from careteam.policy.treatment_words import Severeness

LONGEST = 100


class ReminderKind(StrEnum):
    """What a reminder is about: two drugs, or the same one, or one class, twice."""

    INTERACTION = "interaction"
    DUPLICATE = "duplicate"


class HowToShare(StrEnum):
    """What would open an entry to a prescriber."""

    SEND = "send"
    CONSENT = "consent"
    LIFT_RESTRICTION = "lift_restriction"


class DrugQuery(Schema):
    """What was typed so far."""

    q = Text(LONGEST, required=True, metadata={"example": "zol", "description": "The beginning of a name or word."})
    limit = fields.Integer(load_default=10, validate=validate.Range(1, 50))


class DrugFound(Schema):
    """A drug that fits: what it is made of, under which name it was found, and what else it is called."""

    name = fields.String(required=True, metadata={"example": "sertraline"})
    matched = fields.String(required=True, metadata={"example": "zoloft"})
    ingredients = fields.List(fields.Nested(Ingredient), required=True)
    also_called = fields.List(fields.String(), required=True)


class DrugsFound(Schema):
    """The best fits first. A drug that is not among them is accepted as text."""

    drugs = fields.List(fields.Nested(DrugFound), required=True)


class ReminderEntry(Schema):
    """A current entry that you may read."""

    id = fields.UUID(required=True)
    drug_name = fields.String(required=True)
    holder = fields.Nested(Holder, required=True)


class ReminderDrug(Schema):
    """A drug of a reminder, and the entries that name it."""

    name = fields.String(required=True, metadata={"example": "sertraline"})
    entries = fields.List(fields.Nested(ReminderEntry), required=True)


class ReminderSource(Schema):
    """What was opened for the rule, and when."""

    title = fields.String(required=True)
    address = fields.String(required=True)
    opened = fields.Date(required=True)


class ReminderOut(Schema):
    """A reminder in your words; `source` is null where one ingredient is named twice, which needs none."""

    kind = Word(ReminderKind, required=True)
    severity = Word(Severeness, required=True)
    says = fields.String(required=True)
    drugs = fields.List(fields.Nested(ReminderDrug), required=True)
    source = fields.Nested(ReminderSource, required=True, allow_none=True)


class ShareChoice(Schema):
    """An entry that this prescriber cannot read, and what would open it."""

    item_id = fields.UUID(required=True)
    drug_name = fields.String(required=True)
    how = Word(
        HowToShare,
        required=True,
        metadata={
            "description": "send: by sent-items/{item_id}. consent: by a consent. Or lift your restriction first."
        },
    )
    share_with = fields.UUID(required=True)


class KeptPrivate(ReminderOut):
    """A reminder that this prescriber cannot have while you keep some of it from them."""

    prescriber = fields.Nested(PersonName, required=True)
    choices = fields.List(fields.Nested(ShareChoice), required=True)


class NotInTable(Schema):
    """An entry that our table does not know, or only in part."""

    id = fields.UUID(required=True)
    drug_name = fields.String(required=True)
    partly_known = Flag(required=True)


class MedicationReminders(Schema):
    """What was checked, and what came of it, the worst first. `kept_private` is for the patient alone."""

    checked = fields.Integer(required=True, metadata={"description": "How many current entries you can see."})
    not_in_table = fields.List(fields.Nested(NotInTable), required=True)
    says = fields.String(required=True)
    reminders = fields.List(fields.Nested(ReminderOut), required=True)
    kept_private = fields.List(fields.Nested(KeptPrivate), required=True, allow_none=True)
    caution = fields.String(required=True)
