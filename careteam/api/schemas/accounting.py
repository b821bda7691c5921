"""The accounting of disclosures."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Day, PageQuery


class AccountingQuery(PageQuery):
    """The period: days where the patient lives, both included; six years up to today, unless said otherwise."""

    since = Day()
    through = Day()


class AccountingFileQuery(AccountingQuery):
    """The same, as a file."""

    limit = fields.Integer(load_default=5000, validate=validate.Range(1, 5000))


class AccountedRecipient(Schema):
    """Who received it. Addresses are not kept here."""

    user_id = fields.UUID(required=True)
    name = fields.String(required=True)
    affiliation = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)


class AccountedDisclosure(Schema):
    """One disclosure, with what 45 CFR 164.528(b)(2) and 42 CFR 2.25 ask for."""

    event_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    recipient = fields.Nested(AccountedRecipient, required=True)
    on_behalf = fields.Boolean(required=True)
    description = fields.String(required=True)
    purpose = fields.String(required=True)
    basis = fields.String(required=True)
    part2 = fields.Boolean(required=True, metadata={"description": "With the notice of 42 CFR 2.32."})


class AccountingPage(Schema):
    """Disclosures, newest first."""

    items = fields.List(fields.Nested(AccountedDisclosure), required=True)
    next = fields.String(required=True, allow_none=True)
