"""Who looked at a special note, changed or released it: to its author alone (`domain.md`, "Special notes")."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import AccessEvent, AccessEventItem, User
from careteam.services.log import access_log
from careteam.services.log.access_words import act_phrase
from careteam.services.log.patients_rows import CONSIDERED
from careteam.services.log.practice_words import staff_words, third_person
from careteam.services.paging import page
from careteam.services.record.records import Record
from careteam.services.special.own_notes import find, shown

_TAKEN = "took text out of this note into a new progress note"
_NAMED = "saw the title of this note"
"""What is told of a preview: what the patient considers is theirs to know."""


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    note_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the log rows of one's own special note, newest first, and the next cursor; looking is logged.

    A former member sees their own alone. Raises NotFound, NotPermitted, and Invalid on a cursor that is not ours.
    """
    record, row = find(session, actor, patient_id, note_id, at=at)
    query = _rows(note_id).where(_whose(record)).order_by(AccessEvent.id.desc())
    found = page(session, query, limit=limit, cursor=cursor, whose=note_id)
    access_log.disclosed(session, record.actor, patient_id, "read-note-log", shown(record, row), at=at)
    return [_told(record, note_id, event) for event in found.rows], found.cursor


def _rows(note_id: UUID) -> Any:
    event, item = AccessEvent, AccessEventItem
    return (
        select(
            event.id,
            event.at,
            event.act,
            event.outcome,
            event.purpose,
            event.target,
            event.actor_id,
            event.actor_role,
            item.version,
            item.clause,
            User.name.label("actor_name"),
        )
        .join(item, item.event_id == event.id)
        .outerjoin(User, User.id == event.actor_id)
        .where(item.item_id == note_id)
    )


def _whose(record: Record) -> ColumnElement[bool]:
    return AccessEvent.actor_id == record.actor.user_id if record.scope.former else true()


def _told(record: Record, note_id: UUID, row: Any) -> dict[str, Any]:
    patient = row.actor_id is not None and row.actor_id == record.team.patient_user_id
    taken = row.act == "draft-note" and row.target != str(note_id)
    named = _NAMED if row.act in CONSIDERED else third_person(act_phrase(row.act, row.outcome))
    done = _TAKEN if taken else named
    name = row.actor_name or "The operator of this service"
    return {
        "id": row.id,
        "at": row.at,
        "actor": {
            "user_id": row.actor_id,
            "name": row.actor_name,
            "role": "patient" if patient else staff_words(row.actor_role),
        },
        "outcome": row.outcome,
        "purpose": row.purpose,
        "sentence": f"{name} {done}.",
        "version": row.version,
        "why": row.clause,
    }
