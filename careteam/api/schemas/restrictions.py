"""The form of restrictions."""

from marshmallow import Schema, fields

from careteam.api.schemas import parties
from careteam.api.schemas.consents import WORDS, said
from careteam.api.schemas.fields import PageQuery, Text, Word
from careteam.policy.vocabulary import EmergencyRule, ItemClass, Label, RestrictionState


class RestrictionDraft(Schema):
    """A standing no. At least one of class, label, holder and item is set; what is set must all match."""

    against = parties.against(required=True)
    item_class = Word(ItemClass)
    label = Word(Label)
    holder = parties.holder()
    item_id = fields.UUID()
    emergency = Word(
        EmergencyRule, **said("`withhold` (the default) holds in an emergency too, even if you are unconscious.")
    )
    note = Text(WORDS, **said("For yourself."))


class RestrictionQuery(PageQuery):
    """Which restrictions."""

    state = Word(RestrictionState)


class RestrictionOut(Schema):
    """A restriction; it stands until `lifted_at`."""

    id = fields.UUID(required=True)
    against = fields.String(required=True)
    item_class = Word(ItemClass, required=True, allow_none=True)
    label = Word(Label, required=True, allow_none=True)
    holder = fields.String(required=True, allow_none=True)
    item_id = fields.UUID(required=True, allow_none=True)
    emergency = Word(EmergencyRule, required=True)
    note = fields.String(required=True, allow_none=True)
    representation_id = fields.UUID(required=True, allow_none=True, **said("Made on behalf of the patient."))
    created_at = fields.AwareDateTime(required=True)
    lifted_at = fields.AwareDateTime(required=True, allow_none=True)


class RestrictionPage(Schema):
    """Restrictions, newest first."""

    items = fields.List(fields.Nested(RestrictionOut), required=True)
    next = fields.String(required=True, allow_none=True)
