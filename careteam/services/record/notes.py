"""Notes: drafted, signed, then only added to or marked as entered in error."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotPermitted
from careteam.models import Note, NoteAddendum
from careteam.models.types import new_id
from careteam.policy.vocabulary import NOTE_WRITERS, ItemClass, Label, NoteStatus
from careteam.services.record import reading
from careteam.services.record.item_changes import touch
from careteam.services.record.items import heading, item_columns, labelled, not_in_future
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record, open_to_write
from careteam.services.special.checking import checked
from careteam.vault import seal, unseal

COLUMNS = (
    *item_columns(Note),
    Note.status,
    Note.title,
    Note.body,
    Note.signed_at,
    Note.error_reason,
    Note.error_at,
)

_ADDENDUM = NoteAddendum.__table__.c
_NOT_YOURS = "Only therapists write psychotherapy and SUD counseling notes, and only clinicians write notes."


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
    """Return one page of the notes that the actor may read, newest first, and the next cursor.

    Filters: `kind`, `status`, `author_id`, `from_date` and `through_date` (days, inclusive).
    Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    return reading.page_of(session, record, NOTES, _filters(**filters), limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, note_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one note. Raises NotFound when it is absent or hidden."""
    record = open_record(session, actor, patient_id, at=at)
    return checked(reading.read(session, record, NOTES, note_id), record)


def draft(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    kind: ItemClass,
    title: str,
    body: str,
    date: date,
    labels: Iterable[Label] = (),
    part2: bool | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Begin a note that only its author reads until it is signed. The author becomes its holder.

    An SUD counseling note carries `substance_use`, as what it is about, and is `part2` unless said otherwise.
    """
    record = open_to_write(session, actor, patient_id, at=at)
    about = {Label.SUBSTANCE_USE} if kind is ItemClass.SUD_COUNSELING_NOTE else set()
    note = new_draft(session, record, kind, title=title, body=body, on=date, labels={*labels, *about}, part2=part2)
    return changed(session, record, "draft-note", note.id)


def new_draft(
    session: Session,
    record: Record,
    kind: ItemClass,
    *,
    title: str,
    body: str,
    on: date,
    labels: Iterable[Label],
    part2: bool | None,
) -> Note:
    """Add a draft of the actor's. Raises NotPermitted where it is not theirs to write, and Invalid."""
    if not record.roles & NOTE_WRITERS[kind]:
        raise NotPermitted(_NOT_YOURS)
    note_id, me = new_id(), record.actor.user_id
    note = Note(
        id=note_id,
        patient_id=record.patient_id,
        item_class=kind,
        author_id=me,
        holder_id=me,
        date=not_in_future(on, record.at),
        draft=True,
        status=NoteStatus.DRAFT,
        title=seal(session, Note.title, note_id, title),
        body=seal(session, Note.body, note_id, body),
        created_at=record.at,
        updated_at=record.at,
        **labelled(labels, part2),
    )
    session.add(note)
    return note


def edit(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    note_id: UUID,
    *,
    version: int,
    at: datetime,
    **changes: Any,
) -> dict[str, Any]:
    """Change a draft: any of `title`, `body`, `date`. Raises Conflict once it is signed."""
    record, note = own(session, actor, patient_id, note_id, version=version, at=at)
    if note.status is not NoteStatus.DRAFT:
        raise Conflict("A signed note does not change: add an addendum, or mark it as entered in error.")
    if "date" in changes:
        note.date = not_in_future(changes["date"], at)
    for column in (Note.title, Note.body):
        if column.key in changes:
            setattr(note, column.key, seal(session, column, note.id, changes[column.key]))
    return changed(session, record, "edit-note", note.id)


def sign(
    session: Session, actor: Actor, patient_id: UUID, note_id: UUID, *, version: int, at: datetime
) -> dict[str, Any]:
    """Sign a draft: from now on it does not change, and consents may open it."""
    record, note = own(session, actor, patient_id, note_id, version=version, at=at)
    if note.status is not NoteStatus.DRAFT:
        raise Conflict("This note is signed already.")
    note.status, note.draft, note.signed_at = NoteStatus.SIGNED, False, at
    return changed(session, record, "sign-note", note.id)


def add_addendum(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    note_id: UUID,
    *,
    body: str,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Add to a signed note; the text before stays as it is."""
    record, note = own(session, actor, patient_id, note_id, version=version, at=at)
    if note.status is not NoteStatus.SIGNED:
        raise Conflict("Only a signed note has addenda; a draft can be changed.")
    addendum_id = new_id()
    sealed = seal(session, NoteAddendum.body, addendum_id, body)
    session.add(NoteAddendum(id=addendum_id, note_id=note.id, author_id=actor.user_id, body=sealed, created_at=at))
    return changed(session, record, "add-addendum", note.id)


def enter_in_error(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    note_id: UUID,
    *,
    reason: str,
    version: int,
    at: datetime,
) -> dict[str, Any]:
    """Mark one's own note as entered in error; also possible after leaving the team. It stays readable."""
    record, note = own(session, actor, patient_id, note_id, version=version, at=at, current=False)
    if note.status is NoteStatus.ENTERED_IN_ERROR:
        raise Conflict("This note is marked as entered in error already.")
    note.status, note.error_at = NoteStatus.ENTERED_IN_ERROR, at
    note.error_reason = seal(session, Note.error_reason, note.id, reason)
    return changed(session, record, "note-entered-in-error", note.id)


def changed(session: Session, record: Record, act: str, note_id: UUID) -> dict[str, Any]:
    """Write what changed and log the act; return the note, a special one with what does not belong in it."""
    return checked(reading.changed(session, record, NOTES, act, note_id), record)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the notes of these gate rows, each whole: with its addenda."""
    addenda = _addenda(session, [r.id for r in rows if r.status is not NoteStatus.DRAFT])
    return [
        {
            **heading(record, row),
            "status": row.status,
            "title": unseal(session, Note.title, row.id, row.title),
            "body": unseal(session, Note.body, row.id, row.body),
            "signed_at": row.signed_at,
            "entered_in_error_at": row.error_at,
            "entered_in_error_reason": unseal(session, Note.error_reason, row.id, row.error_reason),
            "addenda": addenda.get(row.id, []),
            "belongs_elsewhere": None,
        }
        for row in rows
    ]


NOTES = Kind(Note, COLUMNS, "read-note", "read-notes", present)


def own(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    note_id: UUID,
    *,
    version: int,
    at: datetime,
    current: bool = True,
) -> tuple[Record, Note]:
    """Return one's own note, to change it. Raises NotFound, NotPermitted or Stale."""
    opener = open_to_write if current else open_record
    record = opener(session, actor, patient_id, at=at)
    note: Note = reading.to_change(session, record, NOTES, note_id)
    if note.author_id != actor.user_id:
        raise NotPermitted("Only its author changes a note.")
    touch(note, version=record.version_meant(note, version), at=at)
    return record, note


def _addenda(session: Session, note_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    if not note_ids:
        return {}
    query = select(*_ADDENDUM).where(_ADDENDUM.note_id.in_(note_ids)).order_by(_ADDENDUM.id)
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in session.execute(query):
        text = unseal(session, NoteAddendum.body, row.id, row.body)
        found.setdefault(row.note_id, []).append(
            {"id": row.id, "author_id": row.author_id, "body": text, "created_at": row.created_at}
        )
    return found


def _filters(
    *,
    kind: ItemClass | None = None,
    status: NoteStatus | None = None,
    author_id: UUID | None = None,
    from_date: date | None = None,
    through_date: date | None = None,
) -> list[ColumnElement[bool]]:
    return [
        *([Note.item_class == kind] if kind else []),
        *([Note.status == status] if status else []),
        *([Note.author_id == author_id] if author_id else []),
        *([Note.date >= from_date] if from_date else []),
        *([Note.date <= through_date] if through_date else []),
    ]
