"""Answered questionnaires as somebody may read them: with band, change, response."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from careteam import questionnaires
from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import Measure, MeasureRequest
from careteam.policy.measures import in_remission
from careteam.policy.questionnaires import Questionnaire
from careteam.services.directing import sending
from careteam.services.log import access_log
from careteam.services.log.access_log import Disclosed
from careteam.services.measures import comparing, safety
from careteam.services.record import reading
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.vault import unseal

COLUMNS = (
    *item_columns(Measure),
    Measure.questionnaire,
    Measure.questionnaire_version,
    Measure.source,
    Measure.score,
    Measure.band,
    Measure.flagged,
    Measure.answers,
    Measure.request_id,
    Measure.error_reason,
    Measure.error_at,
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
    """Return one page of the measures that the actor may read, newest first, and the next cursor.

    Filters: `questionnaire`, `from_date` and `through_date` (days, inclusive). Changes, response and remission rest
    only on scores and prescribed medications that the actor may read. Raises NotFound, and Invalid on a cursor that is
    not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    shown, following, seen = reading.newest(session, record, MEASURES, _filters(**filters), limit=limit, cursor=cursor)
    compared, more = comparing.compared(session, record, shown)
    access_log.disclosed(session, record.actor, patient_id, MEASURES.read_many, _once(seen, more), at=at)
    return compared, following


def read(session: Session, actor: Actor, patient_id: UUID, measure_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one measure; flagged ones say first what to do in danger. Raises NotFound when absent or hidden."""
    record = open_record(session, actor, patient_id, at=at)
    shown, seen = whole(session, record, measure_id)
    access_log.disclosed(session, record.actor, patient_id, MEASURES.read_one, seen, at=at)
    return shown


def changed(session: Session, record: Record, act: str, measure_id: UUID) -> dict[str, Any]:
    """Write what changed and log the act; return the measure as it is now."""
    session.flush()
    shown, seen = whole(session, record, measure_id)
    access_log.changed(session, record.actor, record.patient_id, act, target=measure_id, items=seen, at=record.at)
    return shown


def whole(session: Session, record: Record, measure_id: UUID) -> tuple[dict[str, Any], list[Disclosed]]:
    """Return one measure whole, and all that this discloses. Raises NotFound when it is absent or hidden."""
    rows = session.execute(record.rows(Measure, *COLUMNS).where(Measure.id == measure_id)).all()
    if not rows:
        raise NotFound
    (shown,), more = comparing.compared(session, record, present(session, record, rows))
    if rows[0].flagged and rows[0].error_at is None:
        shown["safety"] = safety.said(session, record, rows[0])
    return shown, _once(record.seen(rows), more)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return these rows (`COLUMNS`) by themselves: what compares them with others is added by `comparing.compared`."""
    ids = [row.id for row in rows]
    sent, requests = sending.sent_to(session, record, ids), _readable_requests(session, record, rows)
    own = record.is_patient or record.representation is not None
    return [
        {
            "safety": None,
            **heading(record, row),
            **_said(session, row),
            "request_id": row.request_id if row.request_id in requests else None,
            **comparing.NOTHING,
            "sent_to": sent.get(row.id, []) if own else None,
            "delivery": None,
            "entered_in_error_at": row.error_at,
            "entered_in_error_reason": unseal(session, Measure.error_reason, row.id, row.error_reason),
        }
        for row in rows
    ]


MEASURES = Kind(Measure, COLUMNS, "read-measure", "read-measures", present)


def _said(session: Session, row: Any) -> dict[str, Any]:
    asked = questionnaires.find(row.questionnaire, row.questionnaire_version)
    counts = asked is not None and row.error_at is None
    return {
        "questionnaire": row.questionnaire,
        "questionnaire_version": row.questionnaire_version,
        "title": asked.title if asked else row.questionnaire,
        "source": row.source,
        "score": row.score,
        "lowest": asked.lowest if asked else None,
        "highest": asked.highest if asked else None,
        "band": row.band,
        "safety_flag": row.flagged and row.error_at is None,
        "answers": _answers(unseal(session, Measure.answers, row.id, row.answers), asked),
        "remission": in_remission(asked, row.score) if counts and asked else None,
    }


def _answers(sealed: str | None, asked: Questionnaire | None) -> list[dict[str, Any]] | None:
    """Return the answers with the words of the questionnaire, in its order; None where only the score is known."""
    if sealed is None:
        return None
    given: Mapping[str, int] = orjson.loads(sealed)
    questions = {question.id: question for question in asked.questions} if asked else {}
    ordered = [*(name for name in questions if name in given), *(name for name in given if name not in questions)]
    found = []
    for name in ordered:
        question = questions.get(name)
        chosen = next((o.text for o in question.options if o.value == given[name]), None) if question else None
        text = question.text if question else None
        found.append({"item": name, "text": text, "value": given[name], "answer": chosen})
    return found


def _readable_requests(session: Session, record: Record, rows: Sequence[Any]) -> frozenset[UUID]:
    named = {row.request_id for row in rows if row.request_id is not None}
    if not named:
        return frozenset()
    readable = record.rows(MeasureRequest, MeasureRequest.id).where(MeasureRequest.id.in_(named))
    return frozenset(row.id for row in session.execute(readable))


def _filters(
    *, questionnaire: str | None = None, from_date: date | None = None, through_date: date | None = None
) -> list[ColumnElement[bool]]:
    return [
        *([Measure.questionnaire == questionnaire] if questionnaire else []),
        *([Measure.date >= from_date] if from_date else []),
        *([Measure.date <= through_date] if through_date else []),
    ]


def _once(*seen: Sequence[Disclosed]) -> list[Disclosed]:
    """Return what was disclosed, each item once."""
    return list({item.item_id: item for items in seen for item in items}.values())
