"""The form of supplies."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.api.schemas.medications import UNIT, Amount
from careteam.policy.vocabulary import Label

LONGEST, MOST_REFILLS = 366, 99


class SupplyQuery(PageQuery):
    """Which supplies."""

    medication_id = fields.UUID()
    from_date = fields.Date(metadata={"description": "The first day of filling, inclusive."})
    through_date = fields.Date(metadata={"description": "The last day of filling, inclusive."})


class SupplyDraft(Schema):
    """What was dispensed, and how the next of it is come by."""

    medication_id = fields.UUID(required=True)
    date = fields.Date(metadata={"description": "The day of the fill; today where the patient lives."})
    quantity = Amount(required=True, metadata={"description": "Units as dispensed, above 0.", "example": 30})
    quantity_unit = Text(UNIT, metadata={"example": "tablets"})
    days_supply = fields.Integer(required=True, strict=True, validate=validate.Range(1, LONGEST))
    refills_left = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_REFILLS))
    visit_needed = Flag(required=True, metadata={"description": "Whether the next takes a visit before."})
    virtual_allowed = Flag(required=True, metadata={"description": "Whether that visit may be virtual."})
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag()


class SupplyOut(Heading):
    """A supply; its date is that of the fill.

    `runs_out_on` is the first day for which nothing is left of this and all earlier fills; `next_due_on`, on the last
    fill of a medication that is not stopped, the day on which to see to the next. Both are null unless you may read the
    medications of every prescriber of the team, past ones too, so that no fill is missing.
    """

    medication_id = fields.UUID(required=True, allow_none=True)
    drug_name = fields.String(required=True, allow_none=True)
    quantity = fields.Decimal(required=True)
    quantity_unit = fields.String(required=True, allow_none=True)
    days_supply = fields.Integer(required=True)
    refills_left = fields.Integer(required=True)
    visit_needed = Flag(required=True)
    virtual_allowed = Flag(required=True)
    runs_out_on = fields.Date(required=True, allow_none=True)
    next_due_on = fields.Date(required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class SupplyPage(Schema):
    """Supplies, the latest fill first."""

    items = fields.List(fields.Nested(SupplyOut), required=True)
    next = fields.String(required=True, allow_none=True)
