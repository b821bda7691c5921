"""Special notes as their author finds them: to release, to look after, to take text out of."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound, NotPermitted
from careteam.models import Note
from careteam.policy.vocabulary import SPECIAL_CLASSES
from careteam.services.log.access_log import Disclosed
from careteam.services.record import notes
from careteam.services.record.records import Record, open_record, open_to_write

_ONLY_AUTHOR = "Only the author of a special note does this."
_NOT_SPECIAL = "This is no special note: consents open it, and the patient sees who looked at it."


def find(
    session: Session, actor: Actor, patient_id: UUID, note_id: UUID, *, to_write: bool = False, at: datetime
) -> tuple[Record, Any]:
    """Return the record, and the gate row of one's own special note.

    Also after leaving the team, unless `to_write`. Raises NotFound when the note is absent or hidden, NotPermitted
    to former members who want to write, to other readers, and of other notes.
    """
    record = (open_to_write if to_write else open_record)(session, actor, patient_id, at=at)
    row = session.execute(record.rows(Note, *notes.COLUMNS).where(Note.id == note_id)).first()
    if row is None:
        raise NotFound
    if row.author_id != actor.user_id:
        raise NotPermitted(_ONLY_AUTHOR)
    if row.item_class not in SPECIAL_CLASSES:
        raise NotPermitted(_NOT_SPECIAL)
    return record, row


def shown(record: Record, row: Any) -> list[Disclosed]:
    """Return what the log says of every act on the note: with the note in it, the patient's log leaves it out."""
    return record.seen([row])
