"""What a release tells its author: to whom, since when, and whether a consent is in force that it needs.

Of consents it tells what the author may know: those of this kind that name them and this reader. What else such a
consent says, and what the patient restricts, is not said (`domain.md`, "What a refusal shows").
"""

from typing import Any
from uuid import UUID

from careteam.models import SpecialRelease
from careteam.policy.consent import CLASSES_OF, discloses_special, receives_special
from careteam.policy.sharing import in_force
from careteam.policy.vocabulary import ItemClass
from careteam.services.consents.documents import holder_text
from careteam.services.record.records import Record

_TAKEN_BACK = "Taken back: it opens nothing. What was read before cannot be recalled."
_LEFT = "You are not in this care team any more. The release stands until you take it back."
_TO_PATIENT = (
    "The patient reads this note with its addenda, those to come too, and who looked at it, until you take it back."
)
_IN_FORCE = (
    "A consent for such notes is in force that names you and this reader. What it says besides, and what the patient "
    "restricts, still counts."
)
_NOTHING = (
    "It opens nothing: no consent for such notes that names you and this reader is in force. Ask the patient for one "
    "with POST /api/v1/patients/{patient_id}/consents."
)


def present(record: Record, note: Any, release: SpecialRelease) -> dict[str, Any]:
    """Return the release as its author sees it; `consent_in_force` is null where none is needed, or theirs to know."""
    asked = release.withdrawn_at is None and release.reader_id is not None and record.is_member
    there = _consent(record, note.item_class, release.reader_id) if asked else None
    return {
        "id": release.id,
        "note_id": release.item_id,
        "to": holder_text(release.reader_id),
        "released_at": release.released_at,
        "withdrawn_at": release.withdrawn_at,
        "consent_in_force": there,
        "meaning": _meaning(record, release, there),
    }


def _consent(record: Record, item_class: ItemClass, reader_id: UUID | None) -> bool:
    me = record.actor.user_id
    return reader_id is not None and any(
        in_force(consent, record.at)
        and item_class in CLASSES_OF[consent.kind]
        and receives_special(consent, reader_id)
        and discloses_special(consent, me)
        for consent in record.facts.consents
    )


def _meaning(record: Record, release: SpecialRelease, there: bool | None) -> str:
    if release.withdrawn_at is not None:
        return _TAKEN_BACK
    if release.reader_id is None:
        return _TO_PATIENT
    if not record.is_member:
        return _LEFT
    return _IN_FORCE if there else _NOTHING
