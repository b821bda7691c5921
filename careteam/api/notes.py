"""Notes of one patient."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import answer, blueprint, page, versioned
from careteam.api.schemas.notes import AddendumDraft, NoteDraft, NoteEdit, NoteOut, NotePage, NoteQuery, Reason
from careteam.context import actor, now, session
from careteam.services.record import notes

blp = blueprint("notes", "Progress, coordination and special notes: draft, signed, then only added to.")
NOTES = "/patients/<uuid:patient_id>/notes"
NOTE = NOTES + "/<uuid:note_id>"


@blp.route(NOTES)
@blp.arguments(NoteQuery, location="query")
@blp.response(200, NotePage)
def list_notes(query: dict[str, Any], patient_id: UUID) -> Response:
    """List the notes that you may read, newest first."""
    return page(*notes.page_of(session(), actor(), patient_id, **query, at=now()))


@blp.route(NOTES, methods=["POST"])
@blp.arguments(NoteDraft)
@blp.response(201, NoteOut)
def draft_note(body: dict[str, Any], patient_id: UUID) -> Response:
    """Begin a note; only you read it until you sign it."""
    return _note(notes.draft(session(), actor(), patient_id, **body, at=now()), 201)


@blp.route(NOTE)
@blp.response(200, NoteOut)
def read_note(patient_id: UUID, note_id: UUID) -> Response:
    """Read one note."""
    return _note(notes.read(session(), actor(), patient_id, note_id, at=now()))


@blp.route(NOTE, methods=["PATCH"])
@blp.arguments(NoteEdit)
@blp.response(200, NoteOut)
@versioned
def edit_note(body: dict[str, Any], patient_id: UUID, note_id: UUID, version: int) -> Response:
    """Change a draft."""
    return _note(notes.edit(session(), actor(), patient_id, note_id, version=version, at=now(), **body))


@blp.route(NOTE + "/signature", methods=["POST"])
@blp.response(200, NoteOut)
@versioned
def sign_note(patient_id: UUID, note_id: UUID, version: int) -> Response:
    """Sign a draft; from now on it does not change."""
    return _note(notes.sign(session(), actor(), patient_id, note_id, version=version, at=now()))


@blp.route(NOTE + "/addenda", methods=["POST"])
@blp.arguments(AddendumDraft)
@blp.response(201, NoteOut)
@versioned
def add_addendum(body: dict[str, Any], patient_id: UUID, note_id: UUID, version: int) -> Response:
    """Add to a signed note."""
    made = notes.add_addendum(session(), actor(), patient_id, note_id, **body, version=version, at=now())
    return _note(made, 201)


@blp.route(NOTE + "/entered-in-error", methods=["POST"])
@blp.arguments(Reason)
@blp.response(200, NoteOut)
@versioned
def enter_note_in_error(body: dict[str, Any], patient_id: UUID, note_id: UUID, version: int) -> Response:
    """Mark your note as entered in error; it stays readable, marked."""
    return _note(notes.enter_in_error(session(), actor(), patient_id, note_id, **body, version=version, at=now()))


def _note(note: dict[str, Any], status: int = 200) -> Response:
    return answer(note, status, version=note["version"])
