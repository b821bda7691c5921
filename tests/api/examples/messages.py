"""Messages of the care team, each request asked for once."""

from typing import Any

from careteam.policy.vocabulary import ItemClass
from tests.api.examples.stage import Ask, Stage, asks

TEXT = "Sleep is worse since the new dose. Can we move it to the morning?"
ASKED = {"text": TEXT, "subject": "Sleep"}


def message(stage: Stage) -> dict[str, Any]:
    """What Maya wrote to Paul."""
    made = stage.world.message(stage.maya, stage.maya, stage.paul, text=TEXT, date=stage.world.now.date())
    return {**stage.record, "message_id": made.id}


@asks("list_message_threads")
def _list_message_threads(stage: Stage) -> Ask:
    message(stage)
    return Ask(stage.paul, stage.record, query={"limit": 10})


@asks("list_messages")
def _list_messages(stage: Stage) -> Ask:
    message(stage)
    return Ask(stage.paul, stage.record, query={"unread": "true"})


@asks("send_message")
def _send_message(stage: Stage) -> Ask:
    stage.world.consent(stage.maya, classes=[ItemClass.MESSAGE])
    paul = str(stage.paul.user_id)
    return Ask(stage.tess, stage.record, {**ASKED, "to": [paul], "needs_answer_from": paul, "urgency": "urgent"})


@asks("read_message")
def _read_message(stage: Stage) -> Ask:
    return Ask(stage.maya, message(stage))


@asks("confirm_message_read")
def _confirm_message_read(stage: Stage) -> Ask:
    return Ask(stage.paul, message(stage))


@asks("enter_message_in_error")
def _enter_message_in_error(stage: Stage) -> Ask:
    return Ask(stage.maya, message(stage), {"reason": "Meant for somebody else."}, version=1)
