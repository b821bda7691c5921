"""Everything that decided at an earlier instant: consents, memberships, restrictions, grounds, and items."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.facts import Facts
from careteam.models import AccessEvent, AccessEventItem, Direction, LabelChange, Note
from careteam.policy.changes import Decided
from careteam.policy.matching import ItemFact
from careteam.policy.past import as_it_stood
from careteam.policy.vocabulary import Label

REVIEWED = ("review-labels", "review-label-list")
"""The acts by which a holder confirms the labels of an import."""
_LABELS = {label.value: label for label in Label}


def decided_now(found: Facts) -> Decided:
    """Return what decides now."""
    return Decided(found.team, found.consents, found.restrictions, found.grounds)


def decided_as_of(session: Session, patient_id: UUID, found: Facts, *, at: datetime) -> Decided:
    """Return what decided at an earlier instant: what was closed, lifted or ended since then stands again."""
    closed = facts.closed_since(session, [patient_id], at).get(patient_id, ())
    consents = (*found.consents, *closed)
    team, then, restrictions, grounds = as_it_stood(found.team, consents, found.restrictions, found.grounds, at=at)
    return Decided(team, tuple(then), tuple(restrictions), grounds)


def items_as_of(session: Session, rows: Iterable[Any], *, at: datetime) -> Mapping[UUID, ItemFact]:
    """Return these items (rows of the item's columns) as they were; what did not exist yet is left out.

    Labels are taken back by their changes since, drafts by the signature, reviews by the log: a statement for each,
    and one for whom it was sent to.
    """
    existing = {row.id: row for row in rows if row.created_at <= at}
    labels = _label_changes(session, existing, at)
    unsigned, unreviewed = _unsigned(session, existing, at), _unreviewed(session, existing, at)
    sent = _sent(session, existing.values(), at)
    return {
        i: replace(
            _item_fact(row, sent[i]),
            labels=_undone(row.labels, labels[i]),
            draft=row.draft or i in unsigned,
            awaits_review=row.awaits_review or i in unreviewed,
        )
        for i, row in existing.items()
    }


def items_now(session: Session, rows: Iterable[Any]) -> Mapping[UUID, ItemFact]:
    """Return these items (rows of the item's columns) as they are."""
    existing = {row.id: row for row in rows}
    sent = _sent(session, existing.values())
    return {i: _item_fact(row, sent[i]) for i, row in existing.items()}


def _item_fact(row: Any, sent_to: frozenset[UUID]) -> ItemFact:
    return ItemFact(
        id=row.id,
        patient_id=row.patient_id,
        item_class=row.item_class,
        author_id=row.author_id,
        holder_id=row.holder_id,
        date=row.date,
        labels=row.labels,
        draft=row.draft,
        awaits_review=row.awaits_review,
        sent_to=sent_to,
    )


def _sent(session: Session, rows: Iterable[Any], at: datetime | None = None) -> Mapping[UUID, frozenset[UUID]]:
    """Return to whom the patient had sent each of these items at an instant; now, if none is given."""
    ids = [row.id for row in rows if row.directed]
    still = Direction.revoked_at.is_(None)
    there = still if at is None else and_(Direction.sent_at <= at, or_(still, Direction.revoked_at > at))
    query = select(Direction.item_id, Direction.user_id).where(Direction.item_id.in_(ids), there)
    found: dict[UUID, frozenset[UUID]] = defaultdict(frozenset)
    for row in session.execute(query) if ids else ():
        found[row.item_id] |= {row.user_id}
    return found


def _label_changes(session: Session, ids: Collection[UUID], at: datetime) -> Mapping[UUID, list[Any]]:
    query = select(LabelChange.item_id, LabelChange.label, LabelChange.added).where(
        LabelChange.item_id.in_(ids), LabelChange.at > at, LabelChange.left_out.is_(False)
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.execute(query.order_by(LabelChange.id.desc())) if ids else ():
        found[row.item_id].append(row)
    return found


def _undone(labels: frozenset[Label], changes: Iterable[Any]) -> frozenset[Label]:
    """Return the labels before these changes, newest change first."""
    for change in changes:
        label = _LABELS.get(change.label)
        if label is not None:
            labels = labels - {label} if change.added else labels | {label}
    return labels


def _unsigned(session: Session, ids: Collection[UUID], at: datetime) -> frozenset[UUID]:
    query = select(Note.id).where(Note.id.in_(ids), Note.signed_at > at)
    return frozenset(session.scalars(query)) if ids else frozenset()


def _unreviewed(session: Session, ids: Collection[UUID], at: datetime) -> frozenset[UUID]:
    query = (
        select(AccessEventItem.item_id)
        .join(AccessEvent, AccessEvent.id == AccessEventItem.event_id)
        .where(AccessEventItem.item_id.in_(ids), AccessEvent.act.in_(REVIEWED), AccessEvent.at > at)
    )
    return frozenset(session.scalars(query)) if ids else frozenset()
