"""The form of consents, as requested, drafted and signed."""

from typing import Any

from marshmallow import Schema, fields, validate

from careteam.api.schemas import parties
from careteam.api.schemas.fields import Instant, PageQuery, Text, Word
from careteam.api.schemas.proof import Codes
from careteam.policy.vocabulary import ConsentKind, ConsentStatus, ItemClass, Label, MinorSigners, Purpose, Signer

WORDS = 1000
MOST_PEOPLE = validate.Length(max=100)
MOST_ITEMS = validate.Length(max=500)


def said(text: str) -> dict[str, Any]:
    """Return the description of a field."""
    return {"metadata": {"description": text}}


class Exceptions(Schema):
    """What this consent leaves out, whatever else it lists."""

    items = fields.List(fields.UUID(), load_default=list, validate=MOST_ITEMS)
    holders = fields.List(parties.holder(), load_default=list, validate=MOST_PEOPLE)


class _Document(Schema):
    purpose = Word(Purpose, **said("Only `treatment` can be signed here, and it is the default."))
    labels = fields.List(
        Word(Label), validate=validate.Length(max=len(Label)), **said("None listed: unlabelled items only.")
    )
    exceptions = fields.Nested(Exceptions)
    valid_from = Instant(**said("The first instant. Default, and earliest: now; at signing, the time of signing."))
    valid_until = Instant(**said("The end, exclusive. Default: a year after the start."))
    data_from = fields.Date(allow_none=True, **said("The first day of the items' own dates."))
    data_through = fields.Date(allow_none=True, **said("The last day of the items' own dates, inclusive."))
    ends_when = Text(
        WORDS,
        allow_none=True,
        **said("An event that ends it early, once it is recorded. Recipients see these words."),
    )
    supersedes_id = fields.UUID(allow_none=True, **said("A consent in force that ends when this one begins."))


class ConsentDraft(_Document):
    """A request (by a member) or a draft (by the patient)."""

    kind = Word(ConsentKind, **said("Default: `sharing`. Kinds do not mix: special notes have consents of their own."))
    disclosers = fields.List(parties.discloser(), required=True, validate=MOST_PEOPLE)
    recipients = fields.List(parties.recipient(), required=True, validate=MOST_PEOPLE)
    classes = fields.List(Word(ItemClass), required=True, validate=validate.Length(max=len(ItemClass)))
    message = Text(WORDS, **said("To the patient, with a request."))
    lapses_at = Instant(**said("Until when a request waits for the patient. Default: 30 days."))


class ConsentEdit(_Document):
    """What the patient changes before signing."""

    disclosers = fields.List(parties.discloser(), validate=MOST_PEOPLE)
    recipients = fields.List(parties.recipient(), validate=MOST_PEOPLE)
    classes = fields.List(Word(ItemClass), validate=validate.Length(max=len(ItemClass)))


class SignatureDraft(Codes):
    """A signature: the name as it stands in the record, the password again, and the terms that were shown."""

    typed_name = Text(200, required=True)
    password = fields.String(required=True, load_only=True, validate=validate.Length(1, 4096))
    terms_sha256 = fields.String(required=True, validate=validate.Regexp("^[0-9a-f]{64}$"))


class ConsentQuery(PageQuery):
    """Which consents, by their state at this moment."""

    status = Word(ConsentStatus)


class ExceptionsOut(Schema):
    """What the consent leaves out."""

    items = fields.List(fields.UUID(), required=True)
    holders = fields.List(fields.String(), required=True)


class Asked(Schema):
    """A request as its writer made it, whatever the patient changed before signing."""

    requested_by = fields.UUID(required=True)
    requested_at = fields.AwareDateTime(required=True)
    lapses_at = fields.AwareDateTime(required=True)
    message = fields.String(required=True, allow_none=True)
    disclosers = fields.List(fields.String(), required=True)
    recipients = fields.List(fields.String(), required=True)
    classes = fields.List(Word(ItemClass), required=True)
    labels = fields.List(Word(Label), required=True)
    exceptions = fields.Nested(ExceptionsOut, required=True)
    valid_from = fields.AwareDateTime(required=True)
    valid_until = fields.AwareDateTime(required=True)
    data_from = fields.Date(required=True, allow_none=True)
    data_through = fields.Date(required=True, allow_none=True)


