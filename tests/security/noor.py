"""Noor's record: of every kind of thing one that somebody could put where a thing of Maya's belongs."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from careteam.models import Invitation, Medication, MedicationEvent, SpecialRelease, Staff
from careteam.policy.treatment_words import AnswerOutcome
from careteam.policy.vocabulary import ItemClass, NoticeKind, Role
from tests.consent.acts import in_state
from tests.plan import rows
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
        **_reports(stage, noor, entry),
        "measure_id": world.measure(noor, stage.prescriber, outside_author=stage.canary("Noor's record")).id,
        "measure_request_id": world.measure_request(noor, stage.prescriber, text=stage.canary("Noor's record")).id,
        **_written(stage, noor),
        "question_id": world.question(noor, text=stage.canary("Noor's record")).id,
        **_planned(stage, noor),
        "referral_id": world.referral(noor, stage.prescriber, reason=stage.canary("Noor's record")).id,
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


def _reports(stage: Stage, noor: Person, entry: Medication) -> dict[str, UUID]:
    """A report of hers with its answer, what she asks for, and what was done about her entry."""
    world, words = stage.world, stage.canary("Noor's record")
    report = world.side_effect(noor, noor, effect=words)
    answer = world.answer(stage.prescriber, report, outcome=AnswerOutcome.MANAGE, text=words)
    return {
        "side_effect_id": report.id,
        "answer_id": answer.id,
        "cost_request_id": world.cost_request(noor, entry, text=words).id,
        "check_in_id": world.check_in(noor, stage.prescriber, entry, symptoms=words).id,
        "supply_id": world.supply(noor, stage.prescriber, entry, unit=words).id,
        "request_id": world.refill_request(noor, entry, text=words).id,
    }


def _written(stage: Stage, noor: Person) -> dict[str, UUID]:
    """What Paul wrote to her."""
    made = stage.world.message(noor, stage.prescriber, noor, text=stage.canary("Noor's record"))
    return {"message_id": made.id, "thread_id": made.thread_id}


def _planned(stage: Stage, noor: Person) -> dict[str, UUID]:
    """An item of her plan with what she says to it, her plan review, her intake, and what she tried before."""
    world, words = stage.world, stage.canary("Noor's record")
    item = rows.plan_item(world, noor, stage.prescriber, text=words)
    return {
        "plan_item_id": item.id,
        "acknowledgement_id": rows.plan_word(world, noor, noor, item, text=words).id,
        "plan_review_id": rows.plan_review(world, noor, text=words).id,
        "intake_part_id": rows.intake_part(world, noor, stage.prescriber, text=words).id,
        "prior_trial_id": rows.prior_trial(world, noor, noor, drug=words).id,
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
