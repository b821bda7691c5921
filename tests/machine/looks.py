"""Looking: one item, a list, the shared record, each held against the model."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.machine.facts import Item, Record
from tests.machine.scene import REFUSED, Leak, Scene, WrongfulRefusal
from tests.machine.why import Seen, state

SECTIONS = ("notes", "medications", "allergies", "conditions")
KINDS = (*SECTIONS, "questions")


def one(s: Scene, who: str, item: Item) -> None:
    """Read one item: shown if and only if the model opens it."""
    why = s.model.why(who, item, s.at)
    answer = s.ask(who, "GET", s.address(item))
    s.looks += 1
    s.seen.append(Seen(who, item.id, s.at, answer.status_code == 200, state(item)))
    if answer.status_code == 200:
        s.open += 1
        if not why:
            raise Leak(_said(s, who, item))
        s.saw(who, s.model.records[item.record], [item.id])
        return
    s.shut += 1
    if why:
        raise WrongfulRefusal(f"{_said(s, who, item)}: {why}, but {answer.status_code} {answer.text}")
    if answer.status_code not in REFUSED:
        raise AssertionError(f"{_said(s, who, item)}: {answer.status_code} {answer.text}")


def some(s: Scene, pairs: int) -> None:
    """Read some items as anybody, by chance: mostly of the record that the last act was about."""
    every = [i for record in s.model.records.values() for i in record.items.values()]
    for _ in range(pairs):
        item = s.rng.choice((*s.last.items.values(), *s.last.items.values(), *every))
        one(s, somebody(s, s.model.records[item.record]), item)


def somebody(s: Scene, record: Record) -> str:
    """Choose a reader by chance, mostly one of those who have something to do with the record."""
    members = [m.who for m in record.memberships.values()]
    acting = [r.who for r in record.representations.values()]
    return s.rng.choice((*members, *members, *acting, *s.model.clinicians, record.patient, *s.cast.people))


def after_an_act(s: Scene, pairs: int) -> None:
    """Read some items, and two lists of the record that the last act was about."""
    some(s, pairs)
    record = s.last if s.rng.random() < 0.8 else s.rng.choice(list(s.model.records.values()))
    for kind in s.rng.sample(KINDS, 2):
        whole_list(s, somebody(s, record), record, kind)


def whole_list(s: Scene, who: str, record: Record, kind: str) -> None:
    """Read a list, over its pages: exactly what the model opens of this kind."""
    expected = {i for i in s.model.readable(who, record, s.at) if record.items[i].kind == kind}
    found: list[str] = []
    path: str | None = f"{s.place(record)}/{kind}?limit={s.rng.choice((1, 2, 100))}"
    while path:
        answer = s.ask(who, "GET", path)
        if not _listed(s, who, record, answer, expected):
            return
        page = [i["id"] for i in answer.json["items"]]
        s.saw(who, record, page)
        found += page
        path = f"{path.split('&cursor')[0]}&cursor={answer.json['next']}" if answer.json["next"] else None
    same(s, who, record, f"{kind} listed", found, expected)


def shared_record(s: Scene, who: str, record: Record) -> None:
    """Read the shared record: every section is exactly what the model opens, but for drafts."""
    readable = {record.items[i] for i in s.model.readable(who, record, s.at)}
    answer = s.ask(who, "GET", f"{s.place(record)}/shared-record")
    if not _listed(s, who, record, answer, {i.id for i in readable}):
        return
    shown: set[str] = set()
    for kind in SECTIONS:
        found = [i["id"] for i in answer.json[kind]["items"]]
        same(s, who, record, f"shared {kind}", found, {i.id for i in readable if i.kind == kind and not i.draft})
        shown.update(found)
    new = {i["id"] for i in (answer.json["new"] or {"items": []})["items"]}
    if hidden := new - {i.id for i in readable}:
        raise Leak(f"{s.name(who)} is told that these are new: {[s.name(i) for i in hidden]}")
    s.saw(who, record, shown | new)


def caseload(s: Scene, who: str) -> None:
    """List one's patients: those of whose team one is a member now; and no more is new in them than one may read."""
    expected = [r.id for r in s.model.records.values() if s.model.roles(who, r, s.at)]
    answer = s.ask(who, "GET", "/api/v1/patients?limit=100")
    if answer.status_code != 200:
        if expected or answer.status_code not in REFUSED:
            raise WrongfulRefusal(f"{s.name(who)}: their patients: {answer.status_code} {answer.text}")
        return
    found = {entry["id"]: entry for entry in answer.json["items"]}
    if found.keys() != set(expected):
        raise Leak(f"{s.name(who)} lists {[s.name(i) for i in found]}, not {[s.name(i) for i in expected]}")
    for key in expected:
        record = s.model.records[key]
        readable = Counter(record.items[i].item_class for i in s.model.readable(who, record, s.at))
        for part in found[key]["new"]["counts"]:
            if part["count"] > readable[part["class"]]:
                raise Leak(f"{s.name(who)} is told that {part} are new of {readable}")


def same(s: Scene, who: str, record: Record, what: str, found: list[str], expected: Iterable[str]) -> None:
    """Raise Leak or WrongfulRefusal unless a list is what the model says, each once."""
    s.looks, wanted = s.looks + 1, set(expected)
    s.open += len(wanted)
    s.shut += len(record.items) - len(wanted)
    if more := set(found) - wanted:
        raise Leak(f"{what} for {s.name(who)}: {[s.name(i) for i in more]}")
    if less := wanted - set(found):
        raise WrongfulRefusal(f"{what} for {s.name(who)}: {[s.name(i) for i in less]} left out")
    if len(found) != len(wanted):
        raise AssertionError(f"{what} for {s.name(who)}: twice in {found}")


def _listed(s: Scene, who: str, record: Record, answer: Any, expected: set[str]) -> bool:
    if answer.status_code == 200:
        return True
    if answer.status_code not in REFUSED:
        raise AssertionError(f"{s.name(who)}: a list of {s.name(record.patient)}: {answer.status_code} {answer.text}")
    if expected:
        raise WrongfulRefusal(f"{s.name(who)}: a list of {s.name(record.patient)}: {answer.status_code} {answer.text}")
    return False


def _said(s: Scene, who: str, item: Item) -> str:
    return f"{s.name(who)} reads {s.name(item.id)} of {s.name(s.model.records[item.record].patient)} at {s.at}: {item}"
