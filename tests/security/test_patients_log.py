"""What the patient is told of the access log is what it holds: every request of a run, once, and no special note."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from careteam.models import AccessEvent, AccessEventItem
from careteam.policy.vocabulary import SPECIAL_CLASSES
from tests.policy.cast import NOW, PATIENT, RECORD
from tests.security.looks import ADDRESS
from tests.security.random_rows import KINDS
from tests.security.random_worlds import NAMES, RandomWorld
from tests.world import Person, World

ABOUT = (*(f"{kind}?limit=100" for kind in KINDS), "medication-pairs", "shared-record", "sharing", "label-reviews")
EVENTS, ITEMS = AccessEvent.__table__.c, AccessEventItem.__table__.c
LISTS = {"read-notes", "read-shared-record"}
"""Answers that are given without a special note as well: told even when they held nothing else (`domain.md`)."""
SINGLES = 12
PAGE = 7
Told = tuple[str, str, str | None, str, frozenset[tuple[Any, ...]]]
"""Of an event its id, its instant, who, the outcome, and how many items of which class and holder by which clause."""


def test_the_patient_is_told_exactly_what_the_log_holds(
    world: World, worlds_seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    sent, held, told = kept(world, worlds_seed)
    wrong = differences(held, told)
    with capsys.disabled():
        print(f"\n{len(sent)} requests, {len(held)} events, {len(told)} told, {len(wrong)} differences", end="")
    assert Counter(event.request_id for event in held) == Counter(sent), "each request is one event"
    assert not wrong, (worlds_seed, wrong[:10])
    assert {event.outcome for event in held} == {"disclosed", "refused"}


def kept(world: World, seed: int) -> tuple[list[str], list["Event"], list[Told]]:
    """Ask for everything in a random world; return the requests, what the log holds of them, and what is told."""
    with time_machine.travel(NOW, tick=False):
        made = RandomWorld(world, Random(seed))
        sent = requests(world, made)
        told = read(world, made.person(PATIENT))
    return sent, list(stored(world, sent)), told


def differences(held: Iterable["Event"], told: Iterable[Told]) -> list[tuple[Told, int]]:
    """Return what is told too seldom (below 0) or too often."""
    found = Counter(told)
    found.subtract(event.told for event in held if event.shown)
    return [(event, n) for event, n in found.items() if n]


def requests(world: World, made: RandomWorld) -> list[str]:
    """Ask for everything as everybody, kept as on a server; return the requests' ids."""
    sent = []
    for who in NAMES:
        client = world.client(made.person(who))
        singles = [f"{made.kinds[i.id]}/{i.id}" for i in made.items[:SINGLES]]
        for part in (*ABOUT, *singles):
            sent.append(client.get(f"{ADDRESS}/{part}").headers["X-Request-ID"])
    return sent


class Event:
    """A row of the log with its items."""

    def __init__(self, row: Any, items: Iterable[Any]) -> None:
        self.id, self.request_id, self.outcome = row.id, row.request_id, row.outcome
        every = list(items)
        kept = [i for i in every if i.item_class not in SPECIAL_CLASSES]
        self.shown = bool(kept) or not every or row.act in LISTS
        counted = Counter((i.item_class.value, i.holder_id, i.clause, i.consent_id) for i in kept)
        groups = frozenset((c, _name(h), n, why, _text(consent)) for (c, h, why, consent), n in counted.items())
        self.told: Told = (str(row.id), row.at.isoformat(), _text(row.actor_id), row.outcome, groups)


def stored(world: World, sent: Iterable[str]) -> Iterator[Event]:
    """Yield the rows that these requests left about the record, from the tables themselves."""
    session, wanted = world.session, set(sent)
    session.rollback()
    items: dict[UUID, list[Any]] = {}
    for row in session.execute(select(*AccessEventItem.__table__.c)):
        items.setdefault(row.event_id, []).append(row)
    for row in session.execute(select(*AccessEvent.__table__.c).where(EVENTS.patient_id == RECORD)):
        if row.request_id in wanted:
            yield Event(row, items.get(row.id, ()))


def read(world: World, patient: Person) -> list[Told]:
    """Return what the patient is told, page by page; reading it is left out."""
    found, address = list[Told](), f"{ADDRESS}/access-log?limit={PAGE}"
    following: str | None = address
    while following:
        page = world.client(patient).get(following).json
        found += [told(e) for e in page["items"] if "access log" not in e["sentence"]]
        following = f"{address}&cursor={page['next']}" if page["next"] else None
    return found


def told(event: dict[str, Any]) -> Told:
    """Return an event of the answer in the form in which it is compared."""
    groups = frozenset((i["class"], i["holder"], i["count"], i["why"], i["consent_id"]) for i in event["items"])
    at = datetime.fromisoformat(event["at"]).isoformat()
    return event["id"], at, event["actor"]["user_id"], event["outcome"], groups


def _name(holder_id: UUID | None) -> str:
    return NAMES[holder_id] if holder_id else "you"


def _text(found: UUID | None) -> str | None:
    return str(found) if found else None
