"""The form of conditions."""

from marshmallow import Schema, fields

from careteam.api.schemas.entries import (
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
from careteam.policy.vocabulary import ConditionStatus, ConditionVerification, Severity

SAID = [v for v in ConditionVerification if v is not ConditionVerification.ENTERED_IN_ERROR]


class ConditionQuery(PageQuery):
    """Which entries."""

    clinical_status = Word(ConditionStatus)
    verification_status = Word(ConditionVerification)
    current = YesOrNo(metadata={"description": "Only what goes on today, or only what does not."})
    author_id = fields.UUID()
    from_date = fields.Date(metadata={"description": "The first day, inclusive."})
    through_date = fields.Date(metadata={"description": "The last day, inclusive."})


class ConditionCode(Schema):
    """A code of SNOMED CT or ICD-10-CM."""

    system = System("http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm")
    code = CodeValue()


class ConditionSaid(Schema):
    """What an entry says of a condition, and a change may change."""

    clinical_status = Word(ConditionStatus)
    verification_status = Word(ConditionVerification, only=SAID, allow_none=True)
    severity = Word(Severity, allow_none=True)
    onset = PartialDate(allow_none=True)
    abatement = PartialDate(
        allow_none=True, metadata={"description": "When it ended; only of what is inactive, in remission or resolved."}
    )
    note = Text(NOTE, allow_none=True)


class ConditionDraft(ConditionSaid, Recorded):
    """A diagnosis or problem as somebody records it."""

    name = Text(WORDS, required=True, metadata={"example": "Generalized anxiety disorder"})
    codes = Codes(ConditionCode)


class ConditionEdit(ConditionSaid, WithReason):
    """What changes of one's own entry; what is left out stays."""


class ConditionSaidOut(Schema):
    """What an entry says, whole."""

    clinical_status = Word(ConditionStatus, required=True, allow_none=True)
    verification_status = Word(ConditionVerification, required=True, allow_none=True)
    severity = Word(Severity, required=True, allow_none=True)
    onset = fields.String(required=True, allow_none=True)
    abatement = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class ConditionChangeOut(ChangeOut):
    """A change, and all that the entry said until then."""

    before = fields.Nested(ConditionSaidOut, required=True)


class ConditionOut(Heading, ConditionSaidOut):
    """An entry, whole. An entry marked as entered in error has no clinical status."""

    name = fields.String(required=True)
    codes = fields.List(fields.Nested(CodeOut), required=True)
    current = Flag(required=True)
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
    changes = fields.List(fields.Nested(ConditionChangeOut), required=True)


class ConditionPage(Schema):
    """Entries, newest first."""

    items = fields.List(fields.Nested(ConditionOut), required=True)
    next = fields.String(required=True, allow_none=True)


class ConditionSection(ConditionPage):
    """The conditions that you may read, in the shared record."""

    empty = fields.String(required=True, allow_none=True)
