"""What the tests of emergency access do again and again, in one line each."""

from typing import Any

from careteam.policy.vocabulary import Role
from tests.world import PASSWORD, Person, World

NATURE = "Found unconscious after taking an unknown number of tablets."
WHY = "She cannot be woken, and nobody who may sign for her can be reached."


def statement(**changes: Any) -> dict[str, Any]:
    """A statement that is accepted, unless `changes` say otherwise."""
    said = {"nature": NATURE, "why_no_consent": WHY, "classes": ["medication", "progress_note"], "password": PASSWORD}
    return {**said, **changes}


def place(patient: Person, *more: Any) -> str:
    """The address of the emergency accesses to a record, or of one."""
    return "/".join(map(str, (f"{patient.record}/emergency-access", *more)))


def opened(world: World, clinician: Person, patient: Person, **changes: Any) -> dict[str, Any]:
    """Open emergency access."""
    made = world.client(clinician).post(place(patient), statement(**changes))
    assert made.status_code == 201, made.json
    return dict(made.json or {})


def officer(world: World, clinician: Person, name: str = "Olga Officer") -> Person:
    """A privacy officer of the clinician's practice."""
    return world.staff(name, Role.PRIVACY_OFFICER, practice_id=clinician.practice_id)


def queue(world: World, person: Person, query: str = "") -> list[dict[str, Any]]:
    """The emergency accesses that wait in a practice, as its officer lists them."""
    answer = world.client(person).get(f"practices/{person.practice_id}/emergency-reviews{query}")
    assert answer.status_code == 200, answer.json
    return list(answer.json["items"])


def review(world: World, person: Person, emergency_id: Any, outcome: str, **options: Any) -> Any:
    """Review one, in the version that it has now."""
    address = f"practices/{person.practice_id}/emergency-reviews/{emergency_id}"
    shown = world.client(person).get(address).json or {}
    body = {"outcome": outcome, "words": "I spoke with the clinician and read the statement."}
    version = options.pop("version", shown.get("version", 1))
    return world.client(person).post(f"{address}/review", {**body, **options}, version=version)
