"""Requests to answer a questionnaire, as somebody may read them: to whom the answer would go, and when it is due."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_
from sqlalchemy.orm import Session

from careteam import questionnaires
from careteam.actor import Actor
from careteam.models import Measure, MeasureRequest
from careteam.policy.measure_requests import Schedule, standing
from careteam.policy.team import current
from careteam.services.record import reading
from careteam.services.record.items import heading, item_columns
from careteam.services.record.patient_days import patient_day
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(MeasureRequest),
    MeasureRequest.questionnaire,
    MeasureRequest.first_due_on,
    MeasureRequest.every_days,
    MeasureRequest.until,
    MeasureRequest.text,
    MeasureRequest.ended_at,
    MeasureRequest.error_reason,
    MeasureRequest.error_at,
)


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    **filters: Any,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the requests that the actor may read, newest first, and the next cursor.

    Filters: `questionnaire`, and `open` (neither ended nor entered in error; former members are not told what was
    ended). Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    return reading.page_of(session, record, REQUESTS, _filters(record, **filters), limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, request_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one request. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), REQUESTS, request_id)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return these rows (`COLUMNS`); how each stands rests on the answers that the reader may read.

    Former members are not told how it stands: others may have answered or ended it.
    """
    answered, own = _answered(session, record, rows), record.is_patient or record.representation is not None
    members = {m.user_id for m in record.team.memberships if current(m, record.at)}
    return [
        {
            **heading(record, row),
            "questionnaire": row.questionnaire,
            "title": _title(row.questionnaire),
            "first_due_on": row.first_due_on,
            "every_days": row.every_days,
            "until": row.until,
            "text": unseal(session, MeasureRequest.text, row.id, row.text),
            **_standing(record, row, answered.get(row.questionnaire, ())),
            "goes_to": _goes_to(record, row) if own and row.holder_id in members else None,
            "ended_at": None if record.scope.former else row.ended_at,
            "entered_in_error_at": row.error_at,
            "entered_in_error_reason": unseal(session, MeasureRequest.error_reason, row.id, row.error_reason),
        }
        for row in rows
    ]


REQUESTS = Kind(MeasureRequest, COLUMNS, "read-measure-request", "read-measure-requests", present)


def _goes_to(record: Record, row: Any) -> dict[str, Any]:
    return {"user_id": row.holder_id, "name": record.facts.names[row.holder_id]}


def _title(questionnaire: str) -> str:
    asked = questionnaires.current().get(questionnaire)
    return asked.title if asked else questionnaire


def _standing(record: Record, row: Any, answered: Sequence[date]) -> dict[str, Any]:
    if record.scope.former:
        return {"state": None, "due_on": None}
    ended = row.ended_at is not None or row.error_at is not None
    asked = Schedule(row.date, row.first_due_on, row.every_days, row.until, ended)
    found = standing(asked, answered, patient_day(record).today, knows_all=record.is_patient)
    return {"state": found.state, "due_on": found.due_on}


def _answered(session: Session, record: Record, rows: Sequence[Any]) -> Mapping[str, list[date]]:
    """Return the days on which these questionnaires were answered, as far as the reader may read it. One statement."""
    if not rows:
        return {}
    asked, since = {row.questionnaire for row in rows}, min(min(row.date, row.first_due_on) for row in rows)
    readable = record.rows(Measure, Measure.questionnaire, Measure.date).where(
        Measure.questionnaire.in_(sorted(asked)), Measure.error_at.is_(None), Measure.date >= since
    )
    found: dict[str, list[date]] = {}
    for row in session.execute(readable):
        found.setdefault(row.questionnaire, []).append(row.date)
    return found


def _filters(
    record: Record, *, questionnaire: str | None = None, open: bool | None = None
) -> list[ColumnElement[bool]]:
    stands = MeasureRequest.error_at.is_(None)
    is_open = stands if record.scope.former else and_(MeasureRequest.ended_at.is_(None), stands)
    return [
        *([MeasureRequest.questionnaire == questionnaire] if questionnaire else []),
        *([] if open is None else [is_open if open else not_(is_open)]),
    ]
