"""One page of the timeline of one patient, for one reader, in a fixed number of statements."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Medication
from careteam.policy.vocabulary import TimelineKind
from careteam.services.log import access_log
from careteam.services.log.access_log import Disclosed
from careteam.services.medications import medications
from careteam.services.record.records import Record, open_record
from careteam.services.timeline import dose_steps, other_points
from careteam.services.timeline.axis import Of, Point, Window, cursor_of, cut, place_of

_KINDS: Mapping[TimelineKind, Of] = {
    TimelineKind.DOSE_STEP: dose_steps.points,
    TimelineKind.CHECK_IN: other_points.check_ins,
    TimelineKind.SIDE_EFFECT: other_points.side_effects,
    TimelineKind.SCORE: other_points.scores,
    TimelineKind.PLAN_CHANGE: other_points.plan_changes,
}
_UNTIED = {"cause": None, "due_on": None}
"""What a check-in says of its entry, to whom that is hidden."""
_SHOWN = ("dose_step", "check_in", "side_effect", "score", "plan_change")


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    kinds: Collection[TimelineKind] = (),
    from_date: date | None = None,
    through_date: date | None = None,
    medication_id: UUID | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the points that the actor may read, newest first, and the next cursor.

    A dose step is there only with its entry, and an item names its medication only where that may be read too. Filters:
    `kinds` (none: all), days (inclusive), and an entry, to which dose steps, check-ins and side effects are narrowed.
    Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    window = Window(limit, place_of(session, cursor, patient_id), from_date, through_date, medication_id)
    wanted = [points for kind, points in _KINDS.items() if not kinds or kind in kinds]
    found, last = cut([point for points in wanted for point in points(session, record, window)], limit)
    names = _names(session, record, found)
    seen = [*(one for point in found for one in point.seen), *record.seen(names.values())]
    access_log.disclosed(session, record.actor, patient_id, "read-timeline", _once(seen), at=at)
    return [_shown(point, names) for point in found], cursor_of(session, last, patient_id)


def _names(session: Session, record: Record, points: Sequence[Point]) -> Mapping[UUID, Any]:
    """Return the entries that these points name, as far as the reader may read them. One statement, or none."""
    ids = {point.shown["names"] for point in points if point.shown.get("names")}
    if not ids:
        return {}
    query = record.rows(Medication, *medications.COLUMNS).where(Medication.id.in_(ids))
    return {row.id: row for row in session.execute(query)}


def _shown(point: Point, names: Mapping[UUID, Any]) -> dict[str, Any]:
    item = point.shown["item"]
    entry = point.shown.get("medication") or names.get(point.shown.get("names"))  # type: ignore[arg-type]
    return {
        "id": point.id,
        "kind": point.kind,
        "on": point.on,
        "item": {"id": item.id, "class": item.item_class},
        "holder": {"kind": "member", "user_id": item.holder_id} if item.holder_id else {"kind": "patient"},
        "medication": {"id": entry.id, "drug_name": entry.drug_name} if entry else None,
        **{name: point.shown.get(name) for name in _SHOWN},
        **({"check_in": {**point.shown["check_in"], **_UNTIED}} if entry is None and "check_in" in point.shown else {}),
    }


def _once(seen: Sequence[Disclosed]) -> list[Disclosed]:
    return list({item.item_id: item for item in seen}.values())
