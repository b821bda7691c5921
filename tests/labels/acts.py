"""Labels in one line each."""

from typing import Any

from careteam.models import Item
from tests.world import Client, Person


def item_place(patient: Person, item: Item) -> str:
    """The address of an item of any class."""
    return f"{patient.record}/items/{item.id}"


def put(client: Client, patient: Person, item: Item, label: str, *, version: int | None = 1) -> Any:
    """Add a label, or with `part2` the flag."""
    return client("PUT", f"{item_place(patient, item)}/{_tail(label)}", version=version)


def delete(
    client: Client, patient: Person, item: Item, label: str, *, reason: str | None = "mistaken", version: int | None = 1
) -> Any:
    """Remove a label, or with `part2` the flag."""
    body = {} if reason is None else {"reason": reason}
    return client("DELETE", f"{item_place(patient, item)}/{_tail(label)}", json=body, version=version)


def history(client: Client, patient: Person, item: Item) -> Any:
    """The labels of an item and how it came by them."""
    return client.get(f"{item_place(patient, item)}/labels")


def _tail(label: str) -> str:
    return "part2" if label == "part2" else f"labels/{label}"
