"""Imported items wait: only the holder and the patient read one until the holder confirms its labels."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, true
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Item
from careteam.policy.label_suggestions import Suggestion, labels_of, part2_of
from careteam.policy.vocabulary import ItemClass
from careteam.services.labels.label_clues import suggestions
from careteam.services.labels.label_holders import waits_for_others
from careteam.services.log import access_log
from careteam.services.paging import page
from careteam.services.record.items import heading, item_columns
from careteam.services.record.records import Record, open_record
from careteam.services.record.subjects import Subject, subject, with_subjects

NONE = "none"
"""What the filter by suggestion calls items for which nothing is suggested."""

Found = Sequence[tuple[Any, Subject]]


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    item_class: ItemClass | None = None,
    suggested: str | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None, dict[str, Any]]:
    """Return one page of the items that wait for the actor's review, newest first, the next cursor, and how many wait.

    Filters: `item_class`, and `suggested`: a label, or `none`. What waits is counted whatever the filters; the patient
    is told besides for whom else items wait. The number of statements does not depend on the number of items.
    Raises NotFound to strangers, and Invalid on a cursor that is not ours; for a former member nothing waits, since
    they can no longer confirm.
    """
    record = open_record(session, actor, patient_id, at=at)
    rows = session.execute(_waiting(record, *item_columns(Item))).all()
    mine = [(row, subject(session, row)) for row in rows if _is_mine(record, row)]
    made = suggestions(session, record, mine)
    chosen = [row.id for row, _ in mine if _is_chosen(row, made[row.id], item_class, suggested)]
    query = _waiting(record, *item_columns(Item)).where(Item.id.in_(chosen))
    found = page(session, query.order_by(Item.date.desc(), Item.id.desc()), limit=limit, cursor=cursor)
    access_log.disclosed(session, record.actor, patient_id, "read-label-reviews", record.seen(found.rows), at=at)
    shown = [_shown(record, row, subject(session, row), made[row.id]) for row in found.rows]
    others = [row.holder_id for row in rows if not _is_mine(record, row)]
    counts = {"waiting": _counts(mine, made), "others": waits_for_others(session, record, Counter(others))}
    return shown, found.cursor, counts


def _waiting(record: Record, *columns: Any) -> Any:
    """Return the SELECT of what waits: of the patient everything, of a member what they hold."""
    return with_subjects(record.rows(Item, *columns)).where(and_(Item.awaits_review, _of_interest(record)))


def _of_interest(record: Record) -> ColumnElement[bool]:
    if record.is_patient:
        return true()
    return Item.holder_id == record.actor.user_id if record.is_member else false()


def _is_mine(record: Record, row: Any) -> bool:
    return row.holder_id is None if record.is_patient else row.holder_id == record.actor.user_id


def _is_chosen(row: Any, made: Sequence[Suggestion], item_class: ItemClass | None, suggested: str | None) -> bool:
    if item_class is not None and row.item_class != item_class:
        return False
    return suggested is None or suggested in (labels_of(made) or {NONE})


def _shown(record: Record, row: Any, about: Subject, made: Sequence[Suggestion]) -> dict[str, Any]:
    labels = labels_of(made)
    return {
        **heading(record, row),
        "about": about.words,
        "suggested_labels": sorted(labels),
        "suggested_part2": part2_of(labels),
        "suggestions": [{"label": one.label, "source": one.source, "reason": one.reason} for one in made],
    }


def _counts(mine: Found, made: Mapping[UUID, Sequence[Suggestion]]) -> dict[str, Any]:
    """Return how many wait, of each class, and with each suggestion (an item may have several)."""
    classes = Counter(row.item_class for row, _ in mine)
    labels = Counter(word for row, _ in mine for word in (labels_of(made[row.id]) or {NONE}))
    return {
        "total": len(mine),
        "classes": [{"class": word, "count": count} for word, count in sorted(classes.items())],
        "suggested": [{"suggested": word, "count": count} for word, count in sorted(labels.items())],
    }
