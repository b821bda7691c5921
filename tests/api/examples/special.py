"""Releases, moves and the log of special notes, each asked for once."""

from typing import Any

from careteam.models import SpecialRelease
from careteam.policy.vocabulary import ConsentKind, ItemClass, NoteStatus
from tests.api.examples.record import note
from tests.api.examples.stage import Ask, Stage, asks

BODY = "She laughed. PHQ-9 was 14. Then silence."


def special(stage: Stage, **values: Any) -> dict[str, Any]:
    """A psychotherapy note of Tess's."""
    return note(stage, kind=ItemClass.PSYCHOTHERAPY_NOTE, body=BODY, **values)


def release(stage: Stage) -> dict[str, Any]:
    """One that she released to Paul, whom a consent names too."""
    found = special(stage)
    names: dict[str, Any] = {
        "disclosers": [f"member:{stage.tess.user_id}"],
        "recipients": [f"member:{stage.paul.user_id}"],
    }
    kind: dict[str, Any] = {"kind": ConsentKind.PSYCHOTHERAPY_NOTES, "classes": [ItemClass.PSYCHOTHERAPY_NOTE]}
    stage.world.consent(stage.maya, **names, **kind)
    made = SpecialRelease(
        patient_id=stage.maya.patient_id,
        item_id=found["note_id"],
        reader_id=stage.paul.user_id,
        released_by=stage.tess.user_id,
        released_at=stage.world.now,
    )
    stage.world.add(made)
    return {**found, "release_id": made.id}


@asks("list_releases")
@asks("read_release")
@asks("withdraw_release")
def _releases(stage: Stage) -> Ask:
    return Ask(stage.tess, release(stage))


@asks("release_note")
def _release_note(stage: Stage) -> Ask:
    return Ask(stage.tess, special(stage), {"to": f"member:{stage.paul.user_id}"})


@asks("move_note_text")
def _move_note_text(stage: Stage) -> Ask:
    draft = special(stage, status=NoteStatus.DRAFT, signed_at=None)
    spans = [{"from": BODY.index("PHQ"), "to": BODY.index(" Then")}]
    return Ask(stage.tess, draft, {"spans": spans, "title": "Scores"}, version=1)


@asks("list_note_access")
def _list_note_access(stage: Stage) -> Ask:
    found = release(stage)
    stage.do(stage.paul, "GET", f"{stage.maya.record}/notes/{found['note_id']}")
    return Ask(stage.tess, found)
