"""The form of referrals."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from careteam.api.schemas.consents import ConsentDraft, SignatureDraft, said
from careteam.api.schemas.directed import Answering, AnswerOut
from careteam.api.schemas.fields import Flag, Text, Word
from careteam.api.schemas.items import Heading
from careteam.api.schemas.team import PersonName
from careteam.policy.treatment_words import AnswerOutcome, ReferralState
from careteam.policy.vocabulary import CLINICAL_ROLES, ItemClass, Label, Role

LONGEST = 5_000


class ReferralShare(ConsentDraft):
    """What the patient is asked to share with the addressee: a consent, the recipient left out."""

    class Meta:
        """The recipient is the addressee."""

        exclude = ("recipients", "kind", "purpose")


class Addressee(Schema):
    """A clinician who is here, by their user id; or somebody outside, by name and address, who gets a letter."""

    user_id = fields.UUID()
    practice_id = fields.UUID(**said("Where they are in several practices: as whose clinician."))
    name = Text(200)
    address = Text(500)

    @validates_schema
    def _one_of_them(self, data: Any, **_: Any) -> None:
        given = set(data)
        if "user_id" in given and not given & {"name", "address"}:
            return
        if given != {"name", "address"}:
            raise ValidationError("Give the user_id of a clinician here, or the name and address of somebody outside.")


class ReferralDraft(Schema):
    """A referral, as who refers proposes it to the patient."""

    to = fields.Nested(Addressee, required=True)
    to_role = Word(Role, only=CLINICAL_ROLES, required=True)
    reason = Text(LONGEST, required=True)
    question = Text(LONGEST, **said("What the addressee is asked."))
    share = fields.Nested(ReferralShare, required=True)
    labels = fields.List(Word(Label), validate=validate.Length(max=len(Label)))
    part2 = Flag(**said("Whether it comes from a 42 CFR Part 2 programme; with `substance_use` that is the default."))


class ReferralAgreement(SignatureDraft):
    """The patient's yes: the signature of the consent that goes with the referral, in the version that was read."""

    consent_version = fields.Integer(
        validate=validate.Range(1, 1_000_000_000), **said("Needed where a consent is signed: not with a letter.")
    )


class ReferralAcceptance(Schema):
    """An acceptance; `ask` requests another consent in the same act."""

    ask = fields.Nested(ReferralShare)


class ReferralRefusal(Schema):
    """Why the addressee declines: the patient and who refers read it."""

    reason = Text(2_000, required=True)


class AddresseeOut(Schema):
    """Whom it goes to; without a `user_id` somebody outside."""

    user_id = fields.UUID(required=True, allow_none=True)
    practice_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)


class LetterShare(Schema):
    """What a letter says is shared."""

    disclosers = fields.List(fields.String(), required=True)
    classes = fields.List(Word(ItemClass), required=True)
    labels = fields.List(Word(Label), required=True)
    data_from = fields.Date(required=True, allow_none=True)
    data_through = fields.Date(required=True, allow_none=True)
    valid_until = fields.AwareDateTime(required=True)


class ReferralOut(Heading):
    """A referral. What has come of it is shown as far as you may know: an appointment, by the answer that says so."""

    from_ = fields.Nested(PersonName, required=True, data_key="from")
    to = fields.Nested(AddresseeOut, required=True)
    to_role = Word(Role, only=CLINICAL_ROLES, required=True)
    reason = fields.String(required=True)
    question = fields.String(required=True, allow_none=True)
    state = Word(ReferralState, required=True, allow_none=True, **said("Null to who has left the team."))
    patient_answered_at = fields.AwareDateTime(required=True, allow_none=True)
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    declined_at = fields.AwareDateTime(required=True, allow_none=True)
    decline_reason = fields.String(required=True, allow_none=True)
    appointment_on = fields.Date(required=True, allow_none=True)
    answer_by = fields.AwareDateTime(
        required=True, allow_none=True, **said("Until when yes can be said: then the consent that it asks for lapses.")
    )
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    consent_id = fields.UUID(required=True, allow_none=True)
    membership_id = fields.UUID(required=True, allow_none=True)
    share = fields.Nested(LetterShare, required=True, allow_none=True, **said("Of a letter."))
    entered_in_error_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_in_error_reason = fields.String(required=True, allow_none=True)
    answers = fields.List(fields.Nested(AnswerOut), required=True)


class ReferralPage(Schema):
    """Referrals, newest first."""

    items = fields.List(fields.Nested(ReferralOut), required=True)
    next = fields.String(required=True, allow_none=True)


class ReferralAnswering(Answering):
    """The addressee's answer: `appointment` with its day, or `assessed` or `answered`, which close the loop."""

    outcome = Word(
        AnswerOutcome,
        only=frozenset({AnswerOutcome.APPOINTMENT, AnswerOutcome.ASSESSED, AnswerOutcome.ANSWERED}),
        required=True,
    )


class ReferralAnswerOut(AnswerOut):
    """An answer, and whether who refers can read it now; where not, what to do."""

    referrer_reads = Flag(required=True)
    note = fields.String(required=True, allow_none=True)


class ReferralToMe(Schema):
    """A referral to you. `patient_id` is null while you may not know whose it is; what it says is in their record."""

    id = fields.UUID(required=True)
    from_ = fields.Nested(PersonName, required=True, data_key="from")
    role = Word(Role, only=CLINICAL_ROLES, required=True)
    state = Word(ReferralState, required=True)
    date = fields.AwareDateTime(required=True, **said("When the patient said yes."))
    membership_id = fields.UUID(required=True)
    patient_id = fields.UUID(required=True, allow_none=True)


class ReferralToMePage(Schema):
    """Referrals to you, newest first."""

    items = fields.List(fields.Nested(ReferralToMe), required=True)
    next = fields.String(required=True, allow_none=True)
