"""What scores say about each other, for one viewer: they may read every part of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam import questionnaires
from careteam.models import Measure, Medication, MedicationEvent
from careteam.policy import measures, medication
from careteam.policy.measures import Change, Point
from careteam.policy.vocabulary import MedicationChange
from careteam.services.log.access_log import Disclosed
from careteam.services.record.records import Record

NOTHING: Mapping[str, Any] = {"since_baseline": None, "since_dose_change": None, "response": None}
"""What a measure says that is compared with nothing."""
_SCORES = (
    Measure.id,
    Measure.item_class,
    Measure.holder_id,
    Measure.version,
    Measure.part2,
    Measure.date,
    Measure.questionnaire,
    Measure.score,
)
_CHANGES = (
    Medication.id,
    Medication.item_class,
    Medication.holder_id,
    Medication.version,
    Medication.part2,
    MedicationEvent.position,
    MedicationEvent.kind,
    MedicationEvent.effective_on,
)


def compared(
    session: Session, record: Record, shown: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[Disclosed]]:
    """Return these measures with their changes, and what of others this discloses: two statements for all of them.

    What is entered in error is compared with nothing, and nothing is compared with it.
    """
    counting = [item for item in shown if item["entered_in_error_at"] is None]
    if not counting:
        return list(shown), []
    scores = _scores(session, record, {item["questionnaire"] for item in counting})
    doses = _dose_changes(session, record)
    points = _points(scores)
    told, used = [], set[UUID]()
    for item in shown:
        if item["entered_in_error_at"] is not None:
            told.append(item)
            continue
        says, ids = _says(item, points[item["questionnaire"]], doses)
        told.append({**item, **says})
        used |= ids
    return told, record.seen(row for row in (*scores, *_first_of_each(doses)) if row.id in used)


def _says(
    item: Mapping[str, Any], points: Sequence[Point], doses: Mapping[UUID, Sequence[Any]]
) -> tuple[dict[str, Any], set[UUID]]:
    """Return what one measure says beside others, and the ids of the others, and of the medications that changed."""
    this = Point(item["id"], item["date"], item["score"])
    days = {row.effective_on for rows in doses.values() for row in rows}
    first, dose = measures.since_baseline(points, this), measures.since_dose_change(points, days, this)
    asked = questionnaires.find(item["questionnaire"], item["questionnaire_version"])
    used = {change.since.id for change in (first, dose) if change}
    if dose:
        used |= {i for i, rows in doses.items() if any(row.effective_on == dose.changed_on for row in rows)}
    return {
        "since_baseline": _shown(first),
        "since_dose_change": {**_shown(dose), "changed_on": dose.changed_on} if dose else None,
        "response": measures.responded(asked, first) if asked else None,
    }, used


def _shown(change: Change | None) -> Any:
    if change is None:
        return None
    since = change.since
    return {"measure_id": since.id, "date": since.day, "score": since.score, "change": change.by}


def _scores(session: Session, record: Record, asked: Iterable[str]) -> Sequence[Any]:
    readable = record.rows(Measure, *_SCORES).where(Measure.questionnaire.in_(sorted(asked)))
    return session.execute(readable.where(Measure.error_at.is_(None))).all()


def _points(rows: Iterable[Any]) -> Mapping[str, list[Point]]:
    found: dict[str, list[Point]] = defaultdict(list)
    for row in rows:
        found[row.questionnaire].append(Point(row.id, row.date, row.score))
    return found


def _dose_changes(session: Session, record: Record) -> Mapping[UUID, list[Any]]:
    """Return the changes that hold of each prescribed entry that the viewer may read: start, dose, hold and end alike.

    A confirmation changes nothing.
    """
    query = record.rows(Medication, *_CHANGES).join(MedicationEvent, MedicationEvent.medication_id == Medication.id)
    holds = (Medication.prescribed, Medication.error_at.is_(None), MedicationEvent.withdrawn_at.is_(None))
    rows: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.execute(query.where(*holds, MedicationEvent.kind != MedicationChange.CONFIRM)):
        rows[row.id].append(row)
    return {entry: _holding(found) for entry, found in rows.items()}


def _holding(rows: Sequence[Any]) -> list[Any]:
    by_position = {row.position: row for row in rows}
    changes = (medication.Change(row.position, row.kind, row.effective_on) for row in rows)
    return [by_position[change.position] for change in medication.holding(changes)]


def _first_of_each(doses: Mapping[UUID, Sequence[Any]]) -> list[Any]:
    return [rows[0] for rows in doses.values() if rows]


def dose_change_days(session: Session, record: Record) -> frozenset[date]:
    """Return the days of every dose change of prescribed entries that the viewer may read. One statement."""
    return frozenset(row.effective_on for rows in _dose_changes(session, record).values() for row in rows)
