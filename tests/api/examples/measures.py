"""Questionnaires, answered ones and requests for them, each asked for once."""

from datetime import timedelta
from typing import Any

from tests.api.examples.stage import Ask, Stage, asks

ANSWERS = {str(n): value for n, value in enumerate((2, 1, 2, 1, 1, 1, 1, 0, 1), 1)}
ERROR = {"reason": "Answered for the week before last."}


def measure(stage: Stage, score: int = 9, **values: Any) -> dict[str, Any]:
    """A PHQ-9 that Maya answered and sent to Tess."""
    made = stage.world.measure(stage.maya, stage.maya, score=score, date=stage.world.now.date(), **values)
    stage.world.sent(made, stage.tess)
    return {**stage.record, "measure_id": made.id}


def request(stage: Stage) -> dict[str, Any]:
    """A PHQ-9 that Paul asks for every two weeks."""
    today = stage.world.now.date()
    made = stage.world.measure_request(stage.maya, stage.paul, date=today, first_due_on=today, every_days=14)
    return {**stage.record, "measure_request_id": made.id}


@asks("list_questionnaires")
def _list_questionnaires(stage: Stage) -> Ask:
    return Ask(stage.maya)


@asks("read_questionnaire")
def _read_questionnaire(stage: Stage) -> Ask:
    return Ask(stage.maya, {"questionnaire_id": "phq-9"})


@asks("list_measures")
def _list_measures(stage: Stage) -> Ask:
    before = stage.world.now.date() - timedelta(days=28)
    stage.world.sent(stage.world.measure(stage.maya, stage.maya, score=18, date=before), stage.tess)
    measure(stage)
    return Ask(stage.tess, stage.record, query={"questionnaire": "phq-9", "limit": 1})


@asks("record_measure")
def _record_measure(stage: Stage) -> Ask:
    said = {"questionnaire": "phq-9", "answers": ANSWERS, "send_to": [str(stage.tess.user_id)]}
    return Ask(stage.maya, stage.record, said)


@asks("read_measure")
def _read_measure(stage: Stage) -> Ask:
    return Ask(stage.tess, measure(stage))


@asks("enter_measure_in_error")
def _enter_measure_in_error(stage: Stage) -> Ask:
    return Ask(stage.maya, measure(stage), ERROR, version=1)


@asks("list_measure_requests")
def _list_measure_requests(stage: Stage) -> Ask:
    request(stage)
    return Ask(stage.maya, stage.record, query={"open": "true"})


@asks("request_measure")
def _request_measure(stage: Stage) -> Ask:
    return Ask(stage.paul, stage.record, {"questionnaire": "phq-9", "every_days": 14, "text": "Before our visits."})


@asks("read_measure_request")
def _read_measure_request(stage: Stage) -> Ask:
    return Ask(stage.maya, request(stage))


@asks("end_measure_request")
def _end_measure_request(stage: Stage) -> Ask:
    return Ask(stage.maya, request(stage))


@asks("enter_measure_request_in_error")
def _enter_measure_request_in_error(stage: Stage) -> Ask:
    return Ask(stage.paul, request(stage), {"reason": "Meant for somebody else."}, version=1)
