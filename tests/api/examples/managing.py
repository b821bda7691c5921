"""Check-ins, schedules, supplies and requests for more, each asked for once."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from careteam.models import Medication, MedicationEvent
from tests.api.examples.stage import Ask, Stage, asks

ERROR = {"reason": "Written into the wrong record."}
DAYS = 8
FILL = {
    "quantity": 30,
    "quantity_unit": "tablets",
    "days_supply": 30,
    "refills_left": 2,
    "visit_needed": False,
    "virtual_allowed": True,
}


def entry(stage: Stage) -> Medication:
    """A medication that Paul began a week ago, and recorded then."""
    when = stage.world.now - timedelta(days=DAYS)
    made = stage.world.medication(stage.maya, stage.paul, on=when.date())
    events = update(MedicationEvent).where(MedicationEvent.medication_id == made.id)
    stage.world.session.execute(events.values(created_at=when))
    stage.world.session.commit()
    return made


def check_in(stage: Stage) -> dict[str, Any]:
    """A check-in of Paul's."""
    made = stage.world.check_in(stage.maya, stage.paul, entry(stage), date=stage.world.now.date())
    return {**stage.record, "check_in_id": made.id}


def supply(stage: Stage) -> dict[str, Any]:
    """What was dispensed of Paul's entry."""
    made = stage.world.supply(stage.maya, stage.paul, entry(stage), date=stage.world.now.date())
    return {**stage.record, "supply_id": made.id}


def refill(stage: Stage) -> dict[str, Any]:
    """What Maya asks Paul for."""
    made = stage.world.refill_request(stage.maya, entry(stage), date=stage.world.now.date(), days_left=5)
    stage.world.sent(made, stage.paul)
    return {**stage.record, "request_id": made.id}


@asks("list_check_ins")
def _list_check_ins(stage: Stage) -> Ask:
    check_in(stage)
    return Ask(stage.maya, stage.record, query={"limit": 10, "outcome": "continue"})


@asks("do_check_in")
def _do_check_in(stage: Stage) -> Ask:
    seen = {"mode": "virtual", "outcome": "continue", "adherence_days": 6, "symptoms": "Sleeps better."}
    return Ask(stage.paul, stage.record, {"medication_id": str(entry(stage).id), "extra": True, **seen})


@asks("read_check_in")
def _read_check_in(stage: Stage) -> Ask:
    return Ask(stage.maya, check_in(stage))


@asks("enter_check_in_in_error")
def _enter_check_in_in_error(stage: Stage) -> Ask:
    return Ask(stage.paul, check_in(stage), ERROR, version=1)


@asks("list_check_ins_due")
def _list_check_ins_due(stage: Stage) -> Ask:
    entry(stage)
    return Ask(stage.maya, stage.record)


@asks("list_check_in_schedules")
def _list_check_in_schedules(stage: Stage) -> Ask:
    return Ask(stage.maya, stage.record)


@asks("read_check_in_schedule")
def _read_check_in_schedule(stage: Stage) -> Ask:
    return Ask(stage.paul, {**stage.record, "cause": "start"})


@asks("set_check_in_schedule")
def _set_check_in_schedule(stage: Stage) -> Ask:
    return Ask(stage.paul, {**stage.record, "cause": "start"}, {"days": [3, 7, 14]}, version=1)


@asks("list_supplies")
def _list_supplies(stage: Stage) -> Ask:
    supply(stage)
    return Ask(stage.maya, stage.record, query={"limit": 10})


@asks("record_supply")
def _record_supply(stage: Stage) -> Ask:
    return Ask(stage.paul, stage.record, {"medication_id": str(entry(stage).id), **FILL})


@asks("read_supply")
def _read_supply(stage: Stage) -> Ask:
    return Ask(stage.maya, supply(stage))


@asks("enter_supply_in_error")
def _enter_supply_in_error(stage: Stage) -> Ask:
    return Ask(stage.paul, supply(stage), ERROR, version=1)


@asks("list_refill_requests")
def _list_refill_requests(stage: Stage) -> Ask:
    refill(stage)
    return Ask(stage.paul, stage.record, query={"limit": 10, "unanswered": "true"})


@asks("ask_for_refill")
def _ask_for_refill(stage: Stage) -> Ask:
    body = {"days_left": 5, "text": "The pharmacy says that there are none left.", "send_to": [str(stage.paul.user_id)]}
    return Ask(stage.maya, stage.record, {"medication_id": str(entry(stage).id), **body})


@asks("read_refill_request")
def _read_refill_request(stage: Stage) -> Ask:
    return Ask(stage.paul, refill(stage))


@asks("answer_refill_request")
def _answer_refill_request(stage: Stage) -> Ask:
    said = {"outcome": "visit_needed", "text": "Let us talk before I prescribe more.", "mode": "virtual"}
    return Ask(stage.paul, refill(stage), said)


@asks("enter_refill_request_in_error")
def _enter_refill_request_in_error(stage: Stage) -> Ask:
    return Ask(stage.maya, refill(stage), {"reason": "Found another box."}, version=1)
