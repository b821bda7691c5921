"""Notices, each asked for once."""

from typing import Any

from tests.api.examples.stage import Ask, Stage, asks

REQUEST: dict[str, Any] = {
    "disclosers": ["team"],
    "recipients": ["role:prescriber"],
    "classes": ["progress_note"],
    "lapses_at": "2099-05-03T12:00:00Z",
    "message": "May I read what you and Tess write about your sleep?",
}


def told(stage: Stage) -> str:
    """Let Paul ask Maya for a consent, and return the id of what she is told."""
    world = stage.world
    assert world.client(stage.paul).post(f"{stage.maya.record}/consents", REQUEST).status_code == 201
    return str(world.client(stage.maya).get("me/notices").json["items"][0]["id"])


@asks("list_notices")
def _list(stage: Stage) -> Ask:
    told(stage)
    return Ask(stage.maya, query={"unread": "true"})


@asks("read_notice")
@asks("mark_notice_read")
def _one(stage: Stage) -> Ask:
    return Ask(stage.maya, path={"notice_id": told(stage)})


@asks("mark_notices_read")
def _all(stage: Stage) -> Ask:
    return Ask(stage.maya, body={"up_to": told(stage)})
