"""The form of care teams and memberships."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Flag, Word
from careteam.api.schemas.shared_record import HolderSharing
from careteam.policy.vocabulary import (
    CLINICAL_ROLES,
    InvitationKind,
    InvitationState,
    MembershipKind,
    MembershipState,
    Role,
)


class PracticeName(Schema):
    """A practice."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class PersonName(Schema):
    """A person with an account."""

    user_id = fields.UUID(required=True)
    name = fields.String(required=True)


class PatientName(Schema):
    """A patient."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class Member(Schema):
    """One clinician's membership in one role. `awaits` names the sides whose yes is missing.

    `verified` says whether a practice vouches for the clinician in this role now; unverified ones read nothing.
    """

    id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = Word(Role, only=CLINICAL_ROLES, required=True)
    verified = Flag(required=True)
    practice = fields.Nested(PracticeName, required=True, allow_none=True)
    kind = Word(MembershipKind, required=True)
    valid_from = fields.AwareDateTime(required=True, allow_none=True)
    valid_until = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "Exclusive."})
    state = Word(MembershipState, required=True)
    awaits = fields.List(fields.String(), required=True)
    patient_agreed_at = fields.AwareDateTime(required=True, allow_none=True)
    clinician_accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


class MembershipOut(Member):
    """A membership as one of its two sides sees it, or somebody else in the team.

    `patient`, and `proposed_by` where the patient proposed it, are null while the clinician may not know whose it is.
    `proposed_by` and `created_at` are for the two sides only.
    """

    patient = fields.Nested(PatientName, required=True, allow_none=True)
    proposed_by = fields.Nested(PersonName, required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True, allow_none=True)


class MembershipPage(Schema):
    """Memberships, newest first."""

    items = fields.List(fields.Nested(MembershipOut), required=True)
    next = fields.String(required=True, allow_none=True)


class InvitationOut(Schema):
    """An invitation as its inviter, its addressee or the patient whose team it is about sees it.

    `patient_id` is for the inviter only. `patient_agreed_at`, for the inviter and the patient, is the patient's yes to
    what a member has proposed.
    """

    id = fields.UUID(required=True)
    kind = Word(InvitationKind, required=True)
    sent_by_you = Flag(required=True)
    addressed_to_you = Flag(required=True)
    invited_by = fields.String(required=True)
    email = fields.String(required=True)
    role = Word(Role, required=True, allow_none=True)
    practice = fields.Nested(PracticeName, required=True, allow_none=True)
    patient_id = fields.UUID(required=True, allow_none=True)
    membership_kind = Word(MembershipKind, required=True, allow_none=True)
    valid_from = fields.AwareDateTime(required=True, allow_none=True)
    valid_until = fields.AwareDateTime(required=True, allow_none=True)
    state = Word(InvitationState, required=True)
    patient_agreed_at = fields.AwareDateTime(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class TeamOut(Schema):
    """The team, current members first. Open invitations to it are shown to the patient only (others: null)."""

    members = fields.List(fields.Nested(Member), required=True)
    invitations = fields.List(fields.Nested(InvitationOut), required=True, allow_none=True)


class ConsentInForce(Schema):
    """A consent that opens something."""

    id = fields.UUID(required=True)
    valid_until = fields.AwareDateTime(required=True)


class Opens(Schema):
    """What a membership opens from the moment of agreeing, and under which consents. Limits on single items apply."""

    role = Word(Role, only=CLINICAL_ROLES, required=True)
    opens = fields.List(fields.Nested(HolderSharing), required=True)
    consents = fields.List(fields.Nested(ConsentInForce), required=True)


class RoleQuery(Schema):
    """In which role."""

    role = Word(Role, only=CLINICAL_ROLES, required=True)
