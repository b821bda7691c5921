"""The form of the caseload and of patients."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Flag, PageQuery, Text, Word, YesNo
from careteam.api.schemas.news import Counted
from careteam.api.schemas.shared_record import HolderSharing
from careteam.api.schemas.signals import SignalCounts
from careteam.api.schemas.team import Member
from careteam.policy.vocabulary import CLINICAL_ROLES, CaseloadSort, ItemClass, MembershipState, Role, Standing


class PatientQuery(PageQuery):
    """Which patients: a part of the name (case and accents do not matter), and how you stand to them."""

    name = Text(200)
    state = Word(Standing, load_default=Standing.CURRENT)
    new = YesNo(metadata={"description": "Only those with (or without) something new to you.", "example": True})
    sort = Word(
        CaseloadSort,
        load_default=CaseloadSort.NAME,
        metadata={"description": "By name, or those with the most urgent signals first. The cursor fits one order."},
    )


class CoveringPeriod(Schema):
    """A period in which you cover for a colleague: the end is exclusive."""

    role = Word(Role, only=CLINICAL_ROLES, required=True)
    valid_from = fields.AwareDateTime(required=True, metadata={"example": "2026-12-21T00:00:00+00:00"})
    valid_until = fields.AwareDateTime(required=True, metadata={"example": "2027-01-04T00:00:00+00:00"})
    state = Word(MembershipState, required=True)


class PatientHeading(Schema):
    """Who a patient is. `own` marks your own record; `standing` is how you stand to them as a clinician.

    `covering` lists your covering periods, whether they are upcoming, current or over.
    """

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    birth_date = fields.Date(required=True, allow_none=True)
    death_date = fields.Date(required=True, allow_none=True)
    own = Flag(required=True)
    standing = Word(Standing, required=True, allow_none=True)
    roles = fields.List(Word(Role, only=CLINICAL_ROLES), required=True)
    covering = fields.List(fields.Nested(CoveringPeriod), required=True)


class CaseloadEntry(PatientHeading):
    """A patient of the caseload: `shared` are the classes that somebody shares with you, `sharing` says who which.

    `new` counts what is new to you since you last looked, `signals` what there is to see to, from what you may read;
    both are null where you are no current member.
    """

    shared = fields.List(Word(ItemClass), required=True)
    sharing = fields.List(fields.Nested(HolderSharing), required=True)
    new = fields.Nested(Counted, required=True, allow_none=True)
    signals = fields.Nested(SignalCounts, required=True, allow_none=True)


class Caseload(Schema):
    """Patients by name."""

    items = fields.List(fields.Nested(CaseloadEntry), required=True)
    next = fields.String(required=True, allow_none=True)


class PatientOut(PatientHeading):
    """A patient, and as much of the team as you may see."""

    time_zone = fields.String(required=True)
    version = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Also the ETag. Not for former members."}
    )
    team = fields.List(fields.Nested(Member), required=True)


class PatientEdit(Schema):
    """What changes: name, birth date and time zone by the patient, the death date by a current member."""

    name = Text(200)
    birth_date = fields.Date()
    time_zone = Text(64, metadata={"description": "An IANA name such as America/New_York."})
    death_date = fields.Date(allow_none=True)
