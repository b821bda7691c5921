"""The author's release of one special note to one member, or to the patient: the author's act alone.

A release to a member opens nothing by itself (`careteam.policy.sharing`, rule 3): a consent of the note's own kind must
name reader and author as well.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.errors import Conflict, Invalid, NotFound
from careteam.models import SpecialRelease
from careteam.models.types import new_id
from careteam.policy.team import current
from careteam.policy.vocabulary import NoteStatus
from careteam.services.log import access_log
from careteam.services.paging import page
from careteam.services.record.records import Record
from careteam.services.special.own_notes import find, shown
from careteam.services.special.release_notices import tell_reader
from careteam.services.special.release_views import present

_NO_MEMBER = "Name a current member of this care team, other than yourself, or `patient`."


def release(
    session: Session, actor: Actor, patient_id: UUID, note_id: UUID, *, to: str, at: datetime
) -> dict[str, Any]:
    """Release one's own signed note to `patient` or `member:<uuid>`, a current member; the answer says what it opens.

    For the author while in the team. Raises NotFound, NotPermitted, Conflict (not signed, marked as entered in
    error, or released to them already), Invalid (nobody who is in the team now).
    """
    record, row = find(session, actor, patient_id, note_id, to_write=True, at=at)
    if row.status is not NoteStatus.SIGNED:
        raise Conflict("Only a signed note is released: sign it first, or release another one.")
    reader_id = _reader(record, to)
    if _standing(session, note_id, reader_id) is not None:
        raise Conflict("This note is released to them already.")
    made = SpecialRelease(
        id=new_id(),
        patient_id=patient_id,
        item_id=note_id,
        reader_id=reader_id,
        released_by=actor.user_id,
        released_at=at,
    )
    session.add(made)
    session.flush()
    tell_reader(session, record, made)
    return _changed(session, record, row, "release-note", made)


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
    """Return one page of the releases of one's own note, newest first, those taken back included, and the next cursor.

    Raises NotFound, NotPermitted, and Invalid on a cursor that is not ours.
    """
    record, row = find(session, actor, patient_id, note_id, at=at)
    query = select(SpecialRelease).where(SpecialRelease.item_id == note_id).order_by(SpecialRelease.id.desc())
    found = page(session, query, limit=limit, cursor=cursor, whose=note_id)
    access_log.disclosed(session, record.actor, patient_id, "read-releases", shown(record, row), at=at)
    return [present(record, row, released[0]) for released in found.rows], found.cursor


def read(
    session: Session, actor: Actor, patient_id: UUID, note_id: UUID, release_id: UUID, *, at: datetime
) -> dict[str, Any]:
    """Return one release of one's own note. Raises NotFound, NotPermitted."""
    record, row = find(session, actor, patient_id, note_id, at=at)
    found = _find(session, note_id, release_id)
    access_log.disclosed(session, record.actor, patient_id, "read-release", shown(record, row), at=at)
    return present(record, row, found)


def withdraw(
    session: Session, actor: Actor, patient_id: UUID, note_id: UUID, release_id: UUID, *, at: datetime
) -> dict[str, Any]:
    """Take a release back, also after leaving the team; from commit on the note opens no more to that reader.

    Doing it again changes nothing. What was read cannot be recalled. Raises NotFound, NotPermitted.
    """
    record, row = find(session, actor, patient_id, note_id, at=at)
    found = _find(session, note_id, release_id)
    if found.withdrawn_at is None:
        found.withdrawn_at = at
        session.flush()
    return _changed(session, record, row, "withdraw-release", found)


def _reader(record: Record, to: str) -> UUID | None:
    """Return the member's id, None for the patient. Raises Invalid."""
    user_id = facts.holder(to)
    here = {m.user_id for m in record.team.memberships if current(m, record.at)}
    if user_id is not None and user_id not in here - {record.actor.user_id}:
        raise Invalid(_NO_MEMBER, {"to": [_NO_MEMBER]})
    return user_id


def _standing(session: Session, note_id: UUID, reader_id: UUID | None) -> UUID | None:
    query = select(SpecialRelease.id).where(
        SpecialRelease.item_id == note_id,
        SpecialRelease.reader_id.is_not_distinct_from(reader_id),
        SpecialRelease.withdrawn_at.is_(None),
    )
    return session.scalars(query).first()


def _find(session: Session, note_id: UUID, release_id: UUID) -> SpecialRelease:
    found = session.get(SpecialRelease, release_id)
    if found is None or found.item_id != note_id:
        raise NotFound
    return found


def _changed(session: Session, record: Record, row: Any, act: str, made: SpecialRelease) -> dict[str, Any]:
    seen = shown(record, row)
    access_log.changed(session, record.actor, record.patient_id, act, target=made.id, items=seen, at=record.at)
    return present(record, row, made)
