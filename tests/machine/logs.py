"""What the patient's access log tells is what everybody was shown: each look once, with what it showed."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.machine.facts import SPECIAL, Record
from tests.machine.scene import Scene

Line = tuple[str, datetime, frozenset[tuple[str, int]]]
"""Of one look: who, when, and how many items of which class."""


def read(s: Scene) -> None:
    """Read the log as the patient, and hold it against what was shown."""
    record = s.record()
    told = Counter(_told(s, record))
    shown = Counter(_shown(s, record))
    if told != shown:
        raise AssertionError(
            f"the log of {s.name(record.patient)} tells {[_named(s, x) for x in (told - shown)]} too often "
            f"and {[_named(s, x) for x in (shown - told)]} too seldom"
        )


def _told(s: Scene, record: Record) -> Iterator[Line]:
    path: str | None = f"{s.place(record)}/access-log?outcome=disclosed&limit=100"
    while path:
        page = s.act(record.patient, "GET", path)
        for event in page["items"]:
            counted: Counter[str] = Counter()
            for part in event["items"]:
                counted[part["class"]] += part["count"] if part["class"] not in SPECIAL else 0
            if +counted:
                yield event["actor"]["user_id"], datetime.fromisoformat(event["at"]), frozenset((+counted).items())
        path = f"{path.split('&cursor')[0]}&cursor={page['next']}" if page["next"] else None


def _shown(s: Scene, record: Record) -> Iterator[Line]:
    for shown in s.shown[record.id]:
        classes = Counter(i.item_class for key in shown.items if not (i := record.items[key]).special)
        if classes:
            yield shown.who, shown.at, frozenset(classes.items())


def _named(s: Scene, line: Line) -> Any:
    return s.name(line[0]), str(line[1]), sorted(line[2])
