"""Plan items, words to them, plan reviews, intakes and trials in one line each, written directly."""

from datetime import timedelta
from typing import Any

from careteam.models import Intake, Item, PlanAcknowledgement, PlanItem, PlanReview, PlanVersion, PriorTrial
from careteam.models.types import new_id
from careteam.policy.treatment_words import IntakeSection, PlanAnswer, PlanItemKind, PlanItemState, TrialEffect
from careteam.policy.vocabulary import ItemClass
from careteam.vault import seal
from tests.world import Person, World


def _head(world: World, patient: Person, author: Person, item_class: ItemClass) -> dict[str, Any]:
    return {
        "id": new_id(),
        "patient_id": patient.patient_id,
        "item_class": item_class,
        "author_id": author.user_id,
        "holder_id": None if author.user_id == patient.user_id else author.user_id,
        "date": world.now.date(),
        "created_at": world.now,
        "updated_at": world.now,
    }


def plan_item(world: World, patient: Person, author: Person, *, text: str) -> PlanItem:
    """An active goal in its first version, held by its author."""
    head = _head(world, patient, author, ItemClass.TREATMENT_PLAN)
    made = PlanItem(**head, kind=PlanItemKind.GOAL, state=PlanItemState.ACTIVE, number=1)
    version = PlanVersion(id=new_id(), plan_item_id=made.id, number=1, author_id=author.user_id, at=world.now)
    version.text = seal(world.session, PlanVersion.text, version.id, text)
    world.add(made, version)
    return made


def plan_word(world: World, patient: Person, author: Person, item: PlanItem, *, text: str) -> PlanAcknowledgement:
    """What somebody asks to discuss of the first version of an item."""
    head = _head(world, patient, author, ItemClass.TREATMENT_PLAN)
    about = {"plan_item_id": item.id, "number": 1, "by_id": author.user_id, "answer": PlanAnswer.DISCUSS}
    made = PlanAcknowledgement(**head, **about)
    made.text = seal(world.session, PlanAcknowledgement.text, made.id, text)
    world.add(made)
    return made


def plan_review(world: World, patient: Person, *, text: str) -> PlanReview:
    """A plan review of the patient's, sent to nobody."""
    head = _head(world, patient, patient, ItemClass.TREATMENT_PLAN)
    made = PlanReview(**head, answer_due_at=world.now + timedelta(days=3))
    made.text = seal(world.session, PlanReview.text, made.id, text)
    world.add(made)
    return made


def intake_part(world: World, patient: Person, author: Person, *, text: str) -> Item:
    """An intake, begun by its author."""
    made = Intake(**_head(world, patient, author, ItemClass.INTAKE), section=IntakeSection.SYMPTOMS)
    made.text = seal(world.session, Intake.text, made.id, text)
    world.add(made)
    return made


def prior_trial(world: World, patient: Person, author: Person, *, drug: str) -> Item:
    """A medication that was tried before."""
    made = PriorTrial(**_head(world, patient, author, ItemClass.INTAKE), effect=TrialEffect.UNKNOWN)
    made.drug_name = seal(world.session, PriorTrial.drug_name, made.id, drug)
    world.add(made)
    return made
