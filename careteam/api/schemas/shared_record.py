"""The form of the shared record."""

from marshmallow import Schema, fields

from careteam.api.schemas.allergies import AllergySection
from careteam.api.schemas.conditions import ConditionSection
from careteam.api.schemas.fields import Flag, Word
from careteam.api.schemas.items import Holder
from careteam.api.schemas.medication_pairs import PairLine
from careteam.api.schemas.medications import MedicationPage
from careteam.api.schemas.news import News
from careteam.api.schemas.notes import NoteOut
from careteam.policy.vocabulary import (
    SHAREABLE_CLASSES,
    ItemClass,
    Label,
    MembershipKind,
    Power,
    Purpose,
    RepresentationBasis,
    Role,
)


class PatientCard(Schema):
    """Whose record it is."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    birth_date = fields.Date(required=True, allow_none=True)
    death_date = fields.Date(required=True, allow_none=True)
    time_zone = fields.String(required=True)


class ActingBy(Schema):
    """By what you act for the patient."""

    id = fields.UUID(required=True)
    basis = Word(RepresentationBasis, required=True)
    powers = fields.List(Word(Power), required=True)
    until = fields.AwareDateTime(required=True, allow_none=True)


class YouAre(Schema):
    """In what capacity you read."""

    patient = Flag(required=True)
    roles = fields.List(Word(Role), required=True)
    former = Flag(required=True)
    representation = fields.Nested(ActingBy, required=True, allow_none=True)


class TeamMember(Schema):
    """A current member."""

    user_id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = Word(Role, required=True)
    kind = Word(MembershipKind, required=True)


class HolderSharing(Schema):
    """Which classes of one holder are shared with you; what is not listed is not shared."""

    holder = fields.Nested(Holder, required=True)
    name = fields.String(required=True)
    shared = fields.List(Word(ItemClass), required=True)


class PermitOut(Schema):
    """A consent in force, as far as it concerns you."""

    id = fields.UUID(required=True)
    disclosers = fields.List(fields.String(), required=True)
    classes = fields.List(Word(ItemClass), required=True)
    labels = fields.List(Word(Label), required=True)
    purpose = Word(Purpose, required=True)
    valid_from = fields.AwareDateTime(required=True)
    valid_until = fields.AwareDateTime(required=True)


class NoteSection(Schema):
    """The newest notes; `next` continues at the list of notes."""

    items = fields.List(fields.Nested(NoteOut), required=True)
    next = fields.String(required=True, allow_none=True)
    empty = fields.String(required=True, allow_none=True)


class MedicationSection(MedicationPage):
    """The medications that you may read, with what every such list says, and the open differences between them."""

    empty = fields.String(required=True, allow_none=True)
    differences = fields.List(fields.Nested(PairLine), required=True)


class OwnEmergency(Schema):
    """Your open emergency access. `items`: those of this answer that nothing else opens to you."""

    id = fields.UUID(required=True)
    until = fields.AwareDateTime(required=True)
    classes = fields.List(Word(ItemClass, only=SHAREABLE_CLASSES), required=True)
    items = fields.List(fields.UUID(), required=True)
    does_not_open = fields.List(fields.String(), required=True)


class SharedRecord(Schema):
    """All that you may see of one patient."""

    patient = fields.Nested(PatientCard, required=True)
    you_are = fields.Nested(YouAre, required=True)
    team = fields.List(fields.Nested(TeamMember), required=True)
    sharing = fields.List(fields.Nested(HolderSharing), required=True)
    permits = fields.List(fields.Nested(PermitOut), required=True)
    notes = fields.Nested(NoteSection, required=True)
    medications = fields.Nested(MedicationSection, required=True)
    allergies = fields.Nested(AllergySection, required=True)
    conditions = fields.Nested(ConditionSection, required=True)
    new = fields.Nested(News, required=True, allow_none=True)
    emergency = fields.Nested(OwnEmergency, required=True, allow_none=True)
