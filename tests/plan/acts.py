"""What the tests of the plan do again and again."""

from typing import Any

from careteam.policy.vocabulary import ItemClass
from tests.world import Person, World

PLAN = ItemClass.TREATMENT_PLAN
GOAL: dict[str, Any] = {"kind": "goal", "text": "Sleep six hours on five nights of a week."}


def linked(world: World, *, disclosers: tuple[str, ...] = ("team", "patient")) -> tuple[Person, Person, Person]:
    """A patient, a therapist and a prescriber, with the plan shared both ways."""
    people = world.trio()
    world.consent(people[0], disclosers=disclosers, classes=[PLAN])
    return people


def write(world: World, who: Person, about: Person, **said: Any) -> dict[str, Any]:
    """Add an item to the plan, and return it."""
    answer = world.client(who).post(f"{about.record}/plan-items", {**GOAL, **said})
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def plan(world: World, who: Person, about: Person, query: str = "") -> Any:
    """The plan as this person reads it."""
    answer = world.client(who).get(f"{about.record}/plan{query}")
    assert answer.status_code == 200, answer.json
    return answer.json


def seen(world: World, who: Person, about: Person) -> list[str]:
    """The words of the items that this person reads, newest first."""
    return [item["text"] for item in plan(world, who, about)["items"]]


def item(world: World, who: Person, about: Person, of: dict[str, Any]) -> Any:
    """One item as this person reads it."""
    return world.client(who).get(f"{about.record}/plan-items/{of['id']}").json


def say(world: World, who: Person, about: Person, of: dict[str, Any], word: str = "agree", **more: Any) -> Any:
    """Answer the version that was read; return the response."""
    said = {"number": of["number"], "answer": word, **more}
    return world.client(who).post(f"{about.record}/plan-items/{of['id']}/acknowledgements", said)


def change(world: World, who: Person, about: Person, of: dict[str, Any], **said: Any) -> Any:
    """Write a new version of the item as it was read; return the response."""
    return world.client(who).patch(f"{about.record}/plan-items/{of['id']}", said, version=of["version"])


def close(world: World, who: Person, about: Person, of: dict[str, Any], state: str = "ended", **said: Any) -> Any:
    """Close the item as it was read; return the response."""
    where = f"{about.record}/plan-items/{of['id']}/closing"
    return world.client(who).post(where, {"state": state, **said}, version=of["version"])


def aligned(found: Any) -> tuple[str, dict[str, str]]:
    """How an item stands, and what each party says, by name."""
    return found["alignment"]["state"], {one["name"]: one["says"] for one in found["alignment"]["parties"]}
