"""The form of practices and their staff."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import Flag, PageQuery, Text, Word, YesNo
from careteam.policy.vocabulary import MinorSigners, Role

ZONE = {"description": "An IANA name such as America/New_York."}


class PracticeDraft(Schema):
    """A practice as it begins."""

    name = Text(200, required=True)
    time_zone = Text(64, metadata=ZONE)


CRISIS = {"description": "Shown with safety flags.", "example": "Call or text 988 in the US, or 911."}


class MinorRule(Schema):
    """The practice's own rule of whose signatures a consent of a minor needs, with the law that it rests on.

    It holds for minors of at least `from_age` years; below, the minor and a parent sign.
    """

    signers = Word(MinorSigners, required=True)
    from_age = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, 17))
    citation = Text(500, required=True, metadata={"description": "Statute or regulation, such as its section."})


class MinorRuleOut(Schema):
    """The practice's own rule of whose signatures a consent of a minor needs."""

    signers = Word(MinorSigners, required=True)
    from_age = fields.Integer(required=True)
    citation = fields.String(required=True)


MINORS = {"description": "Who signs for a minor here. Null: the minor and a parent do."}


class PracticeEdit(Schema):
    """What changes in a practice."""

    name = Text(200)
    time_zone = Text(64, metadata=ZONE)
    crisis_text = Text(500, metadata=CRISIS)
    minor_rule = fields.Nested(MinorRule, allow_none=True, metadata=MINORS)


class OwnRole(Schema):
    """A role that you have there."""

    role = Word(Role, required=True)
    verified = Flag(required=True)


class PracticeOut(Schema):
    """A practice, and your roles in it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    time_zone = fields.String(required=True)
    crisis_text = fields.String(required=True, metadata=CRISIS)
    minor_rule = fields.Nested(MinorRuleOut, required=True, allow_none=True, metadata=MINORS)
    version = fields.Integer(required=True, metadata={"description": "Also the ETag: send it as If-Match to change."})
    created_at = fields.AwareDateTime(required=True)
    roles = fields.List(fields.Nested(OwnRole), required=True)


class PracticePage(Schema):
    """Practices by name."""

    items = fields.List(fields.Nested(PracticeOut), required=True)
    next = fields.String(required=True, allow_none=True)


class StaffQuery(PageQuery):
    """Which roles. `name` is a part of a name; `verified` asks for the clinical roles that are or are not."""

    name = Text(200)
    role = Word(Role)
    verified = YesNo()
    disabled = YesNo()


class StaffOut(Schema):
    """One role of one person. `verified_by` is the administrator who attested it, perhaps the person themself."""

    id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = Word(Role, required=True)
    verified = Flag(required=True)
    verified_at = fields.AwareDateTime(required=True, allow_none=True)
    verified_by = fields.UUID(required=True, allow_none=True)
    disabled_at = fields.AwareDateTime(required=True, allow_none=True)
    since = fields.AwareDateTime(required=True)


class StaffPage(Schema):
    """Roles by the name of who has them."""

    items = fields.List(fields.Nested(StaffOut), required=True)
    next = fields.String(required=True, allow_none=True)
