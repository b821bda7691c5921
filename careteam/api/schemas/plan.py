"""The form of the plan: items, versions, acknowledgements and alignment."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.entries import Recorded, WithReason
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading, Holder
from careteam.policy.alignment import AlignmentState, PartyWord
from careteam.policy.treatment_words import PlanAnswer, PlanItemKind, PlanItemState

TEXT = 5_000
CLOSED = frozenset({PlanItemState.ACHIEVED, PlanItemState.ENDED})


class PlanQuery(PageQuery):
    """Which plan items."""

    kind = Word(PlanItemKind)
    state = Word(PlanItemState)
    goal_id = fields.UUID(metadata={"description": "What serves this goal."})


class PlanItemDraft(Recorded):
    """A plan item as its holder writes it. Only a prescriber plans medication."""

    kind = Word(PlanItemKind, required=True)
    text = Text(TEXT, required=True, metadata={"example": "Sleep six hours on five nights of a week."})
    target_on = fields.Date(metadata={"description": "By when, a day that is ahead."})
    goal_id = fields.UUID(metadata={"description": "The goal of this plan that it serves."})


class PlanItemEdit(WithReason):
    """What a plan item says from now on; what is left out stays, null takes away."""

    text = Text(TEXT)
    target_on = fields.Date(allow_none=True)
    goal_id = fields.UUID(allow_none=True)


class PlanItemClosing(WithReason):
    """Whether it is achieved, or ends."""

    state = Word(PlanItemState, only=CLOSED, required=True)


class Acknowledging(Schema):
    """What you say to the current version."""

    number = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(1, 1_000_000),
        metadata={"description": "The version that you read; another than the current is refused.", "example": 1},
    )
    answer = Word(PlanAnswer, required=True)
    text = Text(TEXT)


class EarlierWordOut(Schema):
    """What an acknowledgement said before, and until when."""

    answer = Word(PlanAnswer, required=True)
    text = fields.String(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
    until = fields.AwareDateTime(required=True)


class PlanAcknowledgementOut(Heading):
    """What one party says to one version; an item of its own, held by its writer.

    `said_at`: when its present words were said. The plan item is named where you may read it.
    """

    plan_item_id = fields.UUID(required=True, allow_none=True)
    number = fields.Integer(required=True, allow_none=True)
    answer = Word(PlanAnswer, required=True)
    text = fields.String(required=True, allow_none=True)
    said_at = fields.AwareDateTime(required=True)
    earlier = fields.List(fields.Nested(EarlierWordOut), required=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class PlanAcknowledgementPage(Schema):
    """Acknowledgements, newest first."""

    items = fields.List(fields.Nested(PlanAcknowledgementOut), required=True)
    next = fields.String(required=True, allow_none=True)


class PlanVersionOut(Schema):
    """What the item says from one edit to the next. The goal is named where you may read it."""

    number = fields.Integer(required=True)
    text = fields.String(required=True)
    target_on = fields.Date(required=True, allow_none=True)
    goal_id = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    author_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)


class StateChangeOut(Schema):
    """When the item was closed, opened again or taken back: what it was before, by whom, and why."""

    at = fields.AwareDateTime(required=True)
    author_id = fields.UUID(required=True)
    before = Word(PlanItemState, required=True)
    reason = fields.String(required=True, allow_none=True)


class PartyOut(Schema):
    """What one party says to the current version, as far as you can see.

    `none_seen`: no acknowledgement that you can see. `not_visible`: their plan is not shared with you.
    `by_writing`: they wrote this version, and said nothing else that you can see.
    """

    party = fields.Nested(Holder, required=True)
    name = fields.String(required=True)
    says = Word(PartyWord, required=True)
    said_at = fields.AwareDateTime(required=True, allow_none=True)
    by_writing = Flag(required=True)


class AlignmentOut(Schema):
    """How the current version stands between the people whom you can know to be asked.

    `aligned`: all of them agree. `not_visible`: of one of them you cannot see what they say, so that nothing is said of
    the whole. `alone`: there is only one. The patient sees everybody who may read the item.
    """

    state = Word(AlignmentState, required=True)
    aligned_since = fields.AwareDateTime(required=True, allow_none=True)
    parties = fields.List(fields.Nested(PartyOut), required=True)


class PlanItemOut(Heading):
    """A plan item, whole, as you find it. Alignment is said of active items, to current members and the patient."""

    kind = Word(PlanItemKind, required=True)
    state = Word(PlanItemState, required=True)
    number = fields.Integer(required=True)
    text = fields.String(required=True)
    target_on = fields.Date(required=True, allow_none=True)
    goal_id = fields.UUID(required=True, allow_none=True)
    versions = fields.List(fields.Nested(PlanVersionOut), required=True)
    state_changes = fields.List(fields.Nested(StateChangeOut), required=True)
    acknowledgements = fields.List(fields.Nested(PlanAcknowledgementOut), required=True)
    alignment = fields.Nested(AlignmentOut, required=True, allow_none=True)
    waits_for_you = Flag(required=True, metadata={"description": "You have not said what you think of it."})
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class PlanSummary(Schema):
    """How many active items stand how, of all that you may read."""

    active = fields.Integer(required=True)
    aligned = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    to_discuss = fields.Integer(required=True)
    differing = fields.Integer(required=True)
    not_visible = fields.Integer(required=True)
    alone = fields.Integer(required=True)
    waits_for_you = fields.Integer(required=True)


class PlanPage(Schema):
    """Plan items, newest first, and how the plan stands for you; former members are not told how."""

    items = fields.List(fields.Nested(PlanItemOut), required=True)
    next = fields.String(required=True, allow_none=True)
    summary = fields.Nested(PlanSummary, required=True, allow_none=True)
    caution = fields.String(required=True)
