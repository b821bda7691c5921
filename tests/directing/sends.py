"""What the tests of directed items do again and again, in one line each."""

from typing import Any

from tests.world import Person, World

TEXT = "Can I take it in the evening instead?"


def written(world: World, who: Person, patient: Person | None = None, *to: Person, **words: Any) -> dict[str, Any]:
    """A question as the patient (or who reports for them) keeps it, sent to these people; the answer."""
    body = {"text": TEXT, "send_to": ids(*to), **words}
    made = world.client(who).post(f"{(patient or who).record}/questions", body)
    assert made.status_code == 201, made.text
    return dict(made.json)


def ids(*people: Person) -> list[str]:
    """The ids of these people, as bodies name them."""
    return [str(person.user_id) for person in people]


def place(patient: Person, made: dict[str, Any], tail: str = "") -> str:
    """The address of a question."""
    return f"{patient.record}/questions/{made['id']}{tail}"


def sent_place(patient: Person, made: Any, tail: str = "") -> str:
    """The address of what was sent: of an answer, or a row."""
    item_id = made["id"] if isinstance(made, dict) else made.id
    return f"{patient.record}/sent-items/{item_id}{tail}"


def send(world: World, who: Person, patient: Person, made: Any, *to: Person) -> Any:
    """Send an item to these people."""
    return world.client(who).post(sent_place(patient, made), {"send_to": ids(*to)})


def revoke(world: World, who: Person, patient: Person, made: Any, *people: Person) -> Any:
    """Take an item back from these people, or from all."""
    body = {"user_ids": ids(*people)} if people else {}
    return world.client(who).post(sent_place(patient, made, "/revocation"), body)


def sees(world: World, who: Person, patient: Person, made: dict[str, Any]) -> bool:
    """Say whether somebody reads a question by itself; the list says the same."""
    alone = world.client(who).get(place(patient, made)).status_code == 200
    listed = made["id"] in listed_ids(world, who, patient)
    assert alone is listed
    return alone


def listed_ids(world: World, who: Person, patient: Person, query: str = "") -> list[str]:
    """The questions that somebody lists."""
    answer = world.client(who).get(f"{patient.record}/questions{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json["items"]]
