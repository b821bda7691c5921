"""The form of the sharing matrix."""

from marshmallow import Schema, fields

from careteam.api.schemas.fields import Flag, Word
from careteam.api.schemas.items import Holder
from careteam.policy.vocabulary import (
    CLINICAL_ROLES,
    SHAREABLE_CLASSES,
    SPECIAL_CLASSES,
    ItemClass,
    Label,
    MembershipKind,
    MembershipState,
    Power,
    RepresentationBasis,
    Role,
)


class SharingConsent(Schema):
    """One consent's part: the labels that it opens here, when it ends, and the days that it covers (patient only)."""

    id = fields.UUID(required=True)
    labels = fields.List(Word(Label), required=True)
    until = fields.AwareDateTime(required=True, metadata={"description": "Exclusive."})
    data_from = fields.Date(required=True, allow_none=True)
    data_through = fields.Date(required=True, allow_none=True)


class ExceptedItem(Schema):
    """An item that one consent leaves out."""

    consent_id = fields.UUID(required=True)
    item_id = fields.UUID(required=True)


class NarrowedBy(Schema):
    """Consents that leave this holder out, items that they leave out, and restrictions on some or all of it."""

    excepted_holder = fields.List(fields.UUID(), required=True)
    excepted_items = fields.List(fields.Nested(ExceptedItem), required=True)
    restrictions = fields.List(fields.UUID(), required=True)


class SharingCell(Schema):
    """One class of one holder's items for one reader.

    `until` is the instant from which it is shared no longer, whatever opens it now and carries on by then.
    `narrowed_by` is for the patient alone (others: null).
    """

    item_class = Word(ItemClass, only=SHAREABLE_CLASSES, required=True, data_key="class")
    shared = Flag(required=True)
    labels = fields.List(Word(Label), required=True)
    until = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "Exclusive."})
    consents = fields.List(fields.Nested(SharingConsent), required=True)
    narrowed_by = fields.Nested(NarrowedBy, required=True, allow_none=True)


class SharingHolder(Schema):
    """Every class of one holder's items: of a member past or present, or of the patient."""

    holder = fields.Nested(Holder, required=True)
    name = fields.String(required=True)
    classes = fields.List(fields.Nested(SharingCell), required=True)


class SharingMembership(Schema):
    """As what somebody reads. While nobody vouches for them (`verified`), they read nothing."""

    role = Word(Role, only=CLINICAL_ROLES, required=True)
    kind = Word(MembershipKind, required=True)
    state = Word(MembershipState, required=True)
    verified = Flag(required=True)
    valid_from = fields.AwareDateTime(required=True, allow_none=True)
    valid_until = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "Exclusive."})


class SharingReader(Schema):
    """A reader, and whose items they read; what they hold themselves they always read.

    `reads_from` is when somebody begins who has not begun.
    """

    user_id = fields.UUID(required=True)
    name = fields.String(required=True)
    memberships = fields.List(fields.Nested(SharingMembership), required=True)
    reads_from = fields.AwareDateTime(required=True, allow_none=True)
    holders = fields.List(fields.Nested(SharingHolder), required=True)


class SharingRole(Schema):
    """A role that nobody has now: what anybody who joins in it would read."""

    role = Word(Role, only=CLINICAL_ROLES, required=True)
    holders = fields.List(fields.Nested(SharingHolder), required=True)


class EndingConsent(Schema):
    """A consent that opens something now and ends within 30 days; `superseded`: another one takes its place."""

    id = fields.UUID(required=True)
    until = fields.AwareDateTime(required=True, metadata={"description": "Exclusive."})
    superseded = Flag(required=True)


class OpenEmergency(Schema):
    """An emergency access that is open now; its record says why, and what it has shown."""

    id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = Word(Role, only=CLINICAL_ROLES, required=True)
    classes = fields.List(Word(ItemClass, only=SHAREABLE_CLASSES), required=True)
    until = fields.AwareDateTime(required=True, metadata={"description": "Exclusive."})


class ActingReader(Schema):
    """Somebody who acts for the patient: what they read of every holder. What narrows it is the patient's to see."""

    id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    name = fields.String(required=True)
    basis = Word(RepresentationBasis, required=True)
    powers = fields.List(Word(Power), required=True)
    classes = fields.List(Word(ItemClass, only=SHAREABLE_CLASSES), required=True)
    labels = fields.List(Word(Label), required=True)
    until = fields.AwareDateTime(required=True, allow_none=True)
    narrowed_by = fields.List(fields.UUID(), required=True, allow_none=True)


class SharingMatrix(Schema):
    """Who reads what of whom. A clinician finds their own row; the patient everybody's.

    `upcoming` are those who have not begun or are only asked to join, with what they would read. `author_only` are
    the classes that no such consent opens.
    """

    readers = fields.List(fields.Nested(SharingReader), required=True)
    upcoming = fields.List(fields.Nested(SharingReader), required=True)
    roles = fields.List(fields.Nested(SharingRole), required=True)
    author_only = fields.List(Word(ItemClass, only=SPECIAL_CLASSES), required=True)
    ending = fields.List(fields.Nested(EndingConsent), required=True)
    emergencies = fields.List(fields.Nested(OpenEmergency), required=True)
    representations = fields.List(fields.Nested(ActingReader), required=True)
