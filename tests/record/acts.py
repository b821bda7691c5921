"""What the tests of allergies and conditions do again and again."""

from collections.abc import Mapping
from typing import Any

from tests.world import Person, World

ADDRESS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "allergies": ("allergies", {"substance": "Penicillin V"}),
    "conditions": ("conditions", {"name": "Generalized anxiety disorder"}),
    "no-known-allergies": ("no-known-allergies", {"covers": "everything"}),
}
"""What is posted where, at least."""


def record(world: World, who: Person, about: Person, what: str = "allergies", **said: Any) -> dict[str, Any]:
    """Record an entry (or state that there is none), and return it."""
    where, least = ADDRESS[what]
    answer = world.client(who).post(f"{about.record}/{where}", {**least, **said})
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def listed(world: World, who: Person, about: Person, what: str = "allergies", query: str = "") -> list[dict[str, Any]]:
    """The entries that this person reads."""
    answer = world.client(who).get(f"{about.record}/{what}{query}")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def change(world: World, who: Person, about: Person, entry: dict[str, Any], **said: Any) -> Any:
    """Change an entry as it was read."""
    return world.client(who).patch(place(about, entry), said, version=entry["version"])


def place(about: Person, entry: Any) -> str:
    """The address of an entry, given as it was answered or as a row."""
    shown = entry if isinstance(entry, dict) else {"id": entry.id, "class": entry.item_class}
    return f"{about.record}/{'allergies' if shown['class'] == 'allergy' else 'conditions'}/{shown['id']}"
