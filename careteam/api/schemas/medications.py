"""The form of the medication list."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading, OnBehalfOf
from careteam.policy.vocabulary import Label, MedicationChange, MedicationSource, MedicationStatus

DRUG, ROUTE, UNIT, WORDS = 300, 100, 40, 500
WRITABLE = [s for s in MedicationSource if s is not MedicationSource.IMPORTED]
CHANGES = [c for c in MedicationChange if c is not MedicationChange.START]
_AMOUNT = re.compile(r"[0-9]{1,8}(\.[0-9]{1,4})?")


class Amount(fields.Decimal):
    """A decimal number, or its digits as text: up to 8 before and 4 after the point, exactly as given."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Decimal:
        digits = str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
        if not _AMOUNT.fullmatch(digits):
            raise ValidationError("Give a number such as 12.5, with at most 8 digits before and 4 after the point.")
        return Decimal(digits)


class MedicationQuery(PageQuery):
    """Which entries."""

    status = Word(MedicationStatus, metadata={"description": "As of today where the patient lives."})
    source = Word(MedicationSource)
    from_date = fields.Date(metadata={"description": "The first day of starting, inclusive."})
    through_date = fields.Date(metadata={"description": "The last day of starting, inclusive."})


class DoseStated(Schema):
    """Dose, timing and as-needed: a value with its unit, or words, or both."""

    dose_value = Amount(metadata={"description": "Above 0, with dose_unit."})
    dose_unit = Text(UNIT)
    dose_text = Text(WORDS)
    timing = Text(WORDS)
    as_needed = Flag()


class DrugStated(DoseStated):
    """A drug, how it is taken and why."""

    drug_name = Text(DRUG, required=True)
    rxnorm_code = fields.String(
        validate=validate.Regexp(r"[1-9][0-9]{0,7}\Z", error="An RxNorm code (RXCUI) is up to 8 digits."),
        metadata={"description": "Only where it comes from a source; never guessed from the name."},
    )
    route = Text(ROUTE)
    reason = Text(WORDS)
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag()


class MedicationDraft(DrugStated):
    """An entry as somebody begins it."""

    source = Word(
        MedicationSource, only=WRITABLE, metadata={"description": "Follows from who you are; say it if both."}
    )
    started_on = fields.Date(required=True, metadata={"description": "May be past; prescribers plan up to a year."})


class MedicationChangeDraft(DoseStated):
    """A change event."""

    kind = Word(MedicationChange, only=CHANGES, required=True)
    effective_on = fields.Date(metadata={"description": "The day from which it holds; today where the patient lives."})
    reason = Text(WORDS)
    switched_to = fields.Nested(DrugStated, metadata={"description": "For a switch: the entry that starts instead."})


class Dose(Schema):
    """A dose: a value and its unit, or words, or both."""

    value = fields.Decimal(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)


class MedicationEventOut(Schema):
    """A change event: `planned` for a later day, `lapsed` because an earlier stop ended the plan."""

    id = fields.UUID(required=True)
    kind = Word(MedicationChange, required=True)
    effective_on = fields.Date(required=True)
    planned = Flag(required=True)
    lapsed = Flag(required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    withdrawn_by = fields.UUID(required=True, allow_none=True)
    author_id = fields.UUID(required=True, allow_none=True)
    outside_author = fields.String(required=True, allow_none=True)
    on_behalf_of = fields.Nested(OnBehalfOf, required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    dose = fields.Nested(Dose, required=True, allow_none=True)
    timing = fields.String(required=True, allow_none=True)
    as_needed = Flag(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    switched_to = fields.UUID(required=True, allow_none=True)


class WhenAndWho(Schema):
    """When, and by whom."""

    at = fields.AwareDateTime(required=True)
    by = fields.UUID(required=True)


class MedicationOut(Heading):
    """An entry, whole: its current state, and the events that add up to it.

    `current` is true for what is active, has started, and belongs to a living patient.
    """

    source = Word(MedicationSource, required=True)
    prescribed = Flag(required=True)
    drug_name = fields.String(required=True)
    rxnorm_code = fields.String(required=True, allow_none=True)
    route = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    status = Word(MedicationStatus, required=True)
    current = Flag(required=True)
    dose = fields.Nested(Dose, required=True, allow_none=True)
    timing = fields.String(required=True, allow_none=True)
    as_needed = Flag(required=True, allow_none=True)
    started_on = fields.Date(required=True)
    stopped_on = fields.Date(required=True, allow_none=True)
    last_confirmed = fields.Nested(WhenAndWho, required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
    events = fields.List(fields.Nested(MedicationEventOut), required=True)


class MedicationPage(Schema):
    """Entries, the latest started first, and what every list says about itself."""

    items = fields.List(fields.Nested(MedicationOut), required=True)
    next = fields.String(required=True, allow_none=True)
    caution = fields.String(required=True)
    last_reviewed = fields.Nested(WhenAndWho, required=True, allow_none=True)
    last_reconciled = fields.Nested(WhenAndWho, required=True, allow_none=True)


class MedicationReviewOut(Schema):
    """A review of the whole list, as far as the prescriber could see it.

    `entries`, how many that were, is for the patient and the prescriber; to others null.
    """

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.UUID(required=True)
    entries = fields.Integer(required=True, allow_none=True)


class MedicationReviewPage(Schema):
    """Reviews of the whole list, newest first."""

    items = fields.List(fields.Nested(MedicationReviewOut), required=True)
    next = fields.String(required=True, allow_none=True)
