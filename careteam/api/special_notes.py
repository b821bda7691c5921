"""Special notes: who may read one is their author's act, note by note; and text that belongs in a progress note."""

from typing import Any
from uuid import UUID

from flask import Response

from careteam.api.door import PREFIX, answer, blueprint, page, versioned
from careteam.api.notes import NOTE, NOTES
from careteam.api.schemas.fields import PageQuery
from careteam.api.schemas.special_notes import MoveDraft, MoveOut, NoteAccessPage, ReleaseDraft, ReleaseOut, ReleasePage
from careteam.context import actor, now, session
from careteam.services.special import moving, note_log, releases

blp = blueprint(
    "special_notes", "Psychotherapy and SUD counseling notes: released by their author, or nobody reads them."
)
RELEASES = NOTE + "/releases"
RELEASE = RELEASES + "/<uuid:release_id>"


@blp.route(RELEASES)
@blp.arguments(PageQuery, location="query")
@blp.response(200, ReleasePage)
def list_releases(query: dict[str, Any], patient_id: UUID, note_id: UUID) -> Response:
    """List to whom your special note is and was released, newest first."""
    return page(*releases.page_of(session(), actor(), patient_id, note_id, **query, at=now()))


@blp.route(RELEASES, methods=["POST"])
@blp.arguments(ReleaseDraft)
@blp.response(201, ReleaseOut)
def release_note(body: dict[str, Any], patient_id: UUID, note_id: UUID) -> Response:
    """Release your signed special note to the patient, or to a member whom a consent for such notes must name too."""
    made = releases.release(session(), actor(), patient_id, note_id, **body, at=now())
    return answer(made, 201)


@blp.route(RELEASE)
@blp.response(200, ReleaseOut)
def read_release(patient_id: UUID, note_id: UUID, release_id: UUID) -> Response:
    """Read one release of your special note, and whether a consent is in force that it needs."""
    return answer(releases.read(session(), actor(), patient_id, note_id, release_id, at=now()))


@blp.route(RELEASE + "/withdrawal", methods=["POST"])
@blp.response(200, ReleaseOut)
def withdraw_release(patient_id: UUID, note_id: UUID, release_id: UUID) -> Response:
    """Take a release back, also after you left the team. What was read cannot be recalled."""
    return answer(releases.withdraw(session(), actor(), patient_id, note_id, release_id, at=now()))


@blp.route(NOTE + "/moves", methods=["POST"])
@blp.arguments(MoveDraft)
@blp.response(201, MoveOut)
@versioned
def move_note_text(body: dict[str, Any], patient_id: UUID, note_id: UUID, version: int) -> Response:
    """Move text out of your special note into the draft of a progress note; out of a signed one it is copied."""
    spans = [(span["start"], span["end"]) for span in body.pop("spans")]
    made = moving.move(session(), actor(), patient_id, note_id, spans=spans, **body, version=version, at=now())
    place = PREFIX + NOTES.replace("<uuid:patient_id>", str(patient_id))
    return answer(made, 201, version=made["version"], location=f"{place}/{made['progress_note']['id']}")


@blp.route(NOTE + "/access-log")
@blp.arguments(PageQuery, location="query")
@blp.response(200, NoteAccessPage)
def list_note_access(query: dict[str, Any], patient_id: UUID, note_id: UUID) -> Response:
    """List who read, changed or released your special note, newest first."""
    return page(*note_log.page_of(session(), actor(), patient_id, note_id, **query, at=now()))
