"""Questions for the next visit, and what the patient sends to members of the team, each asked for once."""

from typing import Any

from tests.api.examples.stage import Ask, Stage, asks

TEXT = "Can I take it in the evening instead?"


def question(stage: Stage) -> dict[str, Any]:
    """A question of Maya's that she sent to Paul."""
    made = stage.world.question(stage.maya, text=TEXT, date=stage.world.now.date())
    stage.world.sent(made, stage.paul)
    return {**stage.record, "question_id": made.id}


def item(stage: Stage) -> dict[str, Any]:
    """The same, as an item that was sent."""
    return {**stage.record, "item_id": question(stage)["question_id"]}


@asks("list_questions")
def _list_questions(stage: Stage) -> Ask:
    question(stage)
    return Ask(stage.paul, stage.record, query={"limit": 10, "state": "open"})


@asks("write_question")
def _write_question(stage: Stage) -> Ask:
    return Ask(stage.maya, stage.record, {"text": TEXT, "send_to": [str(stage.paul.user_id)]})


@asks("read_question")
def _read_question(stage: Stage) -> Ask:
    return Ask(stage.maya, question(stage))


@asks("change_question")
def _change_question(stage: Stage) -> Ask:
    return Ask(stage.maya, question(stage), {"text": "Can I take it at night instead?"}, version=1)


@asks("carry_over_question")
def _carry_over_question(stage: Stage) -> Ask:
    return Ask(stage.maya, question(stage), {"for_visit_on": None}, version=1)


@asks("note_question_answered")
def _note_question_answered(stage: Stage) -> Ask:
    return Ask(stage.maya, question(stage), {"text": "Yes, with food."}, version=1)


@asks("withdraw_question")
def _withdraw_question(stage: Stage) -> Ask:
    return Ask(stage.maya, question(stage))


@asks("answer_question")
def _answer_question(stage: Stage) -> Ask:
    return Ask(stage.paul, question(stage), {"outcome": "answered", "text": "Yes, with food."})


@asks("enter_question_in_error")
def _enter_question_in_error(stage: Stage) -> Ask:
    return Ask(stage.maya, question(stage), {"reason": "Asked twice."}, version=1)


@asks("list_recipients")
def _list_recipients(stage: Stage) -> Ask:
    return Ask(stage.maya, stage.record, query={"class": "question"})


@asks("list_sent_items")
def _list_sent_items(stage: Stage) -> Ask:
    question(stage)
    return Ask(stage.maya, stage.record, query={"limit": 10, "standing": "true"})


@asks("read_sent_item")
def _read_sent_item(stage: Stage) -> Ask:
    return Ask(stage.maya, item(stage))


@asks("send_item")
def _send_item(stage: Stage) -> Ask:
    return Ask(stage.maya, item(stage), {"send_to": [str(stage.tess.user_id)]})


@asks("revoke_sent_item")
def _revoke_sent_item(stage: Stage) -> Ask:
    return Ask(stage.maya, item(stage), {"user_ids": [str(stage.paul.user_id)]})
