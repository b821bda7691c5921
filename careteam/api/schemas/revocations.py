"""The form of revocations."""

from marshmallow import Schema, fields

from careteam.api.schemas import parties
from careteam.api.schemas.consents import WORDS, said
from careteam.api.schemas.fields import Text, Word
from careteam.policy.vocabulary import Given, ItemClass, Label


class RevocationDraft(Schema):
    """What is taken back: one class, one recipient or one discloser; none of them means the whole."""

    item_class = Word(ItemClass)
    recipient = parties.recipient()
    discloser = parties.discloser()
    given = Word(Given, **said("How the patient gave it, when somebody else records it: `orally` or `on_paper`."))
    reason = Text(WORDS, **said("No reason is needed."))


class Covered(Schema):
    """What could be read under the consent until it was revoked."""

    disclosers = fields.List(fields.String(), required=True)
    recipients = fields.List(fields.String(), required=True)
    classes = fields.List(Word(ItemClass), required=True)
    labels = fields.List(Word(Label), required=True)
    valid_from = fields.AwareDateTime(required=True)
    valid_until = fields.AwareDateTime(required=True)


class SeenOfClass(Schema):
    """How many items of one class."""

    item_class = Word(ItemClass, required=True, data_key="class")
    items = fields.Integer(required=True)


class Seen(Schema):
    """How many items one reader had been shown under the consent, of which classes, and when first and last."""

    user_id = fields.UUID(required=True)
    items = fields.Integer(required=True)
    classes = fields.List(fields.Nested(SeenOfClass), required=True)
    first_at = fields.AwareDateTime(required=True)
    last_at = fields.AwareDateTime(required=True)


class ReceiptKey(Schema):
    """A public key of this service (Ed25519, RFC 8032, base64)."""

    key_id = fields.String(required=True)
    algorithm = fields.String(required=True)
    public_key = fields.String(required=True)


class ReceiptKeys(Schema):
    """The public keys of this service, the current one first."""

    items = fields.List(fields.Nested(ReceiptKey), required=True)


class ReceiptSignature(ReceiptKey):
    """Over the receipt without it: JSON in UTF-8, keys sorted, no spaces."""

    value = fields.String(required=True)


class _Act(Schema):
    revoked_at = fields.AwareDateTime(required=True)
    given = Word(Given, required=True)
    recorded_by = fields.UUID(required=True)
    item_class = Word(ItemClass, required=True, allow_none=True)
    recipient = fields.String(required=True, allow_none=True)
    discloser = fields.String(required=True, allow_none=True)


class Receipt(_Act):
    """The receipt. Only the patient sees what was covered and seen; what was seen cannot be recalled."""

    id = fields.UUID(required=True)
    consent_id = fields.UUID(required=True)
    representation_id = fields.UUID(required=True, allow_none=True, **said("Revoked on behalf of the patient."))
    reason = fields.String(required=True, allow_none=True)
    covered = fields.Nested(Covered, required=True, allow_none=True)
    also_taken = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        **said("The roles through which the recipient would still have read."),
    )
    successor_id = fields.UUID(required=True, allow_none=True, **said("The narrower consent that is left."))
    seen = fields.List(fields.Nested(Seen), required=True, allow_none=True)
    told = fields.List(fields.UUID(), required=True, allow_none=True, **said("Who was told that something ended."))
    not_recalled = fields.String(required=True, allow_none=True)
    signature = fields.Nested(ReceiptSignature, required=True, allow_none=True)


class Revoked(Schema):
    """One consent that was revoked, and what is left of it."""

    consent_id = fields.UUID(required=True)
    successor_id = fields.UUID(required=True, allow_none=True)


class RevokedEverywhere(_Act):
    """What was recorded. Only the patient sees which consents it reached."""

    revoked = fields.List(fields.Nested(Revoked), required=True, allow_none=True)
