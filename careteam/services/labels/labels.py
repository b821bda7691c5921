"""Labels of any item: author, holder or patient add them at any time, the holder alone removes one.

Adding a label never opens an item to anybody; removing one may, so it needs a reason. Both are kept.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotFound
from careteam.models import LabelChange
from careteam.policy.vocabulary import Label
from careteam.services.labels.label_marks import changed, is_holder, is_own, mark, open_item, row_of, unchanged
from careteam.services.log import access_log
from careteam.services.record.item_changes import touch
from careteam.vault import unseal

_WHO_ADDS = "The author, the holder or the patient labels an item."
_WHO_REMOVES = "Only the holder removes a label."
_WHO_SEES = "The author, the holder and the patient see who labelled an item."


def add(
    session: Session, actor: Actor, patient_id: UUID, item_id: UUID, label: str, *, version: int, at: datetime
) -> dict[str, Any]:
    """Add a label and return the item's heading; already there, nothing changes, whatever the version.

    `substance_use` makes the item `part2` until its holder says otherwise: its origin is unknown.
    Raises NotFound (also on a word that is no label), NotPermitted, Stale.
    """
    added = known_label(label)
    record, item = open_item(session, actor, patient_id, item_id, may=is_own, otherwise=_WHO_ADDS, at=at)
    if added in item.labels:
        return unchanged(session, record, item)
    part2 = item.part2 or added is Label.SUBSTANCE_USE
    touch(item, version=version, at=at)
    mark(session, item, item.labels | {added}, part2, by=actor.user_id, at=at)
    return changed(session, record, "add-label", item)


def remove(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    item_id: UUID,
    label: str,
    *,
    reason: str,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Remove a label (with `substance_use` goes `part2`) and return the heading; not there, nothing changes.

    Raises NotFound, NotPermitted unless the actor holds the item, Stale.
    """
    removed = known_label(label)
    record, item = open_item(session, actor, patient_id, item_id, may=is_holder, otherwise=_WHO_REMOVES, at=at)
    if removed not in item.labels:
        return unchanged(session, record, item)
    left = item.labels - {removed}
    touch(item, version=version, at=at)
    mark(session, item, left, item.part2 and Label.SUBSTANCE_USE in left, by=actor.user_id, reason=reason, at=at)
    return changed(session, record, "remove-label", item)


def state_part2(
    session: Session, actor: Actor, patient_id: UUID, item_id: UUID, *, version: int, at: datetime
) -> dict[str, Any]:
    """Say that an item comes from a 42 CFR Part 2 programme; said already, nothing changes.

    Raises NotFound, NotPermitted, Stale, Conflict where the item does not carry `substance_use`.
    """
    record, item = open_item(session, actor, patient_id, item_id, may=is_own, otherwise=_WHO_ADDS, at=at)
    if item.part2:
        return unchanged(session, record, item)
    touch(item, version=version, at=at)
    if Label.SUBSTANCE_USE not in item.labels:
        raise Conflict("A Part 2 item carries the label substance_use: add that label.")
    mark(session, item, item.labels, True, by=actor.user_id, at=at)
    return changed(session, record, "add-label", item)


def deny_part2(
    session: Session, actor: Actor, patient_id: UUID, item_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Say that an item does not come from a 42 CFR Part 2 programme; the label stays.

    Raises NotFound, NotPermitted unless the actor holds the item, Stale.
    """
    record, item = open_item(session, actor, patient_id, item_id, may=is_holder, otherwise=_WHO_REMOVES, at=at)
    if not item.part2:
        return unchanged(session, record, item)
    touch(item, version=version, at=at)
    mark(session, item, item.labels, False, by=actor.user_id, reason=reason, at=at)
    return changed(session, record, "remove-label", item)


def history(session: Session, actor: Actor, patient_id: UUID, item_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return the item's labels and who added, removed or (of suggested ones) left out which, oldest first.

    For its author, its holder and the patient. Raises NotFound, NotPermitted to other readers and to former
    members, who do not see what others added.
    """
    record, item = open_item(session, actor, patient_id, item_id, may=is_own, otherwise=_WHO_SEES, at=at)
    changes = session.execute(select(LabelChange).where(LabelChange.item_id == item.id).order_by(LabelChange.id))
    seen = record.seen([row_of(session, record, item)])
    access_log.disclosed(session, record.actor, patient_id, "read-labels", seen, at=at)
    return {
        "labels": sorted(item.labels),
        "part2": item.part2,
        "awaits_label_review": item.awaits_review,
        "version": item.version,
        "changes": [_change(session, row) for row in changes.scalars()],
    }


def known_label(word: str) -> Label:
    """Return the label. Raises NotFound: the address of a label that does not exist."""
    if word not in set(Label):
        raise NotFound
    return Label(word)


def _change(session: Session, row: LabelChange) -> dict[str, Any]:
    return {
        "label": row.label,
        "added": row.added,
        "left_out": row.left_out,
        "author_id": row.author_id,
        "at": row.at,
        "reason": unseal(session, LabelChange.reason, row.id, row.reason),
    }
