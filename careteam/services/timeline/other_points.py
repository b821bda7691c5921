"""Check-ins, side effects, scores and plan changes on the timeline, each only where the reader may read the item."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from careteam import questionnaires
from careteam.models import CheckIn, Item, Measure, Medication, PlanItem, PlanVersion, SideEffect
from careteam.policy.vocabulary import TimelineKind
from careteam.services.planning import plan_versions
from careteam.services.record.items import item_columns
from careteam.services.record.records import Record
from careteam.services.timeline.axis import Point, Window
from careteam.vault import unseal

_CHECK_INS = (
    *item_columns(CheckIn),
    CheckIn.medication_id,
    CheckIn.cause,
    CheckIn.due_on,
    CheckIn.mode,
    CheckIn.adherence_days,
    CheckIn.outcome,
)
_EFFECTS = (
    *item_columns(SideEffect),
    SideEffect.medication_id,
    SideEffect.effect,
    SideEffect.severity,
    SideEffect.impact,
    SideEffect.onset,
    SideEffect.urgency,
)
_SCORES = (
    *item_columns(Measure),
    Measure.questionnaire,
    Measure.questionnaire_version,
    Measure.source,
    Measure.score,
    Measure.band,
    Measure.flagged,
)
_PLAN = (*item_columns(PlanItem), PlanItem.kind, PlanItem.state)


def check_ins(session: Session, record: Record, window: Window) -> list[Point]:
    """Return the first check-ins of the window and one more, if there are. One statement."""
    rows = _first(session, record, window, CheckIn, _CHECK_INS)
    return [_of(record, row, TimelineKind.CHECK_IN, {"check_in": _check_in(row)}) for row in rows]


def side_effects(session: Session, record: Record, window: Window) -> list[Point]:
    """Return the first side effects of the window and one more, if there are. One statement."""
    rows = _first(session, record, window, SideEffect, _EFFECTS)
    return [_of(record, row, TimelineKind.SIDE_EFFECT, {"side_effect": _effect(session, row)}) for row in rows]


def scores(session: Session, record: Record, window: Window) -> list[Point]:
    """Return the first scores of the window and one more, if there are. One statement."""
    return [
        _of(record, row, TimelineKind.SCORE, {"score": _score(row)})
        for row in _first(session, record, window, Measure, _SCORES)
    ]


def plan_changes(session: Session, record: Record, window: Window) -> list[Point]:
    """Return the versions of plan items in the window, by the day where the patient lives. Two statements.

    A plan has few versions, so that all are read: their days are known only where the time zone is. A former member
    sees those that they wrote.
    """
    rows = session.execute(record.rows(PlanItem, *_PLAN).where(PlanItem.error_at.is_(None))).all()
    items, found = {row.id: row for row in rows}, []
    zone = ZoneInfo(record.facts.person.time_zone)
    for item_id, versions in plan_versions.of(session, items.keys()).items():
        for version in versions:
            on = version.at.astimezone(zone).date()
            known = not record.scope.former or version.author_id == record.actor.user_id
            if known and window.holds(on, version.id):
                item = items[item_id]
                shown = {"item": item, "plan_change": _change(session, item, version)}
                found.append(Point(on, version.id, TimelineKind.PLAN_CHANGE, shown, record.seen([item])))
    return found


def _first(session: Session, record: Record, window: Window, model: type[Any], columns: Sequence[Any]) -> Sequence[Any]:
    query = record.rows(model, *columns).where(model.error_at.is_(None), *_tied(record, window, model))
    ordered = query.where(*window.where(model.date, model.id)).order_by(model.date.desc(), model.id.desc())
    return session.execute(ordered.limit(window.limit + 1)).all()


def _tied(record: Record, window: Window, model: type[Item]) -> list[ColumnElement[bool]]:
    """Narrow what belongs to a medication to that entry, where the reader may read the entry too."""
    if window.medication_id is None or model not in (CheckIn, SideEffect):
        return []
    entries = record.rows(Medication, Medication.id).where(Medication.id == window.medication_id).subquery()
    return [model.medication_id.in_(entries.select().with_only_columns(entries.c.id))]


def _of(record: Record, row: Any, kind: TimelineKind, shown: dict[str, Any]) -> Point:
    named: UUID | None = getattr(row, "medication_id", None)
    return Point(row.date, row.id, kind, {"item": row, "names": named, **shown}, record.seen([row]))


def _check_in(row: Any) -> dict[str, Any]:
    names = ("cause", "due_on", "mode", "adherence_days", "outcome")
    return {name: getattr(row, name) for name in names}


def _effect(session: Session, row: Any) -> dict[str, Any]:
    names = ("severity", "impact", "onset", "urgency")
    return {
        "effect": unseal(session, SideEffect.effect, row.id, row.effect),
        **{name: getattr(row, name) for name in names},
    }


def _score(row: Any) -> dict[str, Any]:
    asked = questionnaires.find(row.questionnaire, row.questionnaire_version)
    return {
        "questionnaire": row.questionnaire,
        "title": asked.title if asked else row.questionnaire,
        "score": row.score,
        "band": row.band,
        "safety_flag": row.flagged,
        "source": row.source,
    }


def _change(session: Session, item: Any, version: Any) -> dict[str, Any]:
    return {
        "number": version.number,
        "kind": item.kind,
        "text": unseal(session, PlanVersion.text, version.id, version.text),
        "target_on": version.target_on,
        "author_id": version.author_id,
        "at": version.at,
    }
