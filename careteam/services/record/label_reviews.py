"""Imported items wait: only the holder and the patient read one until the holder confirms its labels."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid
from careteam.models import ImportSource, Item, Medication, Note
from careteam.policy.vocabulary import Label
from careteam.services.log import access_log
from careteam.services.paging import page
from careteam.services.record.item_changes import touch
from careteam.services.record.items import heading, item_columns, labelled
from careteam.services.record.label_marks import changed, is_holder, mark, open_item
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, limit: int, cursor: str | None = None, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the items that wait for the actor's review, newest first, and the next cursor.

    Each with what it is about and the labels that its source suggests. Raises NotFound to strangers; for a
    former member nothing waits, since they can no longer confirm.
    """
    record = open_record(session, actor, patient_id, at=at)
    note, medication = Note.__table__.c, Medication.__table__.c
    query = (
        record.rows(Item, *item_columns(Item), note.title, medication.drug_name)
        .outerjoin(Note.__table__, note.id == Item.id)
        .outerjoin(Medication.__table__, medication.id == Item.id)
        .where(Item.awaits_review, _waits_for(record))
    )
    found = page(session, query.order_by(Item.date.desc(), Item.id.desc()), limit=limit, cursor=cursor)
    suggested = _suggested(session, [row.id for row in found.rows])
    access_log.disclosed(session, actor, patient_id, "read-label-reviews", record.seen(found.rows), at=at)
    return [_waiting(session, record, row, suggested) for row in found.rows], found.cursor


def review(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    item_id: UUID,
    *,
    labels: Iterable[Label],
    part2: bool | None = None,
    reason: str | None = None,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Confirm the labels of an imported item: from now on consents may open it. Returns its heading.

    Raises NotFound, NotPermitted unless the actor holds the item, Stale, Conflict when nothing waits, Invalid
    when a label that somebody added, or the presumption of `part2`, is given up without a reason.
    """
    record, item = open_item(session, actor, patient_id, item_id, may=is_holder, otherwise=_WHO_CONFIRMS, at=at)
    touch(item, version=version, at=at)
    if not item.awaits_review:
        raise Conflict("The labels of this item are confirmed; add or remove single ones.")
    marks = labelled(labels, part2)
    gives_up = item.labels - marks["labels"] or (Label.SUBSTANCE_USE in marks["labels"] and not marks["part2"])
    if gives_up and not reason:
        raise Invalid("Leaving out a label or the Part 2 flag needs a reason.", {"reason": ["Say why."]})
    item.awaits_review = False
    mark(session, item, marks["labels"], marks["part2"], by=actor.user_id, reason=reason, at=at)
    return changed(session, record, "review-labels", item)


_WHO_CONFIRMS = "Only its holder confirms the labels of an imported item."


def _waits_for(record: Record) -> ColumnElement[bool]:
    return or_(
        Item.holder_id == record.actor.user_id if record.is_member else false(),
        Item.holder_id.is_(None) if record.is_patient else false(),
    )


def _suggested(session: Session, item_ids: Collection[UUID]) -> Mapping[UUID, frozenset[Label]]:
    """Return the labels that the sources of these items suggest."""
    query = select(ImportSource.item_id, ImportSource.suggested_labels).where(ImportSource.item_id.in_(item_ids))
    found: dict[UUID, frozenset[Label]] = {}
    for row in session.execute(query) if item_ids else ():
        if row.item_id is not None:
            found[row.item_id] = found.get(row.item_id, frozenset()) | row.suggested_labels
    return found


def _waiting(session: Session, record: Record, row: Any, suggested: Mapping[UUID, frozenset[Label]]) -> dict[str, Any]:
    return {
        **heading(record, row),
        "about": row.drug_name or unseal(session, Note.title, row.id, row.title),
        "suggested_labels": sorted(suggested.get(row.id, ())),
    }
