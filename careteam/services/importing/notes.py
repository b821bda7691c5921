"""Imported notes: signed by somebody outside, held by the member who is named for that author, else by the patient."""

import base64
import json
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.fhir_reading import Precision, ReadNote
from careteam.models import Note
from careteam.models.types import new_id
from careteam.policy.vocabulary import SPECIAL_CLASSES, NoteStatus
from careteam.services.importing.authors import Authors
from careteam.services.importing.dates import dated
from careteam.services.importing.words import NAME, NOT_STATED, clipped
from careteam.vault import seal

IN_ERROR = "The source marks this note as entered in error."
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
LOINC = "http://loinc.org"


def is_special(read: ReadNote) -> bool:
    """Say whether nobody could read the note: a special note is its author's alone, and this author is no user."""
    return read.item_class in SPECIAL_CLASSES


def note(session: Session, read: ReadNote, patient_id: UUID, authors: Authors, *, at: datetime) -> Note:
    """Return the note, ready to be written."""
    note_id = new_id()
    error = IN_ERROR if read.entered_in_error else None
    return Note(
        id=note_id,
        patient_id=patient_id,
        item_class=read.item_class,
        outside_author=clipped(", ".join(author.name for author in read.authors) or NOT_STATED, NAME),
        holder_id=authors.holder_of(read.authors),
        date=dated(read.written, at=at).day,
        awaits_review=True,
        status=NoteStatus.ENTERED_IN_ERROR if error else NoteStatus.SIGNED,
        title=seal(session, Note.title, note_id, read.title),
        body=seal(session, Note.body, note_id, read.text),
        signed_at=_signed_at(read, at),
        error_at=at if error else None,
        error_reason=seal(session, Note.error_reason, note_id, error),
        created_at=at,
        updated_at=at,
    )


def document(read: ReadNote) -> str:
    """Return the note as a DocumentReference again, for keeping it unread."""
    attachment = {
        "contentType": "text/plain; charset=utf-8",
        "title": read.title,
        "data": base64.b64encode(read.text.encode()).decode(),
    }
    made = {
        "resourceType": "DocumentReference",
        "meta": {"security": [{"system": ACT_CODE, "code": code} for code in read.sensitivity.codes]},
        "status": "entered-in-error" if read.entered_in_error else "current",
        "type": {"coding": [{"system": LOINC, "code": read.type_code}]} if read.type_code else None,
        "date": read.written.text if read.written else None,
        "author": [{"display": author.name} for author in read.authors],
        "content": [{"attachment": attachment}],
    }
    return json.dumps({key: value for key, value in made.items() if value}, ensure_ascii=False)


def _signed_at(read: ReadNote, at: datetime) -> datetime | None:
    """Return when the source says that it was written, where it says so exactly and the time has come."""
    exact = read.written is not None and read.written.precision is Precision.TIME
    return read.written.earliest if exact and read.written and read.written.earliest <= at else None
