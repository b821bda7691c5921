"""The form of the caseload and of patients."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Flag, PageQuery, Text, Word
from careteam.api.schemas.shared_record import HolderSharing
from careteam.api.schemas.team import Member
from careteam.policy.vocabulary import CLINICAL_ROLES, ItemClass, Role, Standing


class PatientQuery(PageQuery):
    """Which patients: a part of the name (case and accents do not matter), and how you stand to them."""

    name = Text(200)
    state = Word(Standing, load_default=Standing.CURRENT)


class PatientHeading(Schema):
    """Who a patient is. `own` marks your own record; `standing` is how you stand to them as a clinician."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    birth_date = fields.Date(required=True, allow_none=True)
    death_date = fields.Date(required=True, allow_none=True)
    own = Flag(required=True)
    standing = Word(Standing, required=True, allow_none=True)
    roles = fields.List(Word(Role, only=CLINICAL_ROLES), required=True)


class CaseloadEntry(PatientHeading):
    """A patient of the caseload: `shared` are the classes that somebody shares with you, `sharing` says who which."""

    shared = fields.List(Word(ItemClass), required=True)
    sharing = fields.List(fields.Nested(HolderSharing), required=True)


class Caseload(Schema):
    """Patients by name."""

    items = fields.List(fields.Nested(CaseloadEntry), required=True)
    next = fields.String(required=True, allow_none=True)


class PatientOut(PatientHeading):
    """A patient, and as much of the team as you may see."""

    time_zone = fields.String(required=True)
    team = fields.List(fields.Nested(Member), required=True)


class PatientEdit(Schema):
    """What changes: name, birth date and time zone by the patient, the death date by a current member."""

    name = Text(200)
    birth_date = fields.Date()
    time_zone = Text(64, metadata={"description": "An IANA name such as America/New_York."})
    death_date = fields.Date(allow_none=True)
