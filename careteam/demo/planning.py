"""Deeds with the intake, with the plan and what each party says to it, and with "my current plan isn't working"."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from careteam.demo.stage import Stage
from careteam.policy.treatment_words import IntakeSection, PlanAnswer, PlanItemKind, PlanItemState
from careteam.services.planning import acknowledging, intakes, plan_reviewing, plan_writing, prior_trials


@dataclass(frozen=True, slots=True)
class WritesIntake:
    """Writes a part of an intake: of one that is there, or, as a clinician, of a new one."""

    section: IntakeSection
    text: str
    to: str | None = None
    part: str = "intake-part"
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        made = intakes.write(
            stage.session,
            stage.actor(who),
            stage.patient_id(self.about),
            section=self.section,
            text=self.text,
            intake_id=stage.made[self.to]["intake_id"] if self.to else None,
            at=at,
        )
        stage.keep(self.part, made)


@dataclass(frozen=True, slots=True)
class RecordsTrial:
    """Records what was tried before: the drug, and what is known of it."""

    drug: str
    said: Mapping[str, Any]
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.actor(who), stage.patient_id(self.about))
        prior_trials.record_trial(stage.session, *ids, drug_name=self.drug, at=at, **self.said)


@dataclass(frozen=True, slots=True)
class Plans:
    """Adds an item to the plan, and agrees to it by that."""

    item: str
    kind: PlanItemKind
    text: str
    goal: str | None = None
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        goal_id = stage.id_of(self.goal) if self.goal else None
        ids = (stage.actor(who), stage.patient_id(self.about))
        made = plan_writing.write(stage.session, *ids, kind=self.kind, text=self.text, goal_id=goal_id, at=at)
        stage.keep(self.item, made)


@dataclass(frozen=True, slots=True)
class Replans:
    """Says something else in an own item of the plan from now on; everybody is asked anew."""

    item: str
    text: str
    reason: str
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids, version = (stage.patient_id(self.about), stage.id_of(self.item)), stage.version_of(self.item)
        actor, text, reason = stage.actor(who), self.text, self.reason
        made = plan_writing.edit(stage.session, actor, *ids, version=version, reason=reason, text=text, at=at)
        stage.keep(self.item, made)


@dataclass(frozen=True, slots=True)
class Achieves:
    """Says of an own item of the plan that it is achieved."""

    item: str
    reason: str
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids, version = (stage.patient_id(self.about), stage.id_of(self.item)), stage.version_of(self.item)
        state = PlanItemState.ACHIEVED
        actor, reason = stage.actor(who), self.reason
        made = plan_writing.close(stage.session, actor, *ids, state=state, reason=reason, version=version, at=at)
        stage.keep(self.item, made)


@dataclass(frozen=True, slots=True)
class SaysToPlan:
    """Agrees to the current version of an item of the plan, differs, or asks to discuss it."""

    item: str
    answer: PlanAnswer = PlanAnswer.AGREE
    text: str | None = None
    about: str = "nora"

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids, number = (stage.patient_id(self.about), stage.id_of(self.item)), stage.made[self.item]["number"]
        actor, answer = stage.actor(who), self.answer
        acknowledging.acknowledge(stage.session, actor, *ids, number=number, answer=answer, text=self.text, at=at)


@dataclass(frozen=True, slots=True)
class SaysItIsNotWorking:
    """Opens, as the patient, a plan review that all current members see."""

    review: str
    text: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids = (stage.actor(who), stage.patient_id(who))
        stage.keep(self.review, plan_reviewing.open_review(stage.session, *ids, text=self.text, at=at))


@dataclass(frozen=True, slots=True)
class ClosesReview:
    """Closes, as the patient, a plan review."""

    review: str

    def do(self, stage: Stage, who: str, at: datetime) -> None:
        """Do it."""
        ids, version = (stage.patient_id(who), stage.id_of(self.review)), stage.version_of(self.review)
        plan_reviewing.close(stage.session, stage.actor(who), *ids, version=version, at=at)
