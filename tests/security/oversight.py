"""What privacy officers look after: an emergency session that waits for review, and a questioned access."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from careteam.models import AccessCase, AccessEvent, CaseMessage, EmergencyReview, EmergencySession
from careteam.models.types import new_id
from careteam.policy.vocabulary import Role
from careteam.vault import seal
from tests.world import Person, World

DAY = timedelta(days=1)


def emergency(world: World, patient: Person, clinician: Person, practice_id: Any, words: str) -> UUID:
    """Let somebody have opened emergency access two days ago for this practice; it waits for review."""
    made, began = new_id(), world.now - 2 * DAY
    session = EmergencySession(
        id=made,
        patient_id=patient.patient_id,
        user_id=clinician.user_id,
        role=Role.PRESCRIBER,
        practice_id=practice_id,
        classes=["medication"],
        nature=seal(world.session, EmergencySession.nature, made, words),
        why_no_consent=seal(world.session, EmergencySession.why_no_consent, made, words),
        valid_from=began,
        valid_until=began + timedelta(hours=1),
    )
    world.add(session, EmergencyReview(id=made, practice_id=practice_id, due_at=world.now + DAY))
    return made


def looked(world: World, patient: Person, clinician: Person) -> UUID:
    """Let somebody have looked at a patient's team, and return the event."""
    made = new_id()
    row = {"actor_id": clinician.user_id, "actor_role": "therapist", "patient_id": patient.patient_id}
    world.add(AccessEvent(id=made, at=world.now, act="read-team", outcome="disclosed", **row))
    return made


def case(world: World, patient: Person, clinician: Person, practice_id: Any, words: str) -> UUID:
    """Let the patient have questioned a look of somebody, and return the case."""
    made, message = new_id(), new_id()
    row = {"patient_id": patient.patient_id, "event_id": looked(world, patient, clinician), "practice_id": practice_id}
    times = {"opened_by": patient.user_id, "opened_at": world.now, "due_at": world.now + 30 * DAY}
    said = {"case_id": made, "at": world.now, "author_id": patient.user_id, "from_practice": False}
    sealed = seal(world.session, CaseMessage.words, message, words)
    world.add(AccessCase(id=made, **row, **times), CaseMessage(id=message, words=sealed, **said))
    return made
