"""What the tests of reports, of concerns about cost and of answers do again and again."""

from typing import Any

from tests.world import Person, World

RASH: dict[str, Any] = {"effect": "A red rash on both arms", "severity": "moderate", "impact": "bothers"}
NAUSEA: dict[str, Any] = {"effect": "Slightly sick in the morning", "severity": "mild", "impact": "none"}


def report(world: World, who: Person, about: Person, **said: Any) -> dict[str, Any]:
    """Report a side effect, and return the answer."""
    answer = world.client(who).post(f"{about.record}/side-effects", {**NAUSEA, **said})
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def ask_about_cost(world: World, who: Person, about: Person, **said: Any) -> dict[str, Any]:
    """Ask for a way to get an entry, and return the answer."""
    answer = world.client(who).post(f"{about.record}/cost-requests", {"concern": "cost", **said})
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def listed(
    world: World, who: Person, about: Person, what: str = "side-effects", query: str = ""
) -> list[dict[str, Any]]:
    """What this person reads of a list."""
    answer = world.client(who).get(f"{about.record}/{what}{query}")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def answer(
    world: World, who: Person, about: Person, item: dict[str, Any], what: str = "side-effects", **said: Any
) -> Any:
    """Answer a report or a request."""
    return world.client(who).post(f"{about.record}/{what}/{item['id']}/answers", said)


def faults(refused: Any) -> dict[str, Any]:
    """What is wrong in a body, by field, whoever found it."""
    errors: dict[str, Any] = refused.json["errors"]
    found: dict[str, Any] = errors.get("json", errors)
    return found
