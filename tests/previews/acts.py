"""What the tests of previews do again and again: ask for one, and read off it who gains and loses what."""

from collections.abc import Mapping, Set
from typing import Any
from uuid import UUID

from tests.security.random_rows import KINDS
from tests.world import Person, World

Ids = Set[str]
NOTHING: tuple[Ids, Ids] = (frozenset(), frozenset())


def preview(world: World, who: Person, address: str, body: Any = None) -> dict[str, Any]:
    """The preview at this address of the record, which has to be given."""
    made = world.client(who).post(f"{who.record}/{address}/preview", body)
    assert made.status_code == 200, made.json
    return dict(made.json)


def reader(shown: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """What a preview says of one person."""
    (found,) = [r for r in shown["readers"] if r["user_id"] == str(person.user_id)]
    return dict(found)


def ids(part: Mapping[str, Any]) -> Ids:
    """The items that a part names; all of them have to be named."""
    assert (part["count"], part["more"]) == (len(part["items"]), 0)
    return frozenset(item["id"] for item in part["items"])


def at_once(said: Mapping[str, Any]) -> tuple[Ids, Ids]:
    """What somebody gains and loses at once."""
    changes = [c for c in said["changes"] if c["from"] is None]
    assert len(changes) < 2
    return (ids(changes[0]["gained"]), ids(changes[0]["lost"])) if changes else NOTHING


def titles(part: Mapping[str, Any]) -> list[str]:
    """What the named items are about."""
    return [item["about"] for item in part["items"]]


def lists(world: World, who: Person, record: UUID | str | None) -> Ids:
    """Every item that somebody's own lists show them now."""
    found = set[str]()
    for kind in KINDS:
        address: str | None = f"patients/{record}/{kind}?limit=100"
        while address:
            answer = world.client(who).get(address)
            body = answer.json if answer.status_code == 200 else {}
            found |= {item["id"] for item in body.get("items", ())}
            cursor = body.get("next")
            address = f"patients/{record}/{kind}?limit=100&cursor={cursor}" if cursor else None
    return frozenset(found)
