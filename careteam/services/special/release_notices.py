"""Whom a release is news for: only those who can read the note now, so that it tells nothing of what they cannot."""

from sqlalchemy.orm import Session

from careteam import access
from careteam.models import Note, SpecialRelease
from careteam.policy.facts import Reader
from careteam.policy.vocabulary import NoticeKind
from careteam.services.notices.telling import tell
from careteam.services.record.records import Record
from careteam.services.team.readers import readers


def tell_reader(session: Session, record: Record, release: SpecialRelease) -> None:
    """Tell the patient, or the member if the gate opens the note to them at this instant."""
    if release.reader_id is None:
        whom = record.team.patient_user_id
    else:
        reader = readers(session, [release.reader_id])[release.reader_id]
        whom = reader.user_id if _opens(session, reader, record, release) else None
    kind = NoticeKind.NOTE_RELEASED
    tell(session, [whom], kind, patient_id=record.patient_id, target=release.item_id, at=record.at)


def _opens(session: Session, reader: Reader, record: Record, release: SpecialRelease) -> bool:
    _, scope = access.opened(session, reader, record.patient_id, at=record.at)
    return session.execute(access.visible(Note, scope, Note.id).where(Note.id == release.item_id)).first() is not None
