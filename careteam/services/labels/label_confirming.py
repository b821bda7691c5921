"""The holder confirms labels of imported items: one, or many in one act. From then on consents may open them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid
from careteam.models import Item
from careteam.policy.label_suggestions import labels_of, needs_reason, part2_of
from careteam.policy.vocabulary import Label
from careteam.services.labels.label_clues import suggestions
from careteam.services.labels.label_marks import (
    change_labels,
    changed,
    is_holder,
    is_own,
    leave_out,
    open_item,
    unchanged,
)
from careteam.services.log import access_log
from careteam.services.medications.reconciliation_rows import may_be_known
from careteam.services.record.item_changes import touch
from careteam.services.record.items import heading, item_columns, labelled
from careteam.services.record.records import Record, open_to_write
from careteam.services.record.subjects import subject, with_subjects

_WHO_SEES = "The author, the holder and the patient see how the labels of an item stand."
_WHO_CONFIRMS = "Only its holder confirms the labels of an imported item."
_CONFIRMED = "The labels of this item are confirmed; add or remove single ones."
_GIVES_UP = "Leaving out a label or the Part 2 flag needs a reason."


class RefusedReviews(Invalid):
    """Several reviews of which some cannot be; none was done. `errors` names each by its place."""

    def __init__(self, errors: Mapping[str, Mapping[str, Sequence[str]]], *, hidden: bool) -> None:
        super().__init__("Nothing was confirmed. Correct or leave out what is named.", {"reviews": errors})
        self.logged = hidden


@dataclass(frozen=True, slots=True)
class Settled:
    """What a review comes to: the item's labels and flag, and which suggestions it leaves out."""

    labels: frozenset[Label]
    part2: bool
    left_out: frozenset[Label]
    reason: str | None


def read(session: Session, actor: Actor, patient_id: UUID, item_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return the heading of an item, with its labels and whether they wait to be confirmed.

    For its author, its holder and the patient. Raises NotFound, NotPermitted to other readers and to former members.
    """
    record, item = open_item(session, actor, patient_id, item_id, may=is_own, otherwise=_WHO_SEES, at=at)
    return unchanged(session, record, item)


def review(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    item_id: UUID,
    *,
    version: int,
    at: datetime,
    **said: Any,
) -> dict[str, Any]:
    """Confirm the labels of an imported item. Returns its heading.

    `said`: `labels`, and optionally `part2` and `reason`. Raises NotFound, NotPermitted unless the actor holds the
    item, Stale, Conflict when nothing waits, Invalid when a label that somebody added, a suggested `substance_use`
    or the presumption of `part2` is given up without a reason.
    """
    record, item = open_item(session, actor, patient_id, item_id, may=is_holder, otherwise=_WHO_CONFIRMS, at=at)
    suggested = _suggested(session, record, [item_id])[item_id]
    touch(item, version=version, at=at)
    if not item.awaits_review:
        raise Conflict(_CONFIRMED)
    _confirm(session, item, _settled(item, suggested, **said), by=actor.user_id, at=at)
    return changed(session, record, "review-labels", item)


def review_many(
    session: Session, actor: Actor, patient_id: UUID, *, reviews: Sequence[Mapping[str, Any]], at: datetime
) -> list[dict[str, Any]]:
    """Confirm the labels of all these items, or of none. Returns their headings in the order given.

    Each names `item_id`, the `version` seen, and what is `said` (see `review`) or `as_suggested`: what is suggested
    now and whatever label the item has. Raises NotFound and NotPermitted as every write, RefusedReviews with what
    is wrong for each item.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    ids = [review["item_id"] for review in reviews]
    known = may_be_known(record.scope, actor.user_id)
    items = {row[0].id: row[0] for row in session.execute(record.rows(Item, Item).where(Item.id.in_(ids), known))}
    suggested = _suggested(session, record, ids)
    errors: dict[str, Any] = {}
    settled: dict[UUID, Settled] = {}
    for place, said in enumerate(reviews):
        try:
            item = _to_confirm(record, items, said, ids)
            settled[item.id] = _settled(item, suggested[item.id], **_said(said))
        except Invalid as error:
            errors[str(place)] = error.members["errors"]
    if errors:
        raise RefusedReviews(errors, hidden=any(i not in items for i in ids))
    for item_id, one in settled.items():
        touch(items[item_id], version=items[item_id].version, at=at)
        _confirm(session, items[item_id], one, by=actor.user_id, at=at)
    session.flush()
    return _all_changed(session, record, ids)


def _said(review: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in review.items() if key not in {"item_id", "version"}}


def _to_confirm(record: Record, items: Mapping[UUID, Item], said: Mapping[str, Any], ids: Sequence[UUID]) -> Item:
    """Return the item of one review of many. Raises Invalid, naming the field and saying what to do."""
    item = items.get(said["item_id"])
    if item is None:
        raise _wrong("item_id", "There is nothing here that you can see: read the list again and leave this out.")
    if ids.count(item.id) > 1:
        raise _wrong("item_id", "Name every item once.")
    if not is_holder(record, item):
        raise _wrong("item_id", f"{_WHO_CONFIRMS} Leave this out.")
    if item.version != said["version"]:
        raise _wrong("version", "It changed since you read it: read it again and repeat the review.")
    if not item.awaits_review:
        raise _wrong("item_id", f"{_CONFIRMED} Leave this out.")
    return item


def _settled(
    item: Item,
    suggested: frozenset[Label],
    *,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    reason: str | None = None,
    as_suggested: bool = False,
) -> Settled:
    """Return what a review comes to. Raises Invalid when it gives up what needs a reason, without one."""
    if as_suggested:
        taken = item.labels | suggested
        known = item.part2 if Label.SUBSTANCE_USE in item.labels else part2_of(taken)
        return Settled(taken, known, frozenset(), None)
    marks = labelled(labels, part2)
    chosen: frozenset[Label] = marks["labels"]
    if not reason and needs_reason(labels=chosen, part2=marks["part2"], before=item.labels, suggested=suggested):
        raise Invalid(_GIVES_UP, {"reason": [f"{_GIVES_UP} Say why."]})
    return Settled(chosen, marks["part2"], suggested - chosen - item.labels, reason)


def _confirm(session: Session, item: Item, settled: Settled, *, by: UUID, at: datetime) -> None:
    item.awaits_review = False
    leave_out(session, item, settled.left_out, by=by, reason=settled.reason, at=at)
    change_labels(session, item, settled.labels, settled.part2, by=by, reason=settled.reason, at=at)


def _suggested(session: Session, record: Record, item_ids: Collection[UUID]) -> dict[UUID, frozenset[Label]]:
    rows = session.execute(with_subjects(record.rows(Item, Item.id, Item.item_class)).where(Item.id.in_(item_ids)))
    found = suggestions(session, record, [(row, subject(session, row)) for row in rows])
    return {item_id: labels_of(made) for item_id, made in found.items()}


def _all_changed(session: Session, record: Record, item_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    rows = session.execute(record.rows(Item, *item_columns(Item)).where(Item.id.in_(item_ids))).all()
    seen = record.seen(rows)
    access_log.changed(session, record.actor, record.patient_id, "review-label-list", items=seen, at=record.at)
    by_id = {row.id: row for row in rows}
    return [heading(record, by_id[item_id]) for item_id in item_ids]


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, {field: [sentence]})