class SignatureOut(Schema):
    """Who signed what, when and from where; terms and document by their SHA-256."""

    grantor_id = fields.UUID(required=True, allow_none=True)
    signed_at = fields.AwareDateTime(required=True)
    typed_name = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    terms_sha256 = fields.String(required=True, allow_none=True)
    document_sha256 = fields.String(required=True, allow_none=True)


class OneSignature(Schema):
    """One signature; with a `representation_id` it was given on behalf of the patient."""

    user_id = fields.UUID(required=True, allow_none=True)
    representation_id = fields.UUID(required=True, allow_none=True)
    signed_at = fields.AwareDateTime(required=True)
    typed_name = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)


class SigningRule(Schema):
    """A practice's own rule of who signs for a minor, as it stood at the last signature."""

    practice_id = fields.UUID(required=True)
    signers = Word(MinorSigners, required=True)
    from_age = fields.Integer(required=True)
    citation = fields.String(required=True, allow_none=True)


class TermsToSign(Schema):
    """The text that goes with this consent."""

    name = fields.String(required=True)
    sha256 = fields.String(required=True)


class MissingElement(Schema):
    """What a law asks a consent to hold and this one does not yet."""

    element = fields.String(required=True, metadata={"example": "signature"})
    section = fields.String(required=True, metadata={"example": "42 CFR 2.31(a)(8)"})
    sentence = fields.String(required=True)


class ConsentOut(Schema):
    """A consent. The patient sees all of it; to a clinician, what does not concern them is null."""

    id = fields.UUID(required=True)
    status = Word(ConsentStatus, required=True)
    kind = Word(ConsentKind, required=True, allow_none=True)
    purpose = Word(Purpose, required=True, allow_none=True)
    disclosers = fields.List(fields.String(), required=True, allow_none=True)
    recipients = fields.List(fields.String(), required=True, allow_none=True)
    classes = fields.List(Word(ItemClass), required=True, allow_none=True)
    labels = fields.List(Word(Label), required=True, allow_none=True)
    exceptions = fields.Nested(ExceptionsOut, required=True, allow_none=True)
    valid_from = fields.AwareDateTime(required=True, allow_none=True)
    valid_until = fields.AwareDateTime(required=True, allow_none=True)
    data_from = fields.Date(required=True, allow_none=True)
    data_through = fields.Date(required=True, allow_none=True)
    ends_when = fields.String(required=True, allow_none=True)
    asked = fields.Nested(Asked, required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_by = fields.UUID(required=True, allow_none=True)
    supersedes_id = fields.UUID(required=True, allow_none=True)
    superseded_at = fields.AwareDateTime(required=True, allow_none=True)
    superseded_by = fields.UUID(required=True, allow_none=True)
    representation_id = fields.UUID(
        required=True, allow_none=True, **said("Drafted, or signed (too), on behalf of the patient.")
    )
    signature = fields.Nested(SignatureOut, required=True, allow_none=True)
    signatures = fields.List(fields.Nested(OneSignature), required=True, allow_none=True)
    signing_rules = fields.List(fields.Nested(SigningRule), required=True, allow_none=True)
    waits_for = fields.List(
        Word(Signer), required=True, allow_none=True, **said("Of a minor's consent: whose signatures are missing.")
    )
    terms = fields.Nested(
        TermsToSign, required=True, allow_none=True, **said("Which terms to show and sign; null once signed.")
    )
    missing_elements = fields.List(
        fields.Nested(MissingElement),
        required=True,
        allow_none=True,
        **said("What the law asks for and is not there yet. A consent becomes active when this is empty."),
    )
    version = fields.Integer(required=True, allow_none=True)


class ConsentPage(Schema):
    """Consents, newest first."""

    items = fields.List(fields.Nested(ConsentOut), required=True)
    next = fields.String(required=True, allow_none=True)
