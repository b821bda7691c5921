"""Why somebody reads or does not read something."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Instant, Word
from careteam.api.schemas.items import Holder
from careteam.policy.vocabulary import ChangeAct, ItemClass, Label, Role, WhyCode


class DecisionQuery(Schema):
    """Who is asked about (you, unless named), and one class or one item; `as_of` an instant that has come."""

    reader_id = fields.UUID(data_key="actor", load_default=None)
    item_class = Word(ItemClass, data_key="class", load_default=None)
    item_id = fields.UUID(data_key="item", load_default=None)
    as_of = Instant(load_default=None)


class RuleStep(Schema):
    """One sentence of the rule: whether it permits, denies or leaves it open (null), and what it looked at."""

    rule = fields.String(metadata={"description": "Its number in the rule, or `before_all`.", "example": "4"})
    code = fields.Enum(WhyCode, by_value=True)
    permits = fields.Boolean(allow_none=True)
    about = fields.UUID(allow_none=True, metadata={"description": "A consent, restriction, representation or session."})
    sentence = fields.String()


class NeededAct(Schema):
    """One act of the smallest change that would turn the decision round."""

    act = fields.Enum(ChangeAct, by_value=True)
    about = fields.UUID(allow_none=True)
    role = fields.Enum(Role, by_value=True, allow_none=True)
    item_class = fields.Enum(ItemClass, by_value=True, allow_none=True, data_key="class", attribute="class")
    labels = fields.List(fields.Enum(Label, by_value=True))
    sentence = fields.String()


class Explained(Schema):
    """One decision. Steps, sentence and change are for the patient; a refused clinician learns `not_available`."""

    item_id = fields.UUID(allow_none=True)
    item_class = fields.Enum(ItemClass, by_value=True, allow_none=True, data_key="class", attribute="class")
    holder = fields.Nested(Holder, allow_none=True)
    decision = fields.String(metadata={"enum": ["permit", "deny"]})
    code = fields.String(metadata={"description": "The clause that permits, or the sentence that denies."})
    consent_id = fields.UUID(allow_none=True)
    sentence = fields.String(allow_none=True)
    deciding = fields.Integer(allow_none=True, metadata={"description": "Which of the steps decided, from 0."})
    steps = fields.List(fields.Nested(RuleStep), allow_none=True)
    smallest_change = fields.List(
        fields.Nested(NeededAct),
        allow_none=True,
        metadata={"description": "The fewest acts that turn the decision round; null where no act can."},
    )


class Explanations(Schema):
    """The decisions about one reader at one instant."""

    reader_id = fields.UUID()
    as_of = Instant()
    decisions = fields.List(fields.Nested(Explained))
