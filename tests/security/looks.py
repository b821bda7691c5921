"""Everything that one person can ask about one record of a random world, held against what the rule opens to them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from careteam.policy.vocabulary import AllergyKind, ItemClass, Label, NoteStatus
from tests.policy import reference
from tests.policy.cast import PATIENT, RECORD
from tests.policy.grid import DATES
from tests.policy.matching import ItemFact
from tests.security.asking import Asked, Asker
from tests.security.random_rows import KINDS, NOTES, RECONCILIATIONS, is_carried_over
from tests.security.random_worlds import NAMES, RandomWorld

ADDRESS = f"/api/v1/patients/{RECORD}"
LIMITS = (1, 7, 100)
SHOWN = {"notes": 20, "medications": 100, "allergies": 100, "conditions": 100}
"""How much of a section the shared record shows."""
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PROBE = UUID(int=0x8000)
PARTS = ("lists", "filters", "singles", "pairs", "shared_record", "waiting", "sent", "count", "sharing")
"""The ways of looking."""
Cells = dict[tuple[str, str | None, str], dict[str, Any]]
"""Cells of the sharing matrix by reader, holder (none: the patient) and class."""


class Looks:
    """One person's looks; `faults` yields every difference."""

    def __init__(self, made: RandomWorld, ask: Asker, who: UUID, counted: Counter[str]) -> None:
        self.made, self.ask, self.who, self.counted = made, ask, who, counted
        self.open = made.readable(who)
        self.open_ids = {i.id for i in self.open}
        self.hidden = {str(i.id) for i in made.items} - {str(i) for i in self.open_ids}
        self.signed_about = {
            str(e) for i in made.items if i.author_id == who for d in made.decided.get(i.id, ()) for e in d.entries
        }
        self.q, self.known, self.here = made.question(who), made.knows(who), made.here(who)
        self.told = list[str]()

    def faults(self, parts: Sequence[str] = PARTS) -> Iterator[str]:
        """Yield every difference that these ways of looking show."""
        for part in parts:
            yield from getattr(self, part)()
            yield from self.told
            self.told.clear()

    def lists(self) -> Iterator[str]:
        """Every list, page by page: exactly what is readable, in order."""
        for kind in KINDS:
            yield from self._lists(kind, self._of(kind))

    def get(self, part: str) -> Asked:
        """Ask for a part of the record; whatever answers may not name what is hidden."""
        return self._get(f"{ADDRESS}/{part}")

    def _get(self, address: str) -> Asked:
        self.counted["requests"] += 1
        asked = self.ask(self.made.person(self.who), "GET", address)
        named = self.hidden.intersection(ID.findall(asked.answer.text)) - set(ID.findall(address))
        if RECONCILIATIONS in address:
            named -= self.signed_about
        self.told += [f"{address} names {item}, which is hidden" for item in named]
        return asked

    def _of(self, kind: str) -> list[ItemFact]:
        return [i for i in self.open if self.made.kinds[i.id] == kind]

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
                page = (asked.answer.json or {}).get("items", [])
                ids = [i["id"] for i in page]
                yield from self._logged(kind, asked, ids + self._entries(page))
                yield from self._decided(page) if kind == RECONCILIATIONS else ()
                found += ids
            if found != expected:
                yield f"{kind}?limit={limit}{query}: {set(found) ^ set(expected) or 'in another order, or twice'}"

    def _decided(self, shown: list[dict[str, Any]]) -> Iterator[str]:
        """A decision is shown only where every entry that it names may be read (or to whoever signed it)."""
        by_id = {str(i.id): i for i in self.made.items}
        for one in shown:
            told = [{UUID(e["id"]) for e in d["entries"]} for d in one["decisions"]]
            due = [set(d.entries) for d in self.made.decisions(self.who, by_id[one["id"]], self.open_ids)]
            self.counted["decisions"] += len(told)
            if told != due:
                yield f"{RECONCILIATIONS}/{one['id']}: decisions about {told} and not {due}"

    def _entries(self, shown: list[dict[str, Any]]) -> list[str]:
        """Return the readable entries that these answers tell of besides: those that decisions are about."""
        named = {e["id"] for one in shown for d in one.get("decisions", ()) for e in d["entries"]}
        return sorted(named - self.hidden)

    def _pages(self, kind: str, query: str) -> Iterator[Asked]:
        address: str | None = f"{kind}?{query}"
        while address:
            asked = self.get(address)
            yield asked
            cursor = (asked.answer.json or {}).get("next")
            address = f"{kind}?{query}&cursor={cursor}" if cursor else None

    def filters(self) -> Iterator[str]:
        """Every list, by what its items are, who wrote them, and when."""
        notes, medications, allergies = self._of("notes"), self._of("medications"), self._of("allergies")
        for kind in NOTES:
            yield from self._lists("notes", [i for i in notes if i.item_class is kind], f"&kind={kind}")
        for status in (NoteStatus.DRAFT, NoteStatus.SIGNED):
            of = [i for i in notes if i.draft is (status is NoteStatus.DRAFT)]
            yield from self._lists("notes", of, f"&status={status}")
        for author in (PATIENT, *sorted(NAMES)):
            yield from self._lists("notes", [i for i in notes if i.author_id == author], f"&author_id={author}")
        for source, own in (("patient", True), ("prescriber", False)):
            of = [i for i in medications if (i.holder_id is None) is own]
            yield from self._lists("medications", of, f"&source={source}")
        for word in AllergyKind:
            of = [i for i in allergies if bool(self.made.covers[i.id]) is (word is AllergyKind.NO_KNOWN_ALLERGIES)]
            yield from self._lists("allergies", of, f"&kind={word}")
        for state, carried in (("carried_over", True), ("open", False)):
            of = [i for i in self._of("questions") if is_carried_over(i) is carried]
            yield from self._lists("questions", of, f"&state={state}")
        day = self.made.items[len(self.made.items) // 2].date
        yield from self._lists("notes", [i for i in notes if i.date >= day], f"&from_date={day}")
        yield from self._lists("medications", [i for i in medications if i.date <= day], f"&through_date={day}")
        yield from self._lists("allergies", [i for i in allergies if i.date >= day], f"&from_date={day}")
        yield from self._lists(
            "conditions", [i for i in self._of("conditions") if i.date <= day], f"&through_date={day}"
        )

    def singles(self) -> Iterator[str]:
        """Every item by itself, and once as something that it is not."""
        for n, item in enumerate(self.made.items):
            kind = self.made.kinds[item.id]
            other = [k for k in KINDS if k != kind][n % (len(KINDS) - 1)]
            asked = self.get(f"{kind}/{item.id}")
            opened = asked.answer.status_code == 200
            if opened is not (item.id in self.open_ids):
                yield f"{kind}/{item.id}: {asked.answer.status_code}, but {reference.decide(self.q, item)}"
            if opened:
                shown = [asked.answer.json]
                yield from self._logged(kind, asked, [str(item.id), *self._entries(shown)])
                yield from self._decided(shown) if kind == RECONCILIATIONS else ()
            self.counted[f"{kind} {'read' if opened else 'refused'}"] += 1
            if self.get(f"{other}/{item.id}").answer.status_code != 404:
                yield f"{item.id} is read as one of the {other}"

    def pairs(self) -> Iterator[str]:
        """The two-sided list holds exactly the readable entries, each once."""
        asked = self.get("medication-pairs")
        lines = (asked.answer.json or {}).get("items", [])
        found = [entry["id"] for line in lines for side in ("prescribed", "taken") for entry in line[side]]
        differences = [line["difference"] for line in lines if line["difference"]]
        decided = [d["resolution"]["reconciliation_id"] for d in differences if d["resolution"]]
        yield from self._logged("medication-pairs", asked, found + decided)
        if sorted(found) != sorted(str(i.id) for i in self._of("medications")):
            yield f"medication-pairs: {set(found) ^ {str(i.id) for i in self._of('medications')} or 'twice'}"
        self.counted["differences"] += len(differences)
        self.counted["resolved"] += len(decided)

    def shared_record(self) -> Iterator[str]:
        """The sections of the shared record, what is shared, and what is new."""
        asked = self.get("shared-record")
        body = asked.answer.json or {}
        shown = {kind: [i["id"] for i in body.get(kind, {}).get("items", [])] for kind in SHOWN}
        new = body.get("new") or {"items": [], "counts": []}
        yield from self._logged("shared-record", asked, [*chain(*shown.values()), *(i["id"] for i in new["items"])])
        for kind, most in SHOWN.items():
            expected = [str(i.id) for i in self._of(kind) if kind != "notes" or not i.draft][:most]
            if shown[kind] != expected:
                yield f"shared-record: {kind}: {set(shown[kind]) ^ set(expected)}"
        for holder in body.get("sharing", []):
            yield from self._section(holder)
        yield from self._new(body.get("new"))

    def _new(self, told: Any) -> Iterator[str]:
        """To whoever never looked everything is new but their own: in the shared record as in the caseload."""
        listed = self._get("/api/v1/patients").answer.json["items"]
        if [i["id"] for i in listed] != ([str(RECORD)] if self.here else []):
            yield f"patients: {listed}"
        if not self.here:
            if told is not None:
                yield f"shared-record: {told} is new to somebody who is not in the team"
            return
        new = [i for i in self.open if not i.draft and (i.author_id != self.who or i.awaits_review)]
        counts = [{"class": c, "count": n} for c, n in sorted(Counter(i.item_class.value for i in new).items())]
        self.counted["new"] += len(new)
        if {i["id"] for i in told["items"]} != {str(i.id) for i in new} or len(told["items"]) != len(new):
            yield f"shared-record: new: { {i['id'] for i in told['items']} ^ {str(i.id) for i in new} }"
        for what, found in (("shared-record", told["counts"]), ("patients", listed[0]["new"]["counts"])):
            if found != counts:
                yield f"{what}: new: {found} and not {counts}"

    def _section(self, said: Any) -> Iterator[str]:
        held_by = UUID(said["holder"]["user_id"]) if said["holder"]["kind"] == "member" else None
        if set(said["shared"]) != set(reference.sections(self.q, held_by)):
            yield f"shared-record: {said} and not {sorted(reference.sections(self.q, held_by))}"
        self.counted["sections"] += 1

    def waiting(self) -> Iterator[str]:
        """What waits for its labels: to its holder alone."""
        own = None if self.who == PATIENT else self.who
        expected = [
            str(i.id) for i in self.open if self.here and i.awaits_review and not i.draft and i.holder_id == own
        ]
        asked = self.get("label-reviews?limit=100")
        found = [i["id"] for i in (asked.answer.json or {}).get("items", [])]
        yield from self._logged("label-reviews", asked, found)
        if found != expected:
            yield f"label-reviews: {set(found) ^ set(expected)}"

    def sent(self) -> Iterator[str]:
        """What is sent to whom: to the patient alone."""
        asked = self.get("sent-items?standing=true&limit=100")
        found = {(one["item_id"], one["to"]["user_id"]) for one in (asked.answer.json or {}).get("items", [])}
        own = [i for i in self.open if i.holder_id is None and self.who == PATIENT]
        expected = {(str(i.id), str(who)) for i in own for who in i.sent_to}
        if found != expected:
            yield f"sent-items: {found ^ expected}"
        if self.who != PATIENT and asked.answer.status_code != 404:
            yield f"sent-items: {asked.answer.status_code} to somebody who did not send them"
        self.counted["sent"] += len(found)

    def count(self) -> Iterator[str]:
        """A review counts what its prescriber reads."""
        made = self.ask(self.made.person(self.who), "POST", f"{ADDRESS}/medication-reviews", json={})
        if made.answer.status_code == 201:
            counted, expected = made.answer.json["entries"], len(self._of("medications"))
            self.counted["counts"] += 1
            if counted != expected:
                yield f"medication-reviews counted {counted} entries, not {expected}"

    def sharing(self) -> Iterator[str]:
        """A cell says shared where the rule opens an item of it that nothing names, and so what was read is in one."""
        asked = self.get("sharing")
        yield from self._logged("sharing", asked, [])
        told = cells(asked.answer.json)
        for (reader, holder, item_class), cell in told.items():
            about = (UUID(reader), UUID(holder) if holder else None, ItemClass(item_class))
            self.counted["cells"] += 1
            if cell["shared"] is not self._opens(*about):
                yield f"sharing: {about}: {cell['shared']}"
            for label in (Label.HIV, Label.SUBSTANCE_USE) if self.who == PATIENT else ():
                if (label in cell["labels"]) is not self._opens(*about, label):
                    yield f"sharing: {about}: {cell['labels']}"
        if self.who != PATIENT and self.here:
            yield from self._lies_in(told)

    def _lies_in(self, told: Cells) -> Iterator[str]:
        members = {m.user_id for m in self.made.team.memberships if reference.became_member(m)}
        for item in self.open:
            held = item.holder_id is None or item.holder_id in members  # nobody else can hold anything
            if held and reference.decide(self.q, item).clause == "consent":
                key = (str(self.who), str(item.holder_id) if item.holder_id else None, item.item_class.value)
                if not (told[key]["shared"] and item.labels <= set(told[key]["labels"])):
                    yield f"sharing: {item} is read, but {told[key]}"

    def _opens(self, who: UUID, holder_id: UUID | None, item_class: ItemClass, *labels: Label) -> bool:
        probes = (ItemFact(PROBE, RECORD, item_class, None, holder_id, on, frozenset(labels)) for on in DATES)
        return any(reference.decide(self.made.question(who), probe).clause == "consent" for probe in probes)


def cells(matrix: dict[str, Any]) -> Cells:
    """Return the cells of everybody who is in the team now."""
    return {
        (reader["user_id"], holder["holder"].get("user_id"), cell["class"]): cell
        for reader in matrix.get("readers", ())
        for holder in reader["holders"]
        for cell in holder["classes"]
    }
