"""List = single reads = counts = shared record = log = the rule, in random worlds, for everybody."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

import pytest
import time_machine

from careteam.policy.vocabulary import ItemClass, NoteStatus
from tests.conftest import empty
from tests.policy import reference
from tests.policy.cast import NOW, PATIENT, RECORD
from tests.policy.matching import ItemFact
from tests.security.asking import Asked, Asker, asking
from tests.security.random_worlds import NAMES, NOTES, RandomWorld
from tests.world import World

ADDRESS = f"/api/v1/patients/{RECORD}"
LIMITS = (1, 7, 100)
SHOWN = {"notes": 20, "medications": 100}
"""How much of a section the shared record shows."""


def test_whatever_way_somebody_looks_they_see_the_same(
    world: World, database_url: str, worlds: int, worlds_seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    counted, wrong = Counter[str](), list[str]()
    for number in range(worlds):
        empty(database_url)
        wrong += differences(world, worlds_seed + number, counted)
    with capsys.disabled():
        print(f"\n{worlds} worlds from --worlds-seed {worlds_seed}: {dict(counted)}, {len(wrong)} wrong", end="")
    assert not wrong, "\n".join(wrong[:40])
    assert counted["items read"]
    assert counted["items refused"]


def differences(world: World, seed: int, counted: Counter[str]) -> list[str]:
    """Make the random world of this seed, look at it as everybody, and return where two ways of looking differ."""
    made, wrong = RandomWorld(world, Random(seed)), list[str]()
    with asking(world) as ask, time_machine.travel(NOW, tick=False):
        for who in NAMES:
            faults = Looks(made, ask, who, counted).faults()
            wrong += [f"--worlds-seed {seed}, {NAMES[who]}: {fault}" for fault in faults]
    return wrong


class Looks:
    """Everything that one person can ask about one record, held against what the reference opens to them."""

    def __init__(self, made: RandomWorld, ask: Asker, who: UUID, counted: Counter[str]) -> None:
        self.made, self.ask, self.who, self.counted = made, ask, who, counted
        self.open = made.readable(who)
        self.q = made.question(who)
        self.known = made.knows(who)

    def faults(self) -> Iterator[str]:
        """Yield every difference."""
        yield from self._lists("notes", [i for i in self.open if i.item_class in NOTES])
        yield from self._lists("medications", [i for i in self.open if i.item_class is ItemClass.MEDICATION])
        yield from self._filters()
        yield from self._singles()
        yield from self._shared_record()
        yield from self._waiting()
        yield from self._count()
        yield from self._caseload()

    def get(self, part: str) -> Asked:
        """Ask for a part of the record."""
        self.counted["requests"] += 1
        return self.ask(self.made.person(self.who), "GET", f"{ADDRESS}/{part}")

    def _logged(self, what: str, asked: Asked, ids: list[str]) -> Iterator[str]:
        outcome = ("disclosed", RECORD, frozenset(map(UUID, ids))) if self.known else ("refused", RECORD, frozenset())
        if asked.events != [outcome]:
            yield f"{what}: the log says {asked.events} and not {outcome}"
        if not self.known and asked.answer.status_code != 404:
            yield f"{what}: {asked.answer.status_code} to somebody who may not know of the record"

    def _lists(self, kind: str, items: list[ItemFact], query: str = "") -> Iterator[str]:
        expected = [str(i.id) for i in items]
        for limit in LIMITS if not query else (7,):
            found: list[str] = []
            for asked in self._pages(kind, f"limit={limit}{query}"):
                page = [i["id"] for i in (asked.answer.json or {}).get("items", [])]
                yield from self._logged(kind, asked, page)
                found += page
            if found != expected:
                yield f"{kind}?limit={limit}{query}: {set(found) ^ set(expected) or 'in another order, or twice'}"

    def _pages(self, kind: str, query: str) -> Iterator[Asked]:
        address: str | None = f"{kind}?{query}"
        while address:
            asked = self.get(address)
            yield asked
            cursor = (asked.answer.json or {}).get("next")
            address = f"{kind}?{query}&cursor={cursor}" if cursor else None

    def _filters(self) -> Iterator[str]:
        notes = [i for i in self.open if i.item_class in NOTES]
        for kind in NOTES:
            yield from self._lists("notes", [i for i in notes if i.item_class is kind], f"&kind={kind}")
        for status in (NoteStatus.DRAFT, NoteStatus.SIGNED):
            of = [i for i in notes if i.draft is (status is NoteStatus.DRAFT)]
            yield from self._lists("notes", of, f"&status={status}")
        for author in (PATIENT, *sorted(NAMES)):
            yield from self._lists("notes", [i for i in notes if i.author_id == author], f"&author_id={author}")
        medications = [i for i in self.open if i.item_class is ItemClass.MEDICATION]
        for source, own in (("patient", True), ("prescriber", False)):
            of = [i for i in medications if (i.holder_id is None) is own]
            yield from self._lists("medications", of, f"&source={source}")
        day = self.made.items[len(self.made.items) // 2].date
        yield from self._lists("notes", [i for i in notes if i.date >= day], f"&from_date={day}")
        yield from self._lists("medications", [i for i in medications if i.date <= day], f"&through_date={day}")

    def _singles(self) -> Iterator[str]:
        open_ids = {i.id for i in self.open}
        for item in self.made.items:
            kind, other = ("notes", "medications") if item.item_class in NOTES else ("medications", "notes")
            asked = self.get(f"{kind}/{item.id}")
            opened = asked.answer.status_code == 200
            if opened is not (item.id in open_ids):
                yield f"{kind}/{item.id}: {asked.answer.status_code}, but {reference.decide(self.q, item)}"
            if opened:
                yield from self._logged(kind, asked, [str(item.id)])
            self.counted["items read" if opened else "items refused"] += 1
            if self.get(f"{other}/{item.id}").answer.status_code != 404:
                yield f"{item.id} is read as one of the {other}"

    def _shared_record(self) -> Iterator[str]:
        asked = self.get("shared-record")
        body = asked.answer.json or {}
        shown = {kind: [i["id"] for i in body.get(kind, {}).get("items", [])] for kind in SHOWN}
        expected = {
            "notes": [str(i.id) for i in self.open if i.item_class in NOTES and not i.draft],
            "medications": [str(i.id) for i in self.open if i.item_class is ItemClass.MEDICATION],
        }
        yield from self._logged("shared-record", asked, shown["notes"] + shown["medications"])
        for kind, most in SHOWN.items():
            if shown[kind] != expected[kind][:most]:
                yield f"shared-record: {kind}: {set(shown[kind]) ^ set(expected[kind])}"
        for holder in body.get("sharing", []):
            yield from self._section(holder)

    def _section(self, said: Any) -> Iterator[str]:
        held_by = UUID(said["holder"]["user_id"]) if said["holder"]["kind"] == "member" else None
        if set(said["shared"]) != set(reference.sections(self.q, held_by)):
            yield f"shared-record: {said} and not {sorted(reference.sections(self.q, held_by))}"
        self.counted["sections"] += 1

    def _waiting(self) -> Iterator[str]:
        own = None if self.who == PATIENT else self.who
        here = self.who == PATIENT or bool(reference.current_roles(self.q))
        expected = [str(i.id) for i in self.open if here and i.awaits_review and not i.draft and i.holder_id == own]
        asked = self.get("label-reviews?limit=100")
        found = [i["id"] for i in (asked.answer.json or {}).get("items", [])]
        yield from self._logged("label-reviews", asked, found)
        if found != expected:
            yield f"label-reviews: {set(found) ^ set(expected)}"

    def _count(self) -> Iterator[str]:
        made = self.ask(self.made.person(self.who), "POST", f"{ADDRESS}/medication-reviews", json={})
        if made.answer.status_code == 201:
            counted = made.answer.json["entries"]
            expected = sum(i.item_class is ItemClass.MEDICATION for i in self.open)
            self.counted["counts"] += 1
            if counted != expected:
                yield f"medication-reviews counted {counted} entries, not {expected}"

    def _caseload(self) -> Iterator[str]:
        here = self.who == PATIENT or bool(reference.current_roles(self.q))
        asked = self.ask(self.made.person(self.who), "GET", "/api/v1/patients")
        if [i["id"] for i in asked.answer.json["items"]] != ([str(RECORD)] if here else []):
            yield f"patients: {asked.answer.json}"
