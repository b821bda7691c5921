"""Reconciliations as rows: what of them a reader may know, and their decisions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, not_, or_, select
from sqlalchemy.orm import Session

from careteam import access
from careteam.models import DecidedEntry, DifferenceDecision, Item, Medication, Reconciliation
from careteam.policy.scope import Scope
from careteam.policy.vocabulary import PairState, ReconciliationDecision
from careteam.services.record.items import item_columns
from careteam.services.record.records import Record
from careteam.vault import unseal

_ITEM, _DECISION, _ENTRY = Item.__table__.c, DifferenceDecision.__table__.c, DecidedEntry.__table__.c

COLUMNS = (
    *item_columns(Reconciliation),
    Reconciliation.signature_name,
    Reconciliation.signed_at,
    Reconciliation.error_reason,
    Reconciliation.error_at,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that the reader may know: of which state it was, and of each entry the version and its changes."""

    reconciliation_id: UUID
    state: PairState
    decision: ReconciliationDecision
    text: str | None
    versions: Mapping[UUID, int]
    changes: Mapping[UUID, int]


def tells(record: Record) -> ColumnElement[bool]:
    """Say in SQL that a reconciliation holds a decision that the reader may know; others are absent, not empty."""
    return _tells(record.scope, record.actor.user_id)


def may_be_known(scope: Scope, user_id: UUID) -> ColumnElement[bool]:
    """Say in SQL the same of an item of any kind: whoever counts or names items leaves the others out."""
    return or_(_ITEM.record_type != Reconciliation.__mapper_args__["polymorphic_identity"], _tells(scope, user_id))


def any_readable(session: Session, record: Record) -> bool:
    """Say whether the reader's record holds a reconciliation at all: most do not, and asking this costs little."""
    return session.execute(record.rows(Reconciliation, Reconciliation.id).limit(1)).first() is not None


def decisions(session: Session, record: Record, ids: Collection[UUID]) -> Mapping[UUID, list[Decision]]:
    """Return the decisions of these reconciliations (of the gate's rows) that the reader may know, in their order."""
    if not ids:
        return {}
    query = (
        select(*_DECISION, *_ENTRY)
        .join(DecidedEntry.__table__, _ENTRY.decision_id == _DECISION.id)
        .join(Item.__table__, _ITEM.id == _DECISION.reconciliation_id)
        .where(_DECISION.reconciliation_id.in_(ids), _known(record.scope, record.actor.user_id))
        .order_by(_DECISION.reconciliation_id, _DECISION.position, _ENTRY.medication_id)
    )
    parts: dict[UUID, list[Any]] = {}
    for row in session.execute(query):
        parts.setdefault(row.id, []).append(row)
    found: dict[UUID, list[Decision]] = {}
    for rows in parts.values():
        found.setdefault(rows[0].reconciliation_id, []).append(_decision(session, rows))
    return found


def naming(medication_ids: Collection[UUID]) -> ColumnElement[bool]:
    """Say in SQL that a reconciliation decides about one of these entries."""
    named = (
        select(_DECISION.id)
        .join(DecidedEntry.__table__, _ENTRY.decision_id == _DECISION.id)
        .where(_DECISION.reconciliation_id == _ITEM.id, _ENTRY.medication_id.in_(medication_ids))
    )
    return named.correlate(Item.__table__).exists()


def last_reconciliation(session: Session, record: Record) -> dict[str, Any] | None:
    """Return when and by whom differences were last reconciled, as far as the reader may know."""
    query = record.rows(Reconciliation, Reconciliation.signed_at, Reconciliation.author_id)
    stands = (Reconciliation.error_at.is_(None), tells(record))
    newest = query.where(*stands).order_by(Reconciliation.signed_at.desc(), Reconciliation.id.desc()).limit(1)
    row = session.execute(newest).first()
    return {"at": row.signed_at, "by": row.author_id} if row else None


def _tells(scope: Scope, user_id: UUID) -> ColumnElement[bool]:
    decision = select(_DECISION.id).where(_DECISION.reconciliation_id == _ITEM.id, _known(scope, user_id))
    return decision.correlate(Item.__table__).exists()


def _known(scope: Scope, user_id: UUID) -> ColumnElement[bool]:
    """A decision is known to those who may read every entry that it names.

    Whoever signed it keeps what they signed (rule 1 of the decision), whatever they may read of the entries now.
    """
    readable = access.visible(Medication, scope, Medication.id).subquery()
    unread = select(_ENTRY.decision_id).where(
        _ENTRY.decision_id == _DECISION.id, _ENTRY.medication_id.not_in(select(readable.c.id))
    )
    return or_(_ITEM.author_id == user_id, not_(unread.correlate(DifferenceDecision.__table__).exists()))


def _decision(session: Session, rows: list[Any]) -> Decision:
    first = rows[0]
    return Decision(
        first.reconciliation_id,
        first.state,
        first.decision,
        unseal(session, DifferenceDecision.text, first.id, first.text),
        {row.medication_id: row.version for row in rows},
        {row.medication_id: row.changes for row in rows},
    )
