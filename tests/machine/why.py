"""What is answered about an earlier instant is what was answered then."""

from dataclasses import dataclass
from datetime import datetime

from tests.machine.facts import Item
from tests.machine.scene import Scene

ROUTE = "GET /api/v1/patients/{patient_id}/decisions"


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody asked for an item at an instant, after all that was done at that instant."""

    who: str
    item: str
    at: datetime
    open: bool
    state: tuple[object, ...]


def state(item: Item) -> tuple[object, ...]:
    """Return what an item was when it was asked for: of items only the present is kept."""
    return (frozenset(item.labels), item.draft, item.awaits_review)


def ask(s: Scene) -> None:
    """Ask as the patient for some decisions of the past."""
    record = s.record()
    items = record.items
    known = [
        seen
        for seen in s.seen
        if seen.item in items
        and seen.state == state(items[seen.item])
        and s.model.why(record.patient, items[seen.item], s.at)
        and any(m.who == seen.who for m in record.memberships.values())
    ]
    for _ in range(3 if known else 0):
        seen = s.one(known)
        query = {"actor": seen.who, "item": seen.item, "as_of": seen.at.isoformat()}
        path = f"{s.place(record)}/decisions"
        decided = s.act(record.patient, "GET", path, query_string=query)["decisions"][0]
        s.past += 1
        if (decided["decision"] == "permit") is not seen.open:
            raise AssertionError(
                f"{s.name(seen.who)} asked for {s.name(seen.item)} at {seen.at} and it was "
                f"{'open' if seen.open else 'shut'}; asked at {s.at}: {decided}"
            )
