"""The form of previews."""

from marshmallow import Schema, fields

from careteam.api.schemas.consents import said
from careteam.api.schemas.fields import Flag, Word
from careteam.api.schemas.items import Holder
from careteam.api.schemas.team import PersonName
from careteam.policy.vocabulary import CLINICAL_ROLES, ItemClass, Label, PreviewedAct, PreviewedReader, Role, WaitsFor


class WaitingGroup(Schema):
    """How many imported items of one class and one holder wait for their labels."""

    holder = fields.Nested(Holder, required=True)
    name = fields.String(required=True)
    item_class = Word(ItemClass, required=True, data_key="class")
    count = fields.Integer(required=True)


class PreviewGroup(WaitingGroup):
    """How many items there are of one class and one holder.

    `whole`: the section opens or closes as a whole, for later items too, also where there is none yet. `labels`: those
    with which more of it, or less, is shared.
    """

    whole = Flag(required=True)
    labels = fields.List(Word(Label), required=True)


class PreviewItem(Schema):
    """An item, to be read where its class is read; `about` is its title, drug, substance or name."""

    id = fields.UUID(required=True)
    item_class = Word(ItemClass, required=True, data_key="class")
    holder = fields.Nested(Holder, required=True)
    date = fields.Date(required=True)
    about = fields.String(required=True, allow_none=True)


class PreviewItems(Schema):
    """All counted, the newest 25 named, and how many more there are."""

    count = fields.Integer(required=True)
    groups = fields.List(fields.Nested(PreviewGroup), required=True)
    items = fields.List(fields.Nested(PreviewItem), required=True)
    more = fields.Integer(required=True)


class PreviewChange(Schema):
    """What somebody reads with the act and not without it, and the other way round, from an instant on.

    `from` is null for what changes at once. A later change holds only what no earlier one does.
    """

    from_ = fields.AwareDateTime(required=True, allow_none=True, data_key="from")
    gained = fields.Nested(PreviewItems, required=True)
    lost = fields.Nested(PreviewItems, required=True)


class PreviewReader(Schema):
    """One reader. While something is waited for, they read nothing of what is said here.

    `current` members are always there. `joining` is who joins by the act, `upcoming` who begins later, `asked` who is
    only asked to join, and `anybody` whoever may come to have a role that nobody has. `kept_back` is what the consent
    names and your restrictions (`kept_back_by`) keep shut.
    """

    user_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    standing = Word(PreviewedReader, required=True)
    roles = fields.List(Word(Role, only=CLINICAL_ROLES), required=True)
    waits_for = fields.List(Word(WaitsFor), required=True)
    sentences = fields.List(fields.String(), required=True)
    changes = fields.List(fields.Nested(PreviewChange), required=True)
    kept_back = fields.Nested(PreviewItems, required=True)
    kept_back_by = fields.List(fields.UUID(), required=True)


class PreviewEnding(Schema):
    """A consent that the act ends; `narrowed` when what is not taken back goes on."""

    consent_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    narrowed = Flag(required=True)


class PreviewOneWay(Schema):
    """Two members between whom sharing becomes one-way: the reader reads what the holder holds, not vice versa."""

    reader = fields.Nested(PersonName, required=True)
    holder = fields.Nested(PersonName, required=True)


class Preview(Schema):
    """What an act would do to who reads what, by the record as it is now. Nothing of it is stored.

    Counted is what you can read yourself. `consent_version` is the version that was looked at: sign that one.
    `waiting` are imported items of the kinds that are opened, which nobody else reads before their labels are
    confirmed.
    """

    act = Word(PreviewedAct, required=True)
    target_id = fields.UUID(required=True, allow_none=True, **said("The consent, restriction or place it is about."))
    consent_version = fields.Integer(required=True, allow_none=True)
    previewed_at = fields.AwareDateTime(required=True)
    begins_at = fields.AwareDateTime(required=True, allow_none=True, **said("Null: at once."))
    summary = fields.List(fields.String(), required=True)
    readers = fields.List(fields.Nested(PreviewReader), required=True)
    ends = fields.List(fields.Nested(PreviewEnding), required=True)
    waiting = fields.List(fields.Nested(WaitingGroup), required=True)
    one_way = fields.List(fields.Nested(PreviewOneWay), required=True)
