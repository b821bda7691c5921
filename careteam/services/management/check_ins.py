"""Medication check-ins that were done: read through the gate, each naming its entry to whoever may read that too."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import CheckIn
from careteam.policy.check_ins import Recorded
from careteam.policy.treatment_words import CheckInOutcome, VisitMode
from careteam.services.management import prescribed
from careteam.services.medications import medication_events
from careteam.services.record import reading
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(CheckIn),
    CheckIn.medication_id,
    CheckIn.cause,
    CheckIn.cause_event_id,
    CheckIn.due_on,
    CheckIn.mode,
    CheckIn.symptoms,
    CheckIn.adherence_days,
    CheckIn.outcome,
    CheckIn.event_id,
    CheckIn.note,
    CheckIn.error_reason,
    CheckIn.error_at,
)
_NOTHING_NAMED = dict.fromkeys(("cause", "cause_event_id", "due_on", "event_id"))


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    medication_id: UUID | None = None,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    **filters: Any,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the check-ins that the actor may read, newest first, and the next cursor.

    Filters: `medication_id`, `outcome`, `mode`, `author_id`, `from_date`, `through_date` (inclusive). Raises NotFound,
    and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    about = prescribed.only_about(session, record, CheckIn.medication_id, medication_id)
    return reading.page_of(session, record, CHECK_INS, [*about, *_filters(**filters)], limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, check_in_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one check-in. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), CHECK_INS, check_in_id)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return these rows (`COLUMNS`) as they are shown.

    What one has to do with an entry (which, because of which change, and what it led to) is there for who may read that
    entry too. Former members see no changes: they may be others'.
    """
    about = prescribed.readable(session, record, {row.medication_id for row in rows})
    return [_check_in(session, record, row, about.get(row.medication_id)) for row in rows]


CHECK_INS = Kind(CheckIn, COLUMNS, "read-check-in", "read-check-ins", present)


def recorded(session: Session, record: Record, medication_ids: Collection[UUID]) -> Mapping[UUID, list[Recorded]]:
    """Return the changes of these entries, which the reader reads, each with its day of recording. One statement."""
    zone = ZoneInfo(record.facts.person.time_zone)
    found = medication_events.of(session, record, medication_ids)
    return {
        medication_id: [Recorded(one.row.id, one.change, one.row.created_at.astimezone(zone).date()) for one in events]
        for medication_id, events in found.items()
    }


def _check_in(session: Session, record: Record, row: Any, about: prescribed.About | None) -> dict[str, Any]:
    return {
        **heading(record, row),
        **prescribed.shown(about),
        **_named(record, row, about),
        "mode": row.mode,
        "symptoms": unseal(session, CheckIn.symptoms, row.id, row.symptoms),
        "adherence_days": row.adherence_days,
        "outcome": row.outcome,
        "note": unseal(session, CheckIn.note, row.id, row.note),
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, CheckIn.error_reason, row.id, row.error_reason),
    }


def _named(record: Record, row: Any, about: prescribed.About | None) -> dict[str, Any]:
    if about is None:
        return dict(_NOTHING_NAMED)
    ids = (None, None) if record.scope.former else (row.cause_event_id, row.event_id)
    return {"cause": row.cause, "cause_event_id": ids[0], "due_on": row.due_on, "event_id": ids[1]}


def _filters(
    *,
    outcome: CheckInOutcome | None = None,
    mode: VisitMode | None = None,
    author_id: UUID | None = None,
    from_date: date | None = None,
    through_date: date | None = None,
) -> list[ColumnElement[bool]]:
    return [
        *([CheckIn.outcome == outcome] if outcome else []),
        *([CheckIn.mode == mode] if mode else []),
        *([CheckIn.author_id == author_id] if author_id else []),
        *([CheckIn.date >= from_date] if from_date else []),
        *([CheckIn.date <= through_date] if through_date else []),
    ]
