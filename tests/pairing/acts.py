"""Reads the two-sided list and signs reconciliations in one line each."""

from typing import Any

from tests.world import Person, World

OPEN = ["team", "patient"]
"""The disclosers of a consent by which the team reads everybody's list."""


def pairs(world: World, who: Person, patient: Person) -> dict[str, Any]:
    """The two-sided list as this person reads it."""
    answer = world.client(who).get(f"{patient.record}/medication-pairs")
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def line(world: World, who: Person, patient: Person) -> dict[str, Any]:
    """The only line that this person reads."""
    (found,) = pairs(world, who, patient)["items"]
    assert isinstance(found, dict)
    return found


def states(world: World, who: Person, patient: Person) -> list[tuple[str | None, str | None]]:
    """The state of each line, or why there is none."""
    return [(found["state"], found["why_no_state"]) for found in pairs(world, who, patient)["items"]]


def decision(found: dict[str, Any], word: str = "accept_prescribed", **more: Any) -> dict[str, Any]:
    """A decision about the difference of a line."""
    return {"entries": found["difference"]["entries"], "decision": word, **more}


def sign(world: World, who: Person, patient: Person, *decisions: dict[str, Any], name: str | None = None) -> Any:
    """Sign these decisions."""
    body = {"typed_name": name or who.name, "decisions": list(decisions)}
    return world.client(who).post(f"{patient.record}/medication-reconciliations", body)
