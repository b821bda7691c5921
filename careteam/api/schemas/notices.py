"""The form of notices."""

from marshmallow import Schema, fields, validate

from careteam.api.schemas.fields import PageQuery, Word, YesNo
from careteam.policy.vocabulary import NoticeKind

ABOUT = ["case", "consent", "emergency_access", "invitation", "membership"]


class NoticeQuery(PageQuery):
    """Which of your notices."""

    unread = YesNo(metadata={"description": "`true`: only unread ones; `false`: only those that you have read."})
    kind = Word(NoticeKind)


class ReadUpTo(Schema):
    """How far you have read."""

    up_to = fields.UUID(
        metadata={"description": "The newest notice that you were shown: what came after it stays unread."}
    )


class NoticePatient(Schema):
    """Whose record a notice is about."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class NoticeAbout(Schema):
    """What a notice is about, where you can open it.

    A consent, emergency access or case of that patient (of the practice, to its privacy officers), or a membership or
    invitation.
    """

    kind = fields.String(required=True, validate=validate.OneOf(ABOUT))
    id = fields.UUID(required=True)


class NoticeOut(Schema):
    """That something happened. What is said of it is made when you read it, of what you may know then."""

    id = fields.UUID(required=True)
    kind = Word(NoticeKind, required=True)
    at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)
    sentence = fields.String(required=True, metadata={"example": "Tess Okafor asked you for a consent."})
    patient = fields.Nested(NoticePatient, required=True, allow_none=True)
    about = fields.Nested(NoticeAbout, required=True, allow_none=True)


class NoticePage(Schema):
    """Your notices, newest first; `unread` counts those of all pages that you have not read."""

    items = fields.List(fields.Nested(NoticeOut), required=True)
    next = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True)


class AllRead(Schema):
    """How many were unread."""

    read = fields.Integer(required=True)
