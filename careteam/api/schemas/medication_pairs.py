"""The form of the two-sided medication list and of reconciliations."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading, Holder
from careteam.api.schemas.medications import Dose, WhenAndWho
from careteam.policy.pairing import Phase
from careteam.policy.vocabulary import (
    Compared,
    MedicationSide,
    MedicationSource,
    NoPairState,
    PairState,
    ReconciliationDecision,
)

WORDS = 2000
MOST = 100
"""Decisions of one reconciliation, and entries of one decision."""


class Ingredient(Schema):
    """One ingredient; the code is that of RxNorm, where it is known."""

    name = fields.String(required=True, metadata={"example": "sertraline"})
    rxnorm_code = fields.String(required=True, allow_none=True, metadata={"example": "36437"})


class PairedEntry(Schema):
    """An entry as a line shows it; read it whole at `medications/{id}`."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True, allow_none=True)
    holder = fields.Nested(Holder, required=True)
    source = Word(MedicationSource, required=True)
    drug_name = fields.String(required=True, metadata={"example": "Sertraline 50 MG Oral Tablet"})
    phase = Word(
        Phase,
        required=True,
        allow_none=True,
        metadata={"description": "Null for what went on when the patient died."},
    )
    dose = fields.Nested(Dose, required=True, allow_none=True)
    timing = fields.String(required=True, allow_none=True)
    as_needed = Flag(required=True, allow_none=True)
    started_on = fields.Date(required=True)
    last_confirmed = fields.Nested(WhenAndWho, required=True, allow_none=True)
    awaits_label_review = Flag(required=True)


class ComparedOut(Schema):
    """What came of comparing both sides; words are never guessed at."""

    dose = Word(Compared, required=True)
    timing = Word(Compared, required=True)
    as_needed = Word(Compared, required=True)


class EntryVersion(Schema):
    """An entry as somebody saw it."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1), metadata={"example": 1})


class Owner(Schema):
    """Who sees to a difference."""

    user_id = fields.UUID(required=True)
    name = fields.String(required=True)


class Resolution(Schema):
    """The decision that resolves a difference."""

    reconciliation_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.UUID(required=True)
    decision = Word(ReconciliationDecision, required=True)
    text = fields.String(required=True, allow_none=True)


class DifferenceOut(Schema):
    """A difference: open while `resolution` is null. `since` is from when you could see it."""

    entries = fields.List(fields.Nested(EntryVersion), required=True)
    since = fields.AwareDateTime(required=True)
    owners = fields.List(fields.Nested(Owner), required=True)
    resolution = fields.Nested(Resolution, required=True, allow_none=True)


class PairLine(Schema):
    """The entries of one drug, never merged, and what they say together: `state`, or `why_no_state`."""

    ingredients = fields.List(fields.Nested(Ingredient), required=True)
    prescribed = fields.List(fields.Nested(PairedEntry), required=True)
    taken = fields.List(fields.Nested(PairedEntry), required=True)
    state = Word(PairState, required=True, allow_none=True)
    why_no_state = Word(NoPairState, required=True, allow_none=True)
    unseen_side = Word(
        MedicationSide,
        required=True,
        allow_none=True,
        metadata={"description": "The side that is not shared with you by all who could add to it."},
    )
    compared = fields.Nested(ComparedOut, required=True, allow_none=True)
    difference = fields.Nested(DifferenceOut, required=True, allow_none=True)


class UnseenHolders(Schema):
    """Of each side, the holders whose medications are not shared with you."""

    prescribed = fields.List(fields.Nested(Holder), required=True)
    taken = fields.List(fields.Nested(Holder), required=True)


class MedicationPairs(Schema):
    """All entries that you may read, each in exactly one line; open differences first, the longest open before."""

    items = fields.List(fields.Nested(PairLine), required=True)
    unseen = fields.Nested(UnseenHolders, required=True, allow_none=True)
    empty = fields.String(required=True, allow_none=True)
    exact = fields.String(required=True)
    caution = fields.String(required=True)
    last_reviewed = fields.Nested(WhenAndWho, required=True, allow_none=True)
    last_reconciled = fields.Nested(WhenAndWho, required=True, allow_none=True)


class DecisionDraft(Schema):
    """A decision about one difference: all of its entries, with the versions that you saw."""

    entries = fields.List(fields.Nested(EntryVersion), required=True, validate=validate.Length(1, MOST))
    decision = Word(ReconciliationDecision, required=True)
    text = Text(WORDS, metadata={"example": "50 mg is right; the patient was told."})


class ReconciliationDraft(Schema):
    """What you sign, with your name as it stands in your account."""

    typed_name = Text(200, required=True, metadata={"example": "Paul Reyes"})
    decisions = fields.List(fields.Nested(DecisionDraft), required=True, validate=validate.Length(1, MOST))


class DecisionOut(Schema):
    """A decision that you may know: you may read all of its entries, or signed it yourself."""

    entries = fields.List(fields.Nested(EntryVersion), required=True)
    state = Word(PairState, required=True)
    decision = Word(ReconciliationDecision, required=True)
    text = fields.String(required=True, allow_none=True)


class ReconciliationOut(Heading):
    """A signed reconciliation; it does not change."""

    signed_at = fields.AwareDateTime(required=True)
    signature_name = fields.String(required=True)
    decisions = fields.List(fields.Nested(DecisionOut), required=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)


class ReconciliationPage(Schema):
    """Reconciliations, newest first."""

    items = fields.List(fields.Nested(ReconciliationOut), required=True)
    next = fields.String(required=True, allow_none=True)


class ReconciliationQuery(PageQuery):
    """Which page."""
