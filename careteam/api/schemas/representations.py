"""The form of representations: of somebody who acts for a patient."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.consents import WORDS, said
from careteam.api.schemas.fields import Instant, Text, Word
from careteam.api.schemas.team import PersonName
from careteam.policy.vocabulary import (
    SHAREABLE_CLASSES,
    ItemClass,
    Label,
    Power,
    RepresentationBasis,
    RepresentationEnd,
    RepresentationState,
)

KEPT = (
    "A parent gets `question` and the labels substance_use, sexual_health and gender_and_reproductive from nobody but"
    " the patient."
)


class SeenDocument(Schema):
    """A document that a clinician has seen, and the day."""

    document = Text(WORDS, required=True, **said("Which document: who issued it, when, its number."))
    seen_on = fields.Date(required=True)


class _Covers(Schema):
    classes = fields.List(
        Word(ItemClass, only=SHAREABLE_CLASSES),
        validate=validate.Length(max=len(ItemClass)),
        **said(f"Default: every class but `question`. {KEPT}"),
    )
    labels = fields.List(
        Word(Label), validate=validate.Length(max=len(Label)), **said(f"Default: hiv and violence. {KEPT}")
    )


class RepresentationDraft(_Covers):
    """Who shall act for the patient, by what, in what, and for how long.

    The adult patient agrees by adding it. A clinician of the team attests the document that they have seen.
    """

    email = Text(1000, required=True)
    basis = Word(RepresentationBasis, required=True)
    powers = fields.List(Word(Power), required=True, validate=validate.Length(1, len(Power)))
    valid_from = Instant(**said("The first instant. Default, and earliest: now."))
    valid_until = Instant(**said("The end, exclusive. Default: none; a parent's ends when the patient comes of age."))
    attestation = fields.Nested(SeenDocument)


class RepresentationEdit(_Covers):
    """What the patient opens to who acts for them, or closes again."""


class RepresentationEnding(Schema):
    """By what a clinician ends it: a court's order, or what takes the authority back. Others need none."""

    document = fields.Nested(SeenDocument)


class SeenDocumentOut(Schema):
    """What a clinician had seen."""

    document = fields.String(required=True)
    seen_on = fields.Date(required=True)


class AttestedOut(SeenDocumentOut):
    """Who attested that they had seen what, and when they said so."""

    user_id = fields.UUID(required=True)
    name = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class RepresentedPatient(Schema):
    """Whose record it is; of one that has ended no name."""

    id = fields.UUID(required=True)
    name = fields.String(required=True, allow_none=True)


class RepresentationOut(Schema):
    """Somebody who acts, will or did act for a patient.

    The patient and who added it see all of it; who acts by it all but what was attested. Other clinicians of the team
    see that it stands: who, by what, in what, until when.
    """

    id = fields.UUID(required=True)
    patient = fields.Nested(RepresentedPatient, required=True)
    representative = fields.Nested(PersonName, required=True, allow_none=True)
    basis = Word(RepresentationBasis, required=True)
    powers = fields.List(Word(Power), required=True)
    state = Word(RepresentationState, required=True)
    valid_from = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True, allow_none=True, **said("The end by the clock, majority included."))
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    classes = fields.List(Word(ItemClass), required=True, allow_none=True)
    labels = fields.List(Word(Label), required=True, allow_none=True)
    added_by = fields.Nested(PersonName, required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True, allow_none=True)
    patient_agreed_at = fields.AwareDateTime(required=True, allow_none=True)
    attested = fields.Nested(AttestedOut, required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_by = fields.UUID(required=True, allow_none=True)
    end_basis = Word(RepresentationEnd, required=True, allow_none=True)
    end_document = fields.Nested(SeenDocumentOut, required=True, allow_none=True)
    succeeds_id = fields.UUID(required=True, allow_none=True, **said("The one that the patient changed into this."))
    version = fields.Integer(required=True, allow_none=True)


class RepresentationMade(RepresentationOut):
    """A representation that waits to be accepted. The link of its invitation is null where it goes there by mail."""

    link = fields.String(required=True, allow_none=True)


class RepresentationPage(Schema):
    """Representations, newest first."""

    items = fields.List(fields.Nested(RepresentationOut), required=True)
    next = fields.String(required=True, allow_none=True)
