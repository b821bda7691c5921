"""The form of invitations and of answers to them."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, Instant, Text, Word
from careteam.api.schemas.proof import LONGEST_PASSWORD_TEXT
from careteam.api.schemas.team import InvitationOut, Opens, PracticeName
from careteam.policy.vocabulary import (
    InvitationKind,
    ItemClass,
    Label,
    MembershipKind,
    Power,
    RepresentationBasis,
    Role,
)


class InvitationDraft(Schema):
    """What is offered to which address.

    `staff`: a role in `practice_id`. `patient`: treatment by you, in your `role` in `practice_id`; `patient_id`
    names a record that you brought and nobody has taken over. `clinician`: a place in the team of `patient_id`
    (a patient may leave it out). A covering membership has `valid_from` and `valid_until`.
    """

    kind = Word(InvitationKind, only=set(InvitationKind) - {InvitationKind.REPRESENTATIVE}, required=True)
    email = Text(1000, required=True)
    role = Word(Role, required=True)
    practice_id = fields.UUID()
    patient_id = fields.UUID()
    membership_kind = Word(MembershipKind)
    valid_from = Instant()
    valid_until = Instant(metadata={"description": "Exclusive."})


class InvitationMade(InvitationOut):
    """An invitation with its link, which is shown this once, or goes to the address by mail."""

    link = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null where this service sends mail: then only the address gets it."},
    )


class InvitationPage(Schema):
    """Invitations that you made or that are addressed to you, newest first."""

    items = fields.List(fields.Nested(InvitationOut), required=True)
    next = fields.String(required=True, allow_none=True)


class Token(Schema):
    """The last part of the link."""

    token = Text(200, required=True)


class AcceptanceById(Schema):
    """What accepting needs besides: a birth date where a record is made or taken over (by a patient), and from which
    of several practices a clinician joins.
    """

    birth_date = fields.Date()
    time_zone = Text(64, metadata={"description": "An IANA name; for a new record or account."})
    practice_id = fields.UUID()


class Acceptance(AcceptanceById):
    """The same by the link; with name and password to register where the address has no account."""

    token = Text(200, required=True)
    name = Text(200)
    password = fields.String(validate=validate.Length(max=LONGEST_PASSWORD_TEXT))


class Accepted(Schema):
    """What came of accepting. `patient_id` is null while a clinician may not know yet whose team it is."""

    invitation_id = fields.UUID(required=True)
    kind = Word(InvitationKind, required=True)
    role = Word(Role, required=True, allow_none=True)
    practice_id = fields.UUID(required=True, allow_none=True)
    patient_id = fields.UUID(required=True, allow_none=True)
    membership_id = fields.UUID(required=True, allow_none=True)
    representation_id = fields.UUID(required=True, allow_none=True)
    registered = Flag(required=True, metadata={"description": "True when an account was made: sign in with it now."})


class Represents(Schema):
    """For whom and in what the accepting person would act."""

    patient = fields.String(required=True, allow_none=True)
    basis = Word(RepresentationBasis, required=True)
    powers = fields.List(Word(Power), required=True)
    classes = fields.List(Word(ItemClass), required=True)
    labels = fields.List(Word(Label), required=True)


class InvitationPreview(Schema):
    """Who invites, to what, and what accepting means. `opens` is for a signed-in patient, otherwise null."""

    kind = Word(InvitationKind, required=True)
    email = fields.String(required=True)
    invited_by = fields.String(required=True)
    practice = fields.Nested(PracticeName, required=True, allow_none=True)
    role = Word(Role, required=True, allow_none=True)
    membership_kind = Word(MembershipKind, required=True, allow_none=True)
    valid_from = fields.AwareDateTime(required=True, allow_none=True)
    valid_until = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True)
    brings_a_record = Flag(required=True)
    meaning = fields.String(required=True)
    opens = fields.Nested(Opens, required=True, allow_none=True)
    represents = fields.Nested(Represents, required=True, allow_none=True)
