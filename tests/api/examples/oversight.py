"""How emergency access, its review, and cases about questioned accesses are asked for."""

from typing import Any

from careteam.policy.vocabulary import Role
from tests.api.examples.stage import Ask, Stage, asks
from tests.cases.acts import QUESTION, looked
from tests.emergency.acts import statement
from tests.world import Person


def olga_of_paul(stage: Stage) -> Person:
    """The privacy officer of Paul's practice."""
    return stage.world.staff("Otto Officer", Role.PRIVACY_OFFICER, practice_id=stage.paul.practice_id)


def opened(stage: Stage) -> dict[str, Any]:
    """Paul has opened emergency access and looked; return the ids of the address."""
    stage.world.note(stage.maya, stage.tess)
    made = stage.do(stage.paul, "POST", f"{stage.maya.record}/emergency-access", statement()).json
    stage.do(stage.paul, "GET", f"{stage.maya.record}/notes")
    return {**stage.record, "emergency_id": made["id"], "practice_id": stage.paul.practice_id}


def questioned(stage: Stage) -> dict[str, Any]:
    """Maya has questioned a look of Tess's; return the ids of the address."""
    event = looked(stage.world, stage.tess, stage.maya)
    address = f"{stage.maya.record}/access-log/{event['id']}/question"
    case = stage.do(stage.maya, "POST", address, {"words": QUESTION}).json
    return {**stage.record, "case_id": case["id"], "practice_id": stage.elm}


@asks("begin_emergency_access")
def _begin(stage: Stage) -> Ask:
    return Ask(stage.paul, stage.record, statement())


@asks("list_emergency_access")
@asks("read_emergency_access")
def _emergencies(stage: Stage) -> Ask:
    return Ask(stage.maya, opened(stage))


@asks("end_emergency_access")
def _end(stage: Stage) -> Ask:
    return Ask(stage.paul, opened(stage))


@asks("explain_emergency_access")
def _explain(stage: Stage) -> Ask:
    return Ask(stage.paul, opened(stage), {"words": "The ambulance reached me by telephone at the practice."})


@asks("list_emergency_reviews")
@asks("read_emergency_review")
def _reviews(stage: Stage) -> Ask:
    return Ask(olga_of_paul(stage), opened(stage))


@asks("review_emergency_access")
def _review(stage: Stage) -> Ask:
    body = {"outcome": "justified", "words": "The hospital confirmed the time and the condition."}
    return Ask(olga_of_paul(stage), opened(stage), body, version=1)


@asks("question_access")
def _question(stage: Stage) -> Ask:
    event = looked(stage.world, stage.tess, stage.maya)
    return Ask(stage.maya, {**stage.record, "access_event_id": event["id"]}, {"words": QUESTION})


@asks("list_cases")
@asks("read_case")
@asks("withdraw_case")
def _own_cases(stage: Stage) -> Ask:
    return Ask(stage.maya, questioned(stage))


@asks("write_in_case")
def _write(stage: Stage) -> Ask:
    return Ask(stage.maya, questioned(stage), {"words": "It was on the day after my visit."})


@asks("list_practice_cases")
@asks("read_practice_case")
def _practice_cases(stage: Stage) -> Ask:
    return Ask(stage.olga, questioned(stage))


@asks("write_in_practice_case")
def _ask_back(stage: Stage) -> Ask:
    return Ask(stage.olga, questioned(stage), {"words": "Was it before or after your visit?"})


@asks("answer_case")
def _answer(stage: Stage) -> Ask:
    body = {"outcome": "explained", "words": "Tess prepared your visit of that day. The consent of 2 March covers it."}
    return Ask(stage.olga, questioned(stage), body, version=1)
