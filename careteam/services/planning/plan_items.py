"""The plan as somebody may read it: each item whole, with its versions, what is said to them, and its alignment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import PlanItem
from careteam.policy.treatment_words import PlanItemKind, PlanItemState
from careteam.services.log import access_log
from careteam.services.log.access_log import Disclosed
from careteam.services.paging import page
from careteam.services.planning import acknowledgements, plan_alignment, plan_versions
from careteam.services.record import entry_changes
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(PlanItem),
    PlanItem.kind,
    PlanItem.state,
    PlanItem.number,
    PlanItem.error_reason,
    PlanItem.error_at,
)
CAUTION = (
    "The patient decides what is shared: this plan may not be complete. Alignment is said of the people whom you can "
    "know to be asked, from what you can see."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Some plan items as they are shown, what showing them discloses, and how all active ones stand."""

    shown: list[dict[str, Any]]
    seen: list[Disclosed]
    summary: dict[str, int] | None


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    **filters: Any,
) -> tuple[list[dict[str, Any]], str | None, dict[str, Any]]:
    """Return one page of the plan as the actor may read it, newest first, the next cursor, and what stands beside it.

    Beside it: `summary`, of all active items whatever the filters. Filters: `kind`, `state`, `goal_id` (a goal that
    the actor may read). Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    where = _filters(record, **filters)
    query = record.rows(PlanItem, *COLUMNS).where(*where).order_by(PlanItem.date.desc(), PlanItem.id.desc())
    found = page(session, query, limit=limit, cursor=cursor)
    active = session.execute(record.rows(PlanItem, *COLUMNS).where(PlanItem.state == PlanItemState.ACTIVE)).all()
    plan = _plan(session, record, found.rows, active)
    access_log.disclosed(session, record.actor, patient_id, "read-plan", plan.seen, at=at)
    return plan.shown, found.cursor, {"summary": plan.summary, "caution": CAUTION}


def read(session: Session, actor: Actor, patient_id: UUID, item_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one item, whole. Raises NotFound when it is absent or hidden."""
    record = open_record(session, actor, patient_id, at=at)
    rows = session.execute(record.rows(PlanItem, *COLUMNS).where(PlanItem.id == item_id)).all()
    if not rows:
        raise NotFound
    plan = _plan(session, record, rows)
    access_log.disclosed(session, record.actor, patient_id, "read-plan-item", plan.seen, at=at)
    return plan.shown[0]


def changed(session: Session, record: Record, act: str, item_id: UUID) -> dict[str, Any]:
    """Write what changed and log the act; return the item as it is now."""
    session.flush()
    rows = session.execute(record.rows(PlanItem, *COLUMNS).where(PlanItem.id == item_id)).all()
    plan = _plan(session, record, rows)
    access_log.changed(session, record.actor, record.patient_id, act, target=item_id, items=plan.seen, at=record.at)
    return plan.shown[0]


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the items of these gate rows (`COLUMNS`), each whole."""
    return _plan(session, record, rows).shown


PLAN_ITEMS = Kind(PlanItem, COLUMNS, "read-plan-item", "read-plan", present)


def _plan(session: Session, record: Record, rows: Sequence[Any], active: Sequence[Any] = ()) -> Plan:
    """Return these items, whole; `active` are more of which only the alignment is asked."""
    every = {row.id: row for row in (*active, *rows)}
    versions = plan_versions.of(session, every)
    said = acknowledgements.of(session, record, every)
    alignments = plan_alignment.of(session, record, list(every.values()), versions, said)
    goals = plan_versions.readable_goals(session, record, [v for row in rows for v in versions[row.id]])
    changes = entry_changes.of(session, rows)
    shown = [
        {
            **_item(session, record, row, plan_versions.present(session, versions[row.id], goals)),
            "state_changes": [_state_change(change) for change in changes.get(row.id, [])],
            "acknowledgements": said.shown(session, record, row.id),
            "alignment": plan_alignment.shown(record, alignments.get(row.id)),
            "waits_for_you": plan_alignment.waits_for(record, alignments.get(row.id)),
        }
        for row in rows
    ]
    seen = record.seen(rows) + said.seen(record, [row.id for row in rows])
    return Plan(shown, seen, plan_alignment.summary(record, alignments))


def _item(session: Session, record: Record, row: Any, versions: list[dict[str, Any]]) -> dict[str, Any]:
    says = versions[-1]
    return {
        **heading(record, row),
        "kind": row.kind,
        "state": row.state,
        "number": row.number,
        "text": says["text"],
        "target_on": says["target_on"],
        "goal_id": says["goal_id"],
        "versions": versions,
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, PlanItem.error_reason, row.id, row.error_reason),
    }


def _state_change(change: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": change["at"],
        "author_id": change["author_id"],
        "before": change["before"]["state"],
        "reason": change["reason"],
    }


def _filters(
    record: Record,
    *,
    kind: PlanItemKind | None = None,
    state: PlanItemState | None = None,
    goal_id: UUID | None = None,
) -> list[ColumnElement[bool]]:
    """Return the conditions. A goal that the actor may not read has nothing that serves it, like one that is absent."""
    readable = select(record.rows(PlanItem, PlanItem.id).subquery().c.id)
    return [
        *([PlanItem.kind == kind] if kind else []),
        *([PlanItem.state == state] if state else []),
        *([PlanItem.goal_id == goal_id, PlanItem.goal_id.in_(readable)] if goal_id else []),
    ]
