"""Side-effect reports as somebody may read them, each with what to do now and the answers that they may read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import SideEffect
from careteam.policy.answering import due
from careteam.policy.treatment_words import Urgency
from careteam.policy.urgent_effects import Found, urgent
from careteam.services.directing import sending
from careteam.services.log import access_log
from careteam.services.measures.safety import crisis_texts
from careteam.services.medications import named
from careteam.services.record import reading
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.services.record.unanswered import answered, answered_among, clock, prescribers_seen
from careteam.services.side_effects import advice
from careteam.vault import unseal

COLUMNS = (
    *item_columns(SideEffect),
    SideEffect.medication_id,
    SideEffect.effect,
    SideEffect.effect_code,
    SideEffect.severity,
    SideEffect.impact,
    SideEffect.onset,
    SideEffect.urgency,
    SideEffect.urgent_rule,
    SideEffect.answer_due_at,
    SideEffect.error_reason,
    SideEffect.error_at,
)


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    medication_id: UUID | None = None,
    unanswered: bool | None = None,
    urgent: bool | None = None,
    limit: int,
    cursor: str | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the reports that the actor may read, newest first, and the next cursor.

    `unanswered` is as far as the actor sees. Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    where = [
        *([SideEffect.medication_id == medication_id, _names_readable(record)] if medication_id else []),
        *([] if unanswered is None else [_unanswered(record) if unanswered else not_(_unanswered(record))]),
        *([] if urgent is None else [_urgent(record) if urgent else not_(_urgent(record))]),
    ]
    return reading.page_of(session, record, SIDE_EFFECTS, where, limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, side_effect_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one report, whole. Raises NotFound when it is absent or hidden.

    Who wrote it is told once more what was said on writing, also where it comes from another entry that they read: a
    report whose answer was lost on the way is asked for again.
    """
    record = open_record(session, actor, patient_id, at=at)
    shown, seen = reading.whole(session, record, SIDE_EFFECTS, side_effect_id)
    if shown["author_id"] == actor.user_id and shown["entered_in_error_at"] is None:
        entry = named.named(session, record, [shown["medication_id"]]).get(shown["medication_id"])
        said, also = advice.before_sending(session, record, entry, shown["effect_code"], shown["effect"])
        shown, seen = {**shown, "do_now": said}, [*seen, *record.seen(also)]
    access_log.disclosed(session, record.actor, patient_id, SIDE_EFFECTS.read_one, seen, at=at)
    return shown


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the reports of these gate rows (`COLUMNS`). What names an entry that is hidden reads like one without."""
    entries = named.named(session, record, (row.medication_id for row in rows))
    ids = [row.id for row in rows]
    done, sent = answered_among(session, record, ids), sending.sent_to(session, record, ids)
    words = {row.id: unseal(session, SideEffect.effect, row.id, row.effect) or "" for row in rows}
    found = {row.id: _found(entries.get(row.medication_id), row, words[row.id]) for row in rows}
    texts = crisis_texts(session, record) if any(map(advice.in_crisis, found.values())) else []
    return [
        {
            **_urgency(record, row, entries, found[row.id], texts, answered=row.id in done),
            "effect": words[row.id],
            **_shown(session, row),
            "sent_to": sent.get(row.id, []) if record.is_patient or record.representation else None,
            "delivery": None,
        }
        for row in rows
    ]


SIDE_EFFECTS = Kind(SideEffect, COLUMNS, "read-side-effect", "read-side-effects", present, answered=True)


def _found(entry: Any, row: Any, words: str) -> tuple[Found, ...]:
    return urgent(advice.rules(row.effect_code, words), advice.drug(entry))


def _urgency(
    record: Record,
    row: Any,
    entries: Mapping[UUID, Any],
    found: Sequence[Found],
    texts: Sequence[Any],
    *,
    answered: bool,
) -> dict[str, Any]:
    """Return what to do now, whose item it is, and the clock; all by what this reader may read of the entry."""
    is_named = row.medication_id in entries
    urgency, until = (row.urgency, row.answer_due_at) if is_named else _unnamed(record, row)
    return {
        "do_now": advice.said(found, urgency, texts if advice.in_crisis(found) else []),
        **heading(record, row),
        "medication_id": row.medication_id if is_named else None,
        "urgency": urgency,
        **clock(
            record,
            until,
            answered=answered,
            in_error=row.error_at is not None,
            sees=prescribers_seen(record, row),
        ),
    }


def _unnamed(record: Record, row: Any) -> tuple[Urgency, datetime]:
    """Return urgency and clock of a report that, for this reader, names no entry."""
    urgency = Urgency.URGENT if row.urgent_rule else Urgency.ROUTINE
    return urgency, due(urgency, row.created_at, ZoneInfo(record.facts.person.time_zone))


def _shown(session: Session, row: Any) -> dict[str, Any]:
    return {
        "effect_code": row.effect_code,
        "severity": row.severity,
        "impact": row.impact,
        "onset": row.onset,
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, SideEffect.error_reason, row.id, row.error_reason),
    }


def _names_readable(record: Record) -> ColumnElement[bool]:
    return and_(SideEffect.medication_id.is_not(None), SideEffect.medication_id.in_(named.readable(record)))


def _urgent(record: Record) -> ColumnElement[bool]:
    """Say in SQL what `_urgency` says."""
    is_named = _names_readable(record)
    return or_(
        and_(is_named, SideEffect.urgency == Urgency.URGENT), and_(not_(is_named), SideEffect.urgent_rule.is_not(None))
    )


def _unanswered(record: Record) -> ColumnElement[bool]:
    return and_(SideEffect.error_at.is_(None), SideEffect.id.not_in(answered(record)))
