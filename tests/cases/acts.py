"""What the tests of cases do again and again, in one line each."""

from typing import Any

from careteam.policy.vocabulary import Role
from tests.world import Person, World

QUESTION = "I do not know why this was looked at."


def events(world: World, patient: Person) -> list[dict[str, Any]]:
    """The patient's access log, newest first, without the patient's own acts."""
    items = world.client(patient).get(f"{patient.record}/access-log?limit=100").json["items"]
    return [event for event in items if event["actor"]["user_id"] != str(patient.user_id)]


def question(world: World, patient: Person, event_id: Any, words: str = QUESTION) -> Any:
    """Question an event."""
    return world.client(patient).post(f"{patient.record}/access-log/{event_id}/question", {"words": words})


def looked(world: World, clinician: Person, patient: Person) -> dict[str, Any]:
    """Let somebody look through the notes; return the event."""
    world.client(clinician).get(f"{patient.record}/notes")
    return events(world, patient)[0]


def opened(world: World, patient: Person, clinician: Person) -> dict[str, Any]:
    """Question that somebody looked through the notes; return the case."""
    made = question(world, patient, looked(world, clinician, patient)["id"])
    assert made.status_code == 201, made.json
    return dict(made.json or {})


def officer(world: World, clinician: Person, name: str = "Olga Officer") -> Person:
    """A privacy officer of the clinician's practice."""
    return world.staff(name, Role.PRIVACY_OFFICER, practice_id=clinician.practice_id)


def own(patient: Person, case: Any = None, *more: str) -> str:
    """The address of the patient's cases, or of one."""
    return "/".join((f"{patient.record}/cases", *([case["id"]] if case else []), *more))


def desk(person: Person, case: Any = None, *more: str) -> str:
    """The address of a practice's cases, or of one."""
    return "/".join((f"/api/v1/practices/{person.practice_id}/cases", *([case["id"]] if case else []), *more))


def answered(world: World, person: Person, case: Any, outcome: str = "explained", **options: Any) -> Any:
    """Answer a case, in the version that it has now."""
    shown = world.client(person).get(desk(person, case)).json or {}
    body = {"outcome": outcome, "words": "They covered for a colleague that day."}
    version = options.pop("version", shown.get("version", 1))
    return world.client(person).post(desk(person, case, "answer"), {**body, **options}, version=version)
