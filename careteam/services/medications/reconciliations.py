"""Reconciliations: what prescribers decided about differences, read as far as a reader may know the entries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotFound, NotPermitted
from careteam.models import Medication, Reconciliation
from careteam.services.log import access_log
from careteam.services.log.access_log import Disclosed
from careteam.services.medications import reconciliation_rows
from careteam.services.medications.reconciliation_rows import COLUMNS, Decision, tells
from careteam.services.paging import page
from careteam.services.record.item_changes import touch
from careteam.services.record.items import heading
from careteam.services.record.records import Record, open_record
from careteam.vault import seal, unseal

_WHOLE = (Medication.id, Medication.item_class, Medication.holder_id, Medication.version, Medication.part2)


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, at: datetime, limit: int, cursor: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the reconciliations of which the actor may know a decision, newest first, and the next cursor.

    Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    query = record.rows(Reconciliation, *COLUMNS).where(tells(record))
    ordered = query.order_by(Reconciliation.signed_at.desc(), Reconciliation.id.desc())
    found = page(session, ordered, limit=limit, cursor=cursor)
    shown, seen = _present(session, record, found.rows)
    access_log.disclosed(session, record.actor, patient_id, "read-reconciliations", seen, at=at)
    return shown, found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, reconciliation_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one reconciliation with the decisions that the actor may know.

    Raises NotFound when it is absent or hidden, or none of its decisions may be known.
    """
    record = open_record(session, actor, patient_id, at=at)
    shown, seen = _one(session, record, reconciliation_id)
    access_log.disclosed(session, record.actor, patient_id, "read-reconciliation", seen, at=at)
    return shown


def enter_in_error(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    reconciliation_id: UUID,
    *,
    reason: str,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Mark one's own reconciliation as entered in error: it stays readable and resolves nothing any more.

    Also possible after leaving the team. Raises NotFound, NotPermitted, Stale, Conflict.
    """
    record = open_record(session, actor, patient_id, at=at)
    query = record.rows(Reconciliation, Reconciliation).where(Reconciliation.id == reconciliation_id, tells(record))
    row = session.execute(query).first()
    if row is None:
        raise NotFound
    found: Reconciliation = row[0]
    if found.author_id != actor.user_id:
        raise NotPermitted("Only whoever signed a reconciliation does this.")
    touch(found, version=record.version_meant(found, version), at=at)
    if found.error_at is not None:
        raise Conflict("This reconciliation is marked as entered in error already.")
    found.error_at = at
    found.error_reason = seal(session, Reconciliation.error_reason, found.id, reason)
    return changed(session, record, "reconciliation-entered-in-error", found.id)


def changed(session: Session, record: Record, act: str, reconciliation_id: UUID) -> dict[str, Any]:
    """Write what changed and log the act; return the reconciliation as it is now."""
    session.flush()
    shown, seen = _one(session, record, reconciliation_id)
    who, patient_id = record.actor, record.patient_id
    access_log.changed(session, who, patient_id, act, target=reconciliation_id, items=seen, at=record.at)
    return shown


def _one(session: Session, record: Record, reconciliation_id: UUID) -> tuple[dict[str, Any], list[Disclosed]]:
    query = record.rows(Reconciliation, *COLUMNS).where(Reconciliation.id == reconciliation_id, tells(record))
    shown, seen = _present(session, record, session.execute(query).all())
    if not shown:
        raise NotFound
    return shown[0], seen


def _present(session: Session, record: Record, rows: Sequence[Any]) -> tuple[list[dict[str, Any]], list[Disclosed]]:
    """Return the reconciliations of these gate rows, and what they disclose: they tell of the entries, too."""
    known = reconciliation_rows.decisions(session, record, [row.id for row in rows])
    named = {i for found in known.values() for decision in found for i in decision.versions}
    entries = session.execute(record.rows(Medication, *_WHOLE).where(Medication.id.in_(named))).all() if named else []
    shown = [_shown(session, record, row, known.get(row.id, [])) for row in rows]
    return shown, [*record.seen(rows), *record.seen(entries)]


def _shown(session: Session, record: Record, row: Any, decisions: Sequence[Decision]) -> dict[str, Any]:
    return {
        **heading(record, row),
        "signed_at": row.signed_at,
        "signature_name": row.signature_name,
        "decisions": [
            {
                "entries": [{"id": i, "version": version} for i, version in one.versions.items()],
                "state": one.state,
                "decision": one.decision,
                "text": one.text,
            }
            for one in decisions
        ],
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, Reconciliation.error_reason, row.id, row.error_reason),
    }
