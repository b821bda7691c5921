"""Notices of single items: they exist while the gate opens the item, and no longer (`domain.md`, "The decision")."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, or_, true

from careteam import access
from careteam.facts import Facts
from careteam.models import Item, Notice
from careteam.policy.facts import Reader
from careteam.policy.scope import Scope
from careteam.policy.sharing import readable
from careteam.policy.vocabulary import NoticeKind


def scopes_of(reader: Reader, found: Iterable[Facts], *, at: datetime) -> tuple[Scope, ...]:
    """Return what the reader may read of each of these patients now."""
    return tuple(readable(reader, f.team, f.consents, f.restrictions, f.grounds, at=at) for f in found)


OF_ITEMS = frozenset(
    {
        NoticeKind.NOTE_RELEASED,
        NoticeKind.SENT_TO_YOU,
        NoticeKind.ANSWERED,
        NoticeKind.QUESTIONNAIRE_REQUESTED,
        NoticeKind.SAFETY_FLAG,
        NoticeKind.MESSAGE,
    }
)
"""Their target is an item."""


def about_open_items(scopes: Iterable[Scope]) -> ColumnElement[bool]:
    """Return the condition that a notice is of no item, or of one that these scopes open."""
    opened = access.visible_in_any(Item, [(scope, true()) for scope in scopes], Item.id)
    return or_(Notice.kind.not_in(OF_ITEMS), Notice.target.in_(opened))
