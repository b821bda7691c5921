"""The form of allergies, and of "no known allergies"."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.entries import (
    MOST_REACTIONS,
    NOTE,
    WORDS,
    ChangeOut,
    CodeOut,
    Codes,
    CodeValue,
    PartialDate,
    Recorded,
    System,
    WithReason,
    YesOrNo,
)
from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.items import Heading
from careteam.policy.vocabulary import (
    AllergyCategory,
    AllergyKind,
    AllergyScope,
    AllergyStatus,
    AllergyVerification,
    Criticality,
    Severity,
)

SAID = [v for v in AllergyVerification if v is not AllergyVerification.ENTERED_IN_ERROR]


class AllergyQuery(PageQuery):
    """Which entries."""

    kind = Word(AllergyKind)
    clinical_status = Word(AllergyStatus)
    current = YesOrNo(metadata={"description": "Only what counts today, or only what does not."})
    author_id = fields.UUID()
    from_date = fields.Date(metadata={"description": "The first day, inclusive."})
    through_date = fields.Date(metadata={"description": "The last day, inclusive."})


class SubstanceCode(Schema):
    """A code of RxNorm or SNOMED CT."""

    system = System("http://www.nlm.nih.gov/research/umls/rxnorm", "http://snomed.info/sct")
    code = CodeValue()


class Reaction(Schema):
    """One reaction that somebody had."""

    manifestation = Text(WORDS, required=True, metadata={"example": "Hives"})
    severity = Word(Severity, load_default=None, allow_none=True)
    onset = PartialDate(load_default=None, allow_none=True)


class AllergySaid(Schema):
    """What an entry says of an allergy, and a change may change."""

    category = fields.List(Word(AllergyCategory), validate=validate.Length(max=len(AllergyCategory)))
    criticality = Word(Criticality, allow_none=True)
    clinical_status = Word(AllergyStatus)
    verification_status = Word(AllergyVerification, only=SAID, allow_none=True)
    onset = PartialDate(allow_none=True)
    reactions = fields.List(fields.Nested(Reaction), validate=validate.Length(max=MOST_REACTIONS))
    note = Text(NOTE, allow_none=True)


class AllergyDraft(AllergySaid, Recorded):
    """An allergy or intolerance as somebody records it."""

    substance = Text(WORDS, required=True, metadata={"example": "Penicillin V"})
    codes = Codes(SubstanceCode)


class AllergyEdit(AllergySaid, WithReason):
    """What changes of one's own entry; what is left out stays. Of a signed statement: `clinical_status` inactive."""


class NoneKnown(Recorded):
    """A signed statement that no allergies are known. It is signed by sending it."""

    covers = Word(AllergyScope, required=True)
    substance = Text(WORDS, metadata={"description": "With `other`: what is covered.", "example": "Latex"})
    note = Text(NOTE)


class ReactionOut(Schema):
    """One reaction."""

    manifestation = fields.String(required=True)
    severity = Word(Severity, required=True, allow_none=True)
    onset = fields.String(required=True, allow_none=True)


class AllergySaidOut(Schema):
    """What an entry says, whole."""

    category = fields.List(Word(AllergyCategory), required=True)
    criticality = Word(Criticality, required=True, allow_none=True)
    clinical_status = Word(AllergyStatus, required=True, allow_none=True)
    verification_status = Word(AllergyVerification, required=True, allow_none=True)
    onset = fields.String(required=True, allow_none=True)
    reactions = fields.List(fields.Nested(ReactionOut), required=True)
    note = fields.String(required=True, allow_none=True)


class AllergyChangeOut(ChangeOut):
    """A change, and all that the entry said until then."""

    before = fields.Nested(AllergySaidOut, required=True)


class AllergyOut(Heading, AllergySaidOut):
    """An entry, whole, as you find it.

    `contradicted_by`: entries that you may read and that say otherwise. `supersedes` and `superseded_by`: which
    statement of the same holder no longer stands after which entry. An entry marked as entered in error has no
    clinical status.
    """

    kind = Word(AllergyKind, required=True)
    covers = Word(AllergyScope, required=True, allow_none=True)
    substance = fields.String(required=True, allow_none=True)
    codes = fields.List(fields.Nested(CodeOut), required=True)
    current = Flag(required=True)
    signed_at = fields.AwareDateTime(required=True, allow_none=True)
    contradicted_by = fields.List(fields.UUID(), required=True)
    supersedes = fields.List(fields.UUID(), required=True)
    superseded_by = fields.UUID(required=True, allow_none=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
    changes = fields.List(fields.Nested(AllergyChangeOut), required=True)


class AllergyPage(Schema):
    """Entries, newest first, and what every list of allergies says about itself."""

    items = fields.List(fields.Nested(AllergyOut), required=True)
    next = fields.String(required=True, allow_none=True)
    caution = fields.String(required=True)
    contradiction = fields.String(required=True, allow_none=True)


class AllergySection(AllergyPage):
    """The allergies that you may read, in the shared record."""

    empty = fields.String(required=True, allow_none=True)
