"""Which rows of the access log the patient reads: of special notes only those that their author released to them.

Those are told from the beginning, and to the end of the release; without one there is no trace (`domain.md`, "Special
notes"): an answer about a special note alone is left out, and a list that held some besides shows what else it held.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import aliased

from careteam.models import AccessEvent, AccessEventItem, SpecialRelease
from careteam.policy.vocabulary import SPECIAL_CLASSES, PreviewedAct

LISTS = frozenset({"read-notes", "read-shared-record"})
"""Answers that are given with and without a special note in them: they stay, for their absence would tell of one."""

CONSIDERED = frozenset(f"preview-{act}" for act in PreviewedAct)
"""What the patient looks at before they act. Titles of what others hold are shown in it, and what they consider is not
told to those others, nor to their officers: a restriction, or the thought of one, is the patient's alone to know.
"""

_TOLD = aliased(AccessEventItem)


def told_items(*, by: datetime | None = None) -> ColumnElement[bool]:
    """Say that an item of an event may be told to the patient; with `by`, that it might have been at that instant.

    For a SELECT in which the event is joined to its items.
    """
    return _told(AccessEventItem, SpecialRelease.released_at <= by if by else true())


def told_events() -> ColumnElement[bool]:
    """Say that an event may: it shows nothing, or something that may be told, or it is a list."""
    shows = select(1).where(_TOLD.event_id == AccessEvent.id, _told(_TOLD)).exists()
    return or_(AccessEvent.items == 0, AccessEvent.act.in_(sorted(LISTS)), shows)


def _told(item: type[AccessEventItem], *also: ColumnElement[bool]) -> ColumnElement[bool]:
    released = select(1).where(
        SpecialRelease.item_id == item.item_id,
        SpecialRelease.reader_id.is_(None),
        or_(SpecialRelease.withdrawn_at.is_(None), AccessEvent.at <= SpecialRelease.withdrawn_at),
        *also,
    )
    ordinary = item.item_class.not_in(sorted(SPECIAL_CLASSES))
    return or_(ordinary, released.correlate(AccessEvent, item).exists())
