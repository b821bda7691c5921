"""Plan items written, changed, closed and taken back by whoever holds them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotPermitted
from careteam.models import PlanItem
from careteam.policy.treatment_words import PlanItemKind, PlanItemState
from careteam.policy.vocabulary import ItemClass, Label, Role
from careteam.services.planning import plan_items, plan_versions
from careteam.services.planning.plan_items import PLAN_ITEMS
from careteam.services.record import entry_changes
from careteam.services.record.entries import NOT_YOURS, beginning, holds, own
from careteam.services.record.item_changes import touch
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_to_report
from careteam.vault import seal

FARTHEST = timedelta(days=3653)
"""How far ahead a target may lie: ten years."""
_PRESCRIBES = "Only a prescriber plans medication: write what you wish for as another kind, or ask them."
_IN_ERROR = "This plan item is marked as entered in error: write a new one."


def write(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    kind: PlanItemKind,
    text: str,
    target_on: date | None = None,
    goal_id: UUID | None = None,
    date: date | None = None,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Add an item to the plan; the writer becomes its author and holder, and agrees to it by writing it.

    Raises NotPermitted to former members and on medication by anybody but a prescriber, Conflict when the patient has
    died, Invalid on a target that is not ahead, or a goal that the writer cannot read.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.TREATMENT_PLAN, at=at)
    _refuse_kind(record, kind)
    begun = beginning(record, ItemClass.TREATMENT_PLAN, on=date, labels=labels, part2=part2)
    item = PlanItem(**begun, kind=kind, state=PlanItemState.ACTIVE, number=1, goal_id=goal_id)
    said = _fitting(session, record, item, {"text": text, "target_on": target_on, "goal_id": goal_id})
    session.add(item)
    plan_versions.write(session, record, item, **said)
    return plan_items.changed(session, record, "write-plan-item", item.id)


def edit(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    item_id: UUID,
    *,
    version: int,
    reason: str | None = None,
    at: datetime,
    **changes: Any,
) -> dict[str, Any]:
    """Say something else from now on (any of `text`, `target_on`, `goal_id`): a new version, to be agreed to anew.

    An item that was ended or achieved is active again, also without other words. Raises NotFound, NotPermitted on
    another's, Stale, Conflict on what is entered in error and when the patient has died, Invalid when nothing would
    change.
    """
    record, item = _own(session, actor, patient_id, item_id, at=at)
    if patient_day(record).died:
        raise Conflict("The patient has died: nothing new is planned.")
    touch(item, version=version, at=at)
    before = plan_versions.current(session, item)
    after = {**before, **_fitting(session, record, item, changes)}
    if after == before and item.state is PlanItemState.ACTIVE:
        raise Invalid("This says what the item says already.", {"changes": ["Change something."]})
    item.number, item.goal_id = item.number + 1, after["goal_id"]
    if item.state is not PlanItemState.ACTIVE:
        _turn(session, item, PlanItemState.ACTIVE, by=actor.user_id, reason=reason, at=at)
    plan_versions.write(session, record, item, **after, reason=reason)
    return plan_items.changed(session, record, "change-plan-item", item.id)


def close(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    item_id: UUID,
    *,
    state: PlanItemState,
    reason: str | None = None,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Say that one's own item is achieved, or ends. Nobody is asked to agree any more; what was said stays.

    Raises NotFound, NotPermitted, Stale, Conflict unless it is active.
    """
    record, item = _own(session, actor, patient_id, item_id, at=at)
    touch(item, version=version, at=at)
    if item.state is not PlanItemState.ACTIVE:
        raise Conflict("This plan item is closed already: change what it says to open it again.")
    _turn(session, item, state, by=actor.user_id, reason=reason, at=at)
    return plan_items.changed(session, record, "close-plan-item", item.id)


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, item_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own item as entered in error; also after leaving the team. It stays readable, marked."""
    record, item = own(session, actor, patient_id, PLAN_ITEMS, item_id, current=False, at=at)
    touch(item, version=record.version_meant(item, version), at=at)
    if item.state is PlanItemState.ENTERED_IN_ERROR:
        raise Conflict("This plan item is marked as entered in error already.")
    item.error_at, item.error_reason = at, seal(session, PlanItem.error_reason, item.id, reason)
    _turn(session, item, PlanItemState.ENTERED_IN_ERROR, by=actor.user_id, reason=None, at=at)
    return plan_items.changed(session, record, "plan-item-entered-in-error", item.id)


def _own(session: Session, actor: Actor, patient_id: UUID, item_id: UUID, *, at: datetime) -> tuple[Record, PlanItem]:
    """Return an item that the actor holds, to change it."""
    record, item = own(session, actor, patient_id, PLAN_ITEMS, item_id, at=at)
    if not holds(record, item):
        raise NotPermitted(NOT_YOURS)
    if item.state is PlanItemState.ENTERED_IN_ERROR:
        raise Conflict(_IN_ERROR)
    _refuse_kind(record, item.kind)
    return record, item


def _turn(
    session: Session, item: PlanItem, state: PlanItemState, *, by: UUID, reason: str | None, at: datetime
) -> None:
    before, item.state = item.state, state
    entry_changes.keep(session, item, {"state": before}, by=by, reason=reason, at=at)


def _refuse_kind(record: Record, kind: PlanItemKind) -> None:
    if kind is PlanItemKind.MEDICATION and Role.PRESCRIBER not in record.roles:
        raise NotPermitted(_PRESCRIBES)


def _fitting(session: Session, record: Record, item: PlanItem, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said. Raises Invalid on a target or goal that does not fit."""
    if said.get("target_on") is not None:
        _fit_target(record, said["target_on"])
    if said.get("goal_id") is not None:
        _fit_goal(session, record, item, said["goal_id"])
    return dict(said)


def _fit_target(record: Record, day: date) -> None:
    today = patient_day(record).today
    if not today <= day <= today + FARTHEST:
        hint = f"Choose {today} or a later day, within ten years."
        raise Invalid("A target is ahead.", {"target_on": [hint]})


def _fit_goal(session: Session, record: Record, item: PlanItem, goal_id: UUID) -> None:
    if item.kind is PlanItemKind.GOAL:
        raise Invalid("A goal serves no other goal.", {"goal_id": ["Leave it out."]})
    query = record.rows(PlanItem, PlanItem.id).where(PlanItem.id == goal_id, PlanItem.kind == PlanItemKind.GOAL)
    if session.execute(query.where(PlanItem.error_at.is_(None))).first() is None:
        raise Invalid("There is no such goal that you can see.", {"goal_id": ["Choose a goal of this plan."]})
