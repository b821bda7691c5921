"""The plan, plan reviews, intake and prior trials, each asked for once."""

from typing import Any

from careteam.policy.vocabulary import ItemClass
from tests.api.examples.stage import Ask, Stage, asks

GOAL = {"kind": "goal", "text": "Sleep six hours on five nights of a week."}
PART = {"section": "symptoms", "text": "Wakes at four, cannot sleep again."}
TRIAL = {"drug_name": "Fluoxetine", "dose_reached": "40 mg a day", "started": "2019-04", "weeks": 8, "effect": "helped"}
ERROR = {"reason": "Meant for another patient."}


def _shared(stage: Stage) -> None:
    stage.world.consent(stage.maya, disclosers=["team", "patient"], classes=[ItemClass.TREATMENT_PLAN])


def plan_item(stage: Stage) -> dict[str, Any]:
    """A goal of Tess's that Paul reads."""
    _shared(stage)
    made = stage.do(stage.tess, "POST", f"{stage.maya.record}/plan-items", GOAL).json
    return {**stage.record, "plan_item_id": made["id"]}


def word(stage: Stage) -> dict[str, Any]:
    """What Paul says to it."""
    where = f"{stage.maya.record}/plan-items/{plan_item(stage)['plan_item_id']}/acknowledgements"
    made = stage.do(stage.paul, "POST", where, {"number": 1, "answer": "discuss", "text": "By when?"}).json
    return {**stage.record, "acknowledgement_id": made["id"]}


def review(stage: Stage) -> dict[str, Any]:
    """Maya's plan review."""
    body = {"text": "I am more tired than before."}
    made = stage.do(stage.maya, "POST", f"{stage.maya.record}/plan-reviews", body).json
    return {**stage.record, "plan_review_id": made["id"]}


def part(stage: Stage) -> dict[str, Any]:
    """An intake that Tess began."""
    made = stage.do(stage.tess, "POST", f"{stage.maya.record}/intake-parts", PART).json
    return {**stage.record, "intake_part_id": made["id"]}


def trial(stage: Stage) -> dict[str, Any]:
    """What Maya tried before."""
    made = stage.do(stage.maya, "POST", f"{stage.maya.record}/prior-trials", TRIAL).json
    return {**stage.record, "prior_trial_id": made["id"]}


@asks("read_plan")
def _read_plan(stage: Stage) -> Ask:
    word(stage)
    return Ask(stage.tess, stage.record, query={"state": "active"})


@asks("write_plan_item")
def _write_plan_item(stage: Stage) -> Ask:
    return Ask(stage.tess, stage.record, GOAL)


@asks("read_plan_item")
def _read_plan_item(stage: Stage) -> Ask:
    return Ask(stage.paul, plan_item(stage))


@asks("change_plan_item")
def _change_plan_item(stage: Stage) -> Ask:
    body = {"text": "Sleep seven hours on five nights of a week.", "reason": "Going well."}
    return Ask(stage.tess, plan_item(stage), body, version=1)


@asks("close_plan_item")
def _close_plan_item(stage: Stage) -> Ask:
    return Ask(stage.tess, plan_item(stage), {"state": "achieved"}, version=1)


@asks("enter_plan_item_in_error")
def _enter_plan_item_in_error(stage: Stage) -> Ask:
    return Ask(stage.tess, plan_item(stage), ERROR, version=1)


@asks("acknowledge_plan_item")
def _acknowledge_plan_item(stage: Stage) -> Ask:
    return Ask(stage.paul, plan_item(stage), {"number": 1, "answer": "agree"})


@asks("list_plan_acknowledgements")
def _list_plan_acknowledgements(stage: Stage) -> Ask:
    word(stage)
    return Ask(stage.maya, stage.record)


@asks("read_plan_acknowledgement")
def _read_plan_acknowledgement(stage: Stage) -> Ask:
    return Ask(stage.maya, word(stage))


@asks("enter_plan_acknowledgement_in_error")
def _enter_plan_acknowledgement_in_error(stage: Stage) -> Ask:
    return Ask(stage.paul, word(stage), ERROR, version=1)


@asks("list_plan_reviews")
def _list_plan_reviews(stage: Stage) -> Ask:
    review(stage)
    return Ask(stage.tess, stage.record, query={"open": "true"})


@asks("open_plan_review")
def _open_plan_review(stage: Stage) -> Ask:
    return Ask(stage.maya, stage.record, {"text": "I am more tired than before."})


@asks("read_plan_review")
def _read_plan_review(stage: Stage) -> Ask:
    return Ask(stage.maya, review(stage))


@asks("answer_plan_review")
def _answer_plan_review(stage: Stage) -> Ask:
    body = {"outcome": "appointment", "text": "Let us talk about it on Thursday.", "mode": "virtual"}
    return Ask(stage.tess, review(stage), body)


@asks("close_plan_review")
def _close_plan_review(stage: Stage) -> Ask:
    return Ask(stage.maya, review(stage), version=1)


@asks("enter_plan_review_in_error")
def _enter_plan_review_in_error(stage: Stage) -> Ask:
    return Ask(stage.maya, review(stage), ERROR, version=1)


@asks("read_intake")
def _read_intake(stage: Stage) -> Ask:
    part(stage)
    return Ask(stage.maya, stage.record)


@asks("write_intake_part")
def _write_intake_part(stage: Stage) -> Ask:
    return Ask(stage.tess, stage.record, PART)


@asks("read_intake_part")
def _read_intake_part(stage: Stage) -> Ask:
    return Ask(stage.maya, part(stage))


@asks("enter_intake_part_in_error")
def _enter_intake_part_in_error(stage: Stage) -> Ask:
    return Ask(stage.tess, part(stage), ERROR, version=1)


@asks("list_prior_trials")
def _list_prior_trials(stage: Stage) -> Ask:
    trial(stage)
    return Ask(stage.maya, stage.record, query={"effect": "helped"})


@asks("record_prior_trial")
def _record_prior_trial(stage: Stage) -> Ask:
    return Ask(stage.maya, stage.record, TRIAL)


@asks("read_prior_trial")
def _read_prior_trial(stage: Stage) -> Ask:
    return Ask(stage.maya, trial(stage))


@asks("enter_prior_trial_in_error")
def _enter_prior_trial_in_error(stage: Stage) -> Ask:
    return Ask(stage.maya, trial(stage), ERROR, version=1)
