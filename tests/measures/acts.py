"""What the tests of measures do again and again."""

from typing import Any

from careteam import questionnaires
from careteam.policy.vocabulary import ItemClass
from tests.world import Person, World

MEASURE = (ItemClass.MEASURE,)
BOTH = (ItemClass.MEASURE, ItemClass.MEDICATION)


def answers(questionnaire: str = "phq-9", value: int = 1, **others: int) -> dict[str, int]:
    """The same answer to every scored question, but those named `q1`, `q2` ..."""
    asked = questionnaires.current()[questionnaire]
    return {q.id: value for q in asked.scored} | {name.removeprefix("q"): v for name, v in others.items()}


def scoring(points: int) -> dict[str, int]:
    """Answers to PHQ-9 that add up to so many points, up to 24, without the safety question."""
    return {str(n): min(3, max(0, points - 3 * (n - 1))) for n in range(1, 9)} | {"9": 0}


def post(world: World, who: Person | None, about: Person, **said: Any) -> Any:
    """Send an answered PHQ-9 (or another)."""
    return world.client(who).post(f"{about.record}/measures", {"questionnaire": "phq-9", "answers": scoring(8), **said})


def record(world: World, who: Person, about: Person, points: int | None = None, **said: Any) -> dict[str, Any]:
    """Record an answered questionnaire, with so many points of PHQ-9, and return it."""
    answer = post(world, who, about, **({} if points is None else {"answers": scoring(points)}), **said)
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def read(world: World, who: Person, about: Person, made: dict[str, Any], status: int = 200) -> Any:
    """Read one."""
    answer = world.client(who).get(f"{about.record}/measures/{made['id']}")
    assert answer.status_code == status, answer.json
    return answer.json


def listed(world: World, who: Person, about: Person, query: str = "", what: str = "measures") -> list[dict[str, Any]]:
    """What this person reads."""
    answer = world.client(who).get(f"{about.record}/{what}{query}")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def ask(world: World, who: Person, about: Person, **said: Any) -> dict[str, Any]:
    """Ask the patient for a PHQ-9."""
    answer = world.client(who).post(f"{about.record}/measure-requests", {"questionnaire": "phq-9", **said})
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def told(world: World, who: Person) -> list[str]:
    """The kinds of this person's notices."""
    return sorted(notice["kind"] for notice in world.client(who).get("me/notices").json["items"])
