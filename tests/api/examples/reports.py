"""Side effects, concerns about cost and access, and answers, each asked for once."""

from typing import Any

from careteam.policy.treatment_words import AnswerOutcome
from tests.api.examples.stage import Ask, Stage, asks

RASH = {"effect": "A red rash on both arms since yesterday", "severity": "moderate", "impact": "bothers"}
ADVICE = "Take it with food; tell me if it is no better in a week."
ERROR = {"reason": "It was the tea."}


def report(stage: Stage) -> dict[str, Any]:
    """A report of Maya's that she sent to Paul."""
    made = stage.world.side_effect(stage.maya, stage.maya, effect="Sick in the morning", date=stage.world.now.date())
    stage.world.sent(made, stage.paul)
    return {**stage.record, "side_effect_id": made.id}


def cost(stage: Stage) -> dict[str, Any]:
    """What Maya asks about the cost of what Paul prescribes, sent to him."""
    made = stage.world.cost_request(stage.maya, stage.world.medication(stage.maya, stage.paul), text="90 dollars now.")
    stage.world.sent(made, stage.paul)
    return {**stage.record, "cost_request_id": made.id}


def answered(stage: Stage) -> dict[str, Any]:
    """What Paul answers to a report."""
    asked = stage.world.side_effect(stage.maya, stage.maya)
    made = stage.world.answer(stage.paul, asked, outcome=AnswerOutcome.MANAGE, text=ADVICE)
    return {**stage.record, "answer_id": made.id}


@asks("list_side_effect_codes")
def _list_side_effect_codes(stage: Stage) -> Ask:
    return Ask(stage.maya)


@asks("ask_side_effect_advice")
def _ask_side_effect_advice(stage: Stage) -> Ask:
    entry = stage.world.medication(stage.maya, stage.paul, drug="Lamotrigine 25 mg")
    return Ask(stage.maya, stage.record, {"medication_id": str(entry.id), "effect": RASH["effect"]})


@asks("list_side_effects")
def _list_side_effects(stage: Stage) -> Ask:
    report(stage)
    return Ask(stage.paul, stage.record, query={"limit": 10, "unanswered": "true"})


@asks("report_side_effect")
def _report_side_effect(stage: Stage) -> Ask:
    entry = stage.world.medication(stage.maya, stage.paul, drug="Lamotrigine 25 mg")
    body = {**RASH, "effect_code": "rash", "medication_id": str(entry.id), "send_to": [str(stage.paul.user_id)]}
    return Ask(stage.maya, stage.record, body)


@asks("read_side_effect")
def _read_side_effect(stage: Stage) -> Ask:
    return Ask(stage.paul, report(stage))


@asks("answer_side_effect")
def _answer_side_effect(stage: Stage) -> Ask:
    return Ask(stage.paul, report(stage), {"outcome": "manage", "text": ADVICE})


@asks("enter_side_effect_in_error")
def _enter_side_effect_in_error(stage: Stage) -> Ask:
    return Ask(stage.maya, report(stage), ERROR, version=1)


@asks("read_answer")
def _read_answer(stage: Stage) -> Ask:
    return Ask(stage.maya, answered(stage))


@asks("enter_answer_in_error")
def _enter_answer_in_error(stage: Stage) -> Ask:
    return Ask(stage.paul, answered(stage), {"reason": "Meant for another patient."}, version=1)


@asks("list_cost_requests")
def _list_cost_requests(stage: Stage) -> Ask:
    cost(stage)
    return Ask(stage.paul, stage.record, query={"limit": 10, "unanswered": "true"})


@asks("ask_about_cost")
def _ask_about_cost(stage: Stage) -> Ask:
    entry = stage.world.medication(stage.maya, stage.paul)
    body = {"medication_id": str(entry.id), "concern": "cost", "text": "The copay went up to 90 dollars."}
    return Ask(stage.maya, stage.record, {**body, "send_to": [str(stage.paul.user_id)]})


@asks("read_cost_request")
def _read_cost_request(stage: Stage) -> Ask:
    return Ask(stage.maya, cost(stage))


@asks("answer_cost_request")
def _answer_cost_request(stage: Stage) -> Ask:
    return Ask(stage.paul, cost(stage), {"outcome": "generic", "text": "The generic is on the low-cost list."})


@asks("enter_cost_request_in_error")
def _enter_cost_request_in_error(stage: Stage) -> Ask:
    return Ask(stage.maya, cost(stage), {"reason": "It was another pharmacy."}, version=1)
