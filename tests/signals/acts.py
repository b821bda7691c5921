"""What the tests of signals and of the timeline do again and again."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from careteam.models import Base, MedicationEvent, Note
from careteam.models.types import new_id
from careteam.policy.treatment_words import MeasureSource
from careteam.policy.vocabulary import SHAREABLE_CLASSES, ItemClass, Label, MedicationChange, NoteStatus
from careteam.vault import seal
from tests.treatment.managing import HOME
from tests.world import Person, World

_TABLES = Base.metadata.tables
TREATMENT = tuple(SHAREABLE_CLASSES)
HIDDEN = frozenset({Label.HIV})
"""What no consent of these tests opens."""


def shared(world: World, patient: Person, **values: Any) -> Any:
    """A consent for every class, of the team and the patient, to both roles."""
    return world.consent(patient, disclosers=["team", "patient"], classes=values.pop("classes", TREATMENT), **values)


def signals(world: World, who: Person, patient: Person) -> list[dict[str, Any]]:
    """What this person is told to see to."""
    answer = world.client(who).get(f"{patient.record}/signals")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def kinds(world: World, who: Person, patient: Person) -> list[str]:
    """The kinds of it, in order."""
    return [one["kind"] for one in signals(world, who, patient)]


def timeline(world: World, who: Person, patient: Person, query: str = "") -> list[dict[str, Any]]:
    """The points that this person sees, of all pages."""
    points, cursor = [], ""
    while True:
        sign = "&" if query else "?"
        answer = world.client(who).get(f"{patient.record}/timeline{query}{sign}{cursor}")
        assert answer.status_code == 200, answer.json
        points += answer.json["items"]
        if answer.json["next"] is None:
            return points
        cursor = f"cursor={answer.json['next']}"


def step(world: World, entry: Any, kind: MedicationChange, on: date, by: Person, **values: Any) -> None:
    """A further change of an entry."""
    position = values.pop("position", 2)
    row = {"medication_id": entry.id, "position": position, "kind": kind, "effective_on": on, "created_at": world.now}
    world.add(MedicationEvent(**row, author_id=by.user_id, **values))


def ten_years(world: World, patient: Person, prescriber: Person, therapist: Person) -> None:
    """Weekly measures, 30 medication events and 500 notes, written at once."""
    today = world.now.astimezone(HOME).date()
    items, measures, notes = [], [], []
    for week in range(520):
        row = _item(world, patient, None, patient, ItemClass.MEASURE, "measure", today - timedelta(days=7 * week + 1))
        items.append(row)
        measures.append(_measure(row["id"], score=week % 9))
    for number in range(500):
        row = _item(
            world,
            patient,
            therapist,
            therapist,
            ItemClass.PROGRESS_NOTE,
            "note",
            today - timedelta(days=7 * number + 2),
        )
        items.append(row)
        notes.append(_note(world, row["id"]))
    world.session.execute(insert(_TABLES["item"]), items)
    world.session.execute(insert(_TABLES["measure"]), measures)
    world.session.execute(insert(_TABLES["note"]), notes)
    world.session.commit()
    for number in range(3):
        entry = world.medication(patient, prescriber, drug=f"Drug {number}", on=today - timedelta(days=3600))
        events = [_dose(world, entry, prescriber, position) for position in range(2, 12)]
        world.session.execute(insert(_TABLES["medication_event"]), events)
        world.session.commit()


def _item(
    world: World, patient: Person, holder: Person | None, author: Person, item_class: ItemClass, kind: str, on: date
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "record_type": kind,
        "patient_id": patient.patient_id,
        "item_class": item_class,
        "author_id": author.user_id,
        "holder_id": holder.user_id if holder else None,
        "labels": frozenset(),
        "part2": False,
        "date": on,
        "draft": False,
        "awaits_review": False,
        "directed": False,
        "created_at": world.now - timedelta(days=1),
        "updated_at": world.now - timedelta(days=1),
        "version": 1,
    }


def _measure(item_id: Any, *, score: int) -> dict[str, Any]:
    said = {"questionnaire": "phq-9", "questionnaire_version": "1", "source": MeasureSource.ENTERED}
    return {"id": item_id, "score": score, "band": "minimal", "flagged": False, **said}


def _note(world: World, item_id: Any) -> dict[str, Any]:
    words = {name: seal(world.session, getattr(Note, name), item_id, "Slept.") for name in ("title", "body")}
    return {"id": item_id, "status": NoteStatus.SIGNED, "signed_at": world.now, **words}


def _dose(world: World, entry: Any, by: Person, position: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "medication_id": entry.id,
        "position": position,
        "kind": MedicationChange.DOSE_CHANGE,
        "effective_on": world.now.astimezone(HOME).date() - timedelta(days=3600 - 300 * position),
        "author_id": by.user_id,
        "created_at": world.now - timedelta(days=2),
        "dose_value": 50 + position,
        "dose_unit": "mg",
    }
