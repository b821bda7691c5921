"""Noor's record: of every kind of thing one that somebody could put where a thing of Maya's belongs."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from careteam.models import Invitation, MedicationEvent, SpecialRelease, Staff
from careteam.policy.vocabulary import ItemClass, NoticeKind, Role
from tests.consent.acts import in_state
from tests.security import oversight
from tests.security.stage import DAY, Stage
from tests.world import Person


def ids_of_noor(stage: Stage) -> dict[str, Any]:
    """Write Noor's things, and return what an address calls each. Paul is in her team too and reads all of it."""
    world, noor, nils = stage.world, stage.noor, stage.world.therapist("Nils Nobody")
    world.join(noor, stage.prescriber, Role.PRESCRIBER)
    place = world.join(noor, nils, Role.THERAPIST)
    words = stage.canary("Noor's record")
    note = world.note(noor, stage.prescriber, title=words, body=words)
    entry = world.medication(noor, stage.prescriber, drug=stage.canary("Noor's record"))
    event = select(MedicationEvent.id).where(MedicationEvent.medication_id == entry.id)
    staff = select(Staff.id).where(Staff.user_id == nils.user_id)
    return {
        "patient_id": noor.patient_id,
        "note_id": note.id,
        "medication_id": entry.id,
        "item_id": note.id,
        "allergy_id": world.allergy(noor, stage.prescriber, substance=stage.canary("Noor's record")).id,
        "condition_id": world.condition(noor, stage.prescriber, name=stage.canary("Noor's record")).id,
        "reconciliation_id": stage.reconciled(noor, entry.id, "Noor's record"),
        "review_id": stage.reviewed(noor),
        "event_id": world.session.scalars(event).one(),
        "consent_id": in_state(world, noor, stage.prescriber, "requested").id,
        "representation_id": world.acts_for(noor, world.user("Nadia Onbehalf")).id,
        "restriction_id": world.restriction(noor, item_class=ItemClass.REFERRAL).id,
        "membership_id": place.id,
        "invitation_id": _invitation(stage, noor).id,
        "notice_id": stage.told(nils, noor, NoticeKind.BACKUP_RESTORED, place.id),
        "practice_id": nils.practice_id,
        "emergency_id": oversight.emergency(world, noor, stage.prescriber, nils.practice_id, words),
        "case_id": oversight.case(world, noor, nils, nils.practice_id, words),
        "access_event_id": oversight.looked(world, noor, nils),
        "staff_id": world.session.scalars(staff).one(),
        "release_id": _release(stage, noor, note.id),
        "token_id": stage.token(nils),
        "session_id": stage.signed_in(nils),
    }


def _release(stage: Stage, noor: Person, item_id: UUID) -> UUID:
    by = {"released_by": stage.prescriber.user_id, "released_at": stage.world.now}
    made = SpecialRelease(patient_id=noor.patient_id, item_id=item_id, **by)
    stage.world.add(made)
    return made.id


def _invitation(stage: Stage, noor: Person) -> Invitation:
    made = Invitation(
        kind="clinician",
        email="nobody@example.org",
        token_hash=uuid4().hex,
        invited_by=noor.user_id,
        role=Role.PRESCRIBER,
        patient_id=noor.patient_id,
        created_at=stage.world.now,
        expires_at=stage.world.now + DAY,
    )
    stage.world.add(made)
    return made
