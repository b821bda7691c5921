"""Messages of one patient's care team, as somebody may read them: one, a list, and the latest of each thread.

To whom a message went and who has read it is told to its author and to the patient's side; everybody else learns
whether it was for them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Message, MessageRecipient
from careteam.services.record import reading
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record
from careteam.services.record.unanswered import seen_from
from careteam.vault import unseal

COLUMNS = (
    *item_columns(Message),
    Message.thread_id,
    Message.subject,
    Message.text,
    Message.needs_answer_from,
    Message.answer_due_at,
    Message.error_reason,
    Message.error_at,
)
CAUTION = "The patient can read every message here. Nobody watches this live: in an emergency, call."
"""What every list of messages says, to everybody."""
_SENT = MessageRecipient.__table__.c


@dataclass(frozen=True, slots=True)
class Around:
    """What goes with some messages: whom each was for, and when each author last wrote in their threads."""

    recipients: Mapping[UUID, Sequence[Any]]
    wrote: Mapping[tuple[UUID, UUID | None], datetime]


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    thread_id: UUID | None = None,
    unread: bool | None = None,
) -> tuple[list[dict[str, Any]], str | None, dict[str, Any]]:
    """Return one page of the messages that the actor may read, newest first, the next cursor, and the caution.

    Filters: `thread_id`, `unread` (for the actor, and not marked as read). Raises NotFound, and Invalid on a cursor
    that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    where = [*([Message.thread_id == thread_id] if thread_id else []), *_unread(actor.user_id, unread)]
    shown, following = reading.page_of(session, record, MESSAGES, where, limit=limit, cursor=cursor)
    return shown, following, {"caution": CAUTION}


def threads_of(
    session: Session, actor: Actor, patient_id: UUID, *, at: datetime, limit: int, cursor: str | None = None
) -> tuple[list[dict[str, Any]], str | None, dict[str, Any]]:
    """Return one page of the threads, each by the latest of its messages that the actor may read, newest first."""
    record = open_record(session, actor, patient_id, at=at)
    readable = record.rows(Message, Message.id, Message.thread_id).subquery()
    later = select(readable.c.id).where(readable.c.thread_id == Message.thread_id, readable.c.id > Message.id)
    latest = [~later.correlate(Message.__mapper__.selectable).exists()]
    shown, following = reading.page_of(session, record, THREADS, latest, limit=limit, cursor=cursor)
    return shown, following, {"caution": CAUTION}


def read(session: Session, actor: Actor, patient_id: UUID, message_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one message. Reading it is no receipt: see `writing.mark_read`. Raises NotFound (absent or hidden)."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), MESSAGES, message_id)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the messages of these gate rows (`COLUMNS`) as the reader may see them."""
    around = _around(session, record, rows)
    return [_message(session, record, row, around) for row in rows]


def _threads(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return threads by their latest messages: how many of each the reader may read, and how many are unread."""
    counts = _counts(session, record, {row.thread_id for row in rows})
    latest = present(session, record, rows)
    return [{"id": one["thread_id"], "latest": one, **counts[one["thread_id"]]} for one in latest]


MESSAGES = Kind(Message, COLUMNS, "read-message", "read-messages", present)
THREADS = Kind(Message, COLUMNS, "read-message", "read-message-threads", _threads)


def _message(session: Session, record: Record, row: Any, around: Around) -> dict[str, Any]:
    me, sent = record.actor.user_id, around.recipients.get(row.id, ())
    tells = _tells(record, row)
    mine = next((r for r in sent if r.user_id == me), None)
    asked = row.needs_answer_from if tells or row.needs_answer_from == me else None
    last = around.wrote.get((row.thread_id, asked)) if asked else None
    answered = last is not None and last > row.created_at
    return {
        **heading(record, row),
        "thread_id": row.thread_id,
        "subject": unseal(session, Message.subject, row.id, row.subject),
        "text": unseal(session, Message.text, row.id, row.text),
        "to": [_recipient(record, r) for r in sent] if tells else None,
        "to_you": mine is not None,
        "mentions_you": mine is not None and mine.mentioned,
        "read_at": mine.read_at if mine else None,
        "needs_answer_from": asked,
        "answer_due_at": row.answer_due_at if asked else None,
        "answered": answered if asked else None,
        "overdue": (not answered and row.answer_due_at <= record.at and seen_from(record, asked, row))
        if asked
        else None,
        "entered_in_error_at": row.error_at,
        "entered_in_error_reason": unseal(session, Message.error_reason, row.id, row.error_reason),
    }


def _recipient(record: Record, row: Any) -> dict[str, Any]:
    of_patient = row.user_id == record.team.patient_user_id
    name = record.facts.person.name if of_patient else record.facts.names.get(row.user_id, "somebody of the team")
    return {"user_id": row.user_id, "name": name, "mentioned": row.mentioned, "read_at": row.read_at}


def _tells(record: Record, row: Any) -> bool:
    """Say whether the reader is told to whom it went: its author, the patient, and who acts for them."""
    if record.scope.former:
        return False
    return record.is_patient or record.representation is not None or row.author_id == record.actor.user_id


def _around(session: Session, record: Record, rows: Sequence[Any]) -> Around:
    if not rows:
        return Around({}, {})
    ids, threads = [row.id for row in rows], {row.thread_id for row in rows}
    recipients: dict[UUID, list[Any]] = {}
    query = select(*MessageRecipient.__table__.c).where(_SENT.message_id.in_(ids)).order_by(_SENT.id)
    for one in session.execute(query):
        recipients.setdefault(one.message_id, []).append(one)
    return Around(recipients, _wrote(session, record, threads) if any(r.needs_answer_from for r in rows) else {})


def _wrote(session: Session, record: Record, threads: Collection[UUID]) -> Mapping[tuple[UUID, UUID | None], datetime]:
    """Return when each author last wrote in each of these threads, as far as the reader may read it."""
    readable = record.rows(Message, Message.id).where(Message.thread_id.in_(threads), Message.error_at.is_(None))
    last = func.max(Message.created_at).label("last")
    grouped = readable.with_only_columns(Message.thread_id, Message.author_id, last)
    found = session.execute(grouped.group_by(Message.thread_id, Message.author_id))
    return {(row.thread_id, row.author_id): row.last for row in found}


def _counts(session: Session, record: Record, threads: Collection[UUID]) -> Mapping[UUID, dict[str, int]]:
    if not threads:
        return {}
    readable = record.rows(Message, Message.id).where(Message.thread_id.in_(threads))
    unread = readable.where(*_unread(record.actor.user_id, True))
    found: dict[UUID, dict[str, int]] = {thread: {"messages": 0, "unread": 0} for thread in threads}
    for name, query in (("messages", readable), ("unread", unread)):
        grouped = query.with_only_columns(Message.thread_id, func.count().label("number")).group_by(Message.thread_id)
        for row in session.execute(grouped):
            found[row.thread_id][name] = row.number
    return found


def _unread(user_id: UUID, unread: bool | None) -> Iterable[ColumnElement[bool]]:
    if unread is None:
        return []
    waiting = select(_SENT.message_id).where(_SENT.user_id == user_id, _SENT.read_at.is_(None))
    return [Message.id.in_(waiting) if unread else Message.id.not_in(waiting)]
