"""What the tests of medication management do again and again."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update

from careteam.models import Medication, MedicationEvent
from careteam.policy.vocabulary import ItemClass
from tests.world import Person, World

HOME = ZoneInfo("America/New_York")
MEDICATION, CHECK_IN = ItemClass.MEDICATION, ItemClass.CHECK_IN
BOTH = (MEDICATION, CHECK_IN)
SEEN: dict[str, Any] = {"mode": "virtual", "outcome": "continue"}
FILL: dict[str, Any] = {
    "quantity": 30,
    "days_supply": 30,
    "refills_left": 2,
    "visit_needed": False,
    "virtual_allowed": True,
}


def today(world: World) -> date:
    """Today where the patients of tests live unless they say otherwise."""
    return world.now.astimezone(HOME).date()


def ago(world: World, days: int) -> date:
    """The day so many days ago."""
    return today(world) - timedelta(days=days)


def started(world: World, patient: Person, by: Person, *, days: int, **values: Any) -> Medication:
    """An entry that started so many days ago, recorded then."""
    when = world.now - timedelta(days=days)
    entry = world.medication(patient, by, on=when.astimezone(HOME).date(), **values)
    written_at(world, entry.id, when)
    return entry


def written_at(world: World, medication_id: UUID, when: datetime) -> None:
    """Let the changes of an entry have been recorded at this instant."""
    here = update(MedicationEvent).where(MedicationEvent.medication_id == medication_id)
    world.session.execute(here.values(created_at=when))
    world.session.commit()


def due(world: World, who: Person, about: Person, query: str = "") -> list[dict[str, Any]]:
    """What this person is told is due."""
    answer = world.client(who).get(f"{about.record}/check-ins-due{query}")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def states(world: World, who: Person, about: Person) -> list[tuple[str, str]]:
    """The days and states of what this person is told is due."""
    return [(one["due_on"], one["state"]) for one in due(world, who, about)]


def done(world: World, who: Person, about: Person, entry: Any, **said: Any) -> dict[str, Any]:
    """Record a check-in, an extra one unless it says which one is due, and return it."""
    named = {"extra": True} if "due_on" not in said else {}
    body = {"medication_id": str(entry.id), **SEEN, **named, **said}
    answer = world.client(who).post(f"{about.record}/check-ins", body)
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def fulfilled(world: World, who: Person, about: Person, entry: Any, number: int = 0, **said: Any) -> dict[str, Any]:
    """Do the check-in that stands at this place of the list of what is due."""
    one = due(world, who, about)[number]
    named = {"cause_event_id": one["cause_event_id"], "due_on": one["due_on"]}
    return done(world, who, about, entry, **named, **said)


def listed(world: World, who: Person, about: Person, what: str, query: str = "") -> list[dict[str, Any]]:
    """The items of this list that this person reads."""
    answer = world.client(who).get(f"{about.record}/{what}{query}")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def supplied(world: World, who: Person, about: Person, entry: Any, **said: Any) -> dict[str, Any]:
    """Record a supply, and return it."""
    body = {"medication_id": str(entry.id), **FILL, **said}
    answer = world.client(who).post(f"{about.record}/supplies", body)
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def asked(world: World, who: Person, about: Person, entry: Any, send_to: Sequence[Person] = (), **said: Any) -> Any:
    """Ask for more, and return the request."""
    to = {"send_to": [str(person.user_id) for person in send_to]} if send_to else {}
    answer = world.client(who).post(f"{about.record}/refill-requests", {"medication_id": str(entry.id), **to, **said})
    assert answer.status_code == 201, answer.json
    return answer.json


def changed(world: World, who: Person, about: Person, entry: Any, **said: Any) -> dict[str, Any]:
    """Change an entry, and return the event that this made."""
    place = f"{about.record}/medications/{entry.id}"
    version = world.client(who).get(place).json["version"]
    answer = world.client(who).post(f"{place}/events", said, version=version)
    assert answer.status_code in {200, 201}, answer.json
    event: dict[str, Any] = max(answer.json["events"], key=lambda one: (one["created_at"], one["id"]))
    return event


def same(one: Any, other: Any) -> None:
    """Hold that two answers are the same, byte for byte."""
    assert (one.status_code, one.data) == (other.status_code, other.data)
