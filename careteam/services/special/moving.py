"""Moving text out of a special note, where it does not belong, into a progress note: in one act, or not at all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, Stale
from careteam.models import Note
from careteam.policy.special_check import cut
from careteam.policy.vocabulary import ItemClass, NoteStatus
from careteam.services.log import access_log
from careteam.services.record import notes
from careteam.services.record.item_changes import touch
from careteam.services.record.reading import to_change
from careteam.services.record.records import Record
from careteam.services.special.checking import checked
from careteam.services.special.own_notes import find
from careteam.vault import seal, unseal

TITLE = "Progress note"
_NO_SPAN = "Name parts of the body of the version that you read, by code points, each with more than space in it."
_MOVED = "The text was moved into the draft of a progress note, which only you read until you sign it."
_COPIED = (
    "The special note is signed and does not change: the text was copied into the draft of a progress note, and stands "
    "in both."
)


def move(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    note_id: UUID,
    *,
    spans: Sequence[tuple[int, int]],
    title: str = TITLE,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Move these parts of one's own special note into a new progress-note draft, with its date and labels.

    `spans` are from and to (end exclusive) in code points of the body; what overlaps is moved once. A signed note
    keeps its text: that is copied. Returns both notes. Raises NotFound, NotPermitted, Stale, Conflict (entered in
    error), Invalid (no such part, or nothing would be left).
    """
    record, row = find(session, actor, patient_id, note_id, to_write=True, at=at)
    if row.version != version:
        raise Stale
    if row.status is NoteStatus.ENTERED_IN_ERROR:
        raise Conflict("This note is marked as entered in error: nothing is taken from it.")
    taken, left = _cut(unseal(session, Note.body, row.id, row.body) or "", spans)
    removed = row.status is NoteStatus.DRAFT
    if removed:
        _leave(session, record, note_id, left, version=version)
    made = _begin(session, record, row, title, taken)
    special, progress = _both(session, record, note_id, made.id)
    return {
        "special_note": special,
        "progress_note": progress,
        "version": special["version"],
        "removed": removed,
        "sentence": _MOVED if removed else _COPIED,
    }


def _cut(body: str, spans: Sequence[tuple[int, int]]) -> tuple[str, str]:
    try:
        return cut(body, spans)
    except ValueError as error:
        raise Invalid(_NO_SPAN, {"spans": [_NO_SPAN]}) from error


def _leave(session: Session, record: Record, note_id: UUID, left: str, *, version: int) -> None:
    if not left.strip():
        told = "Nothing would be left of the special note: leave something in it, or mark it as entered in error."
        raise Invalid(told, {"spans": [told]})
    note: Note = to_change(session, record, notes.NOTES, note_id)
    touch(note, version=version, at=record.at)
    note.body = seal(session, Note.body, note_id, left)
    session.flush()


def _begin(session: Session, record: Record, row: Any, title: str, body: str) -> Note:
    kind, labels = ItemClass.PROGRESS_NOTE, row.labels
    made = notes.new_draft(session, record, kind, title=title, body=body, on=row.date, labels=labels, part2=row.part2)
    session.flush()
    return made


def _both(session: Session, record: Record, note_id: UUID, made_id: UUID) -> list[dict[str, Any]]:
    """Log one act on both, and return them. To the patient's log a draft was begun, and no more (`patients_rows`)."""
    query = record.rows(Note, *notes.COLUMNS).where(Note.id.in_([note_id, made_id]))
    rows = sorted(session.execute(query), key=lambda row: row.id == made_id)
    seen = record.seen(rows)
    access_log.changed(session, record.actor, record.patient_id, "draft-note", target=made_id, items=seen, at=record.at)
    return [checked(note, record) for note in notes.present(session, record, rows)]
