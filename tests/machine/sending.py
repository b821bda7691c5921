"""Acts about single items that the patient sends: questions written and sent, items sent, taken back, looked at."""

from typing import Any

from tests.machine import items
from tests.machine.facts import PATIENT, Item, Record
from tests.machine.scene import Scene

QUESTION = {"text": "why"}
ROUTE = "POST /api/v1/patients/{patient_id}/sent-items/{item_id}"


def write_question(s: Scene) -> None:
    """Let the patient keep a question, perhaps sent to some; nobody else keeps one."""
    record = s.record()
    who = s.one((record.patient, record.patient, record.patient, s.clinician()))
    path = f"{s.place(record)}/questions"
    if who != record.patient:
        s.refused(who, "POST", path, QUESTION)
        return
    to = s.some(_members(s, record))
    made = s.act(who, "POST", path, {**QUESTION, "labels": items.labels(s), "send_to": to})
    item = items.kept(s, record, who, "questions", made)
    _deliver(s, item, to, made["delivery"])


def send(s: Scene) -> None:
    """Let the patient send something of theirs to some members: it reaches whom the model says, as was foretold."""
    record = s.record()
    ready = [i for i in record.items.values() if i.holder == PATIENT and not (i.in_error or i.awaits_review)]
    members = _members(s, record)
    if not ready or not members:
        return write_question(s)
    item, to = s.one(ready), s.some(members, least=1)
    path = f"{s.place(record)}/sent-items/{item.id}"
    strangers = [who for who in s.model.clinicians if who not in members]
    if strangers and s.chance(6):
        s.refused(record.patient, "POST", path, {"send_to": [*to, s.one(strangers)]})
        return None
    _foretold(s, record, item)
    made = s.act(record.patient, "POST", path, {"send_to": to})
    if not _deliver(s, item, to, made["delivery"]):  # nothing changed: it was read
        s.saw(record.patient, record, [item.id])
    return None


def take_back(s: Scene) -> None:
    """Let the patient take something back from some or all, and once more; nobody else may."""
    found = [(r, i) for r in s.model.records.values() for i in r.items.values() if i.sent_to]
    if not found:
        return send(s)
    record, item = s.one(found)
    path = f"{s.place(record)}/sent-items/{item.id}/revocation"
    if s.chance(5):
        s.refused(s.clinician(), "POST", path)
        return None
    some = s.some(sorted(item.sent_to))
    body = {"user_ids": some} if some else {}
    first = s.act(record.patient, "POST", path, body)
    item.sent_to -= set(some or item.sent_to)
    if s.act(record.patient, "POST", path, body) != first:
        raise AssertionError(f"another answer to taking {s.name(item.id)} back again: {first}")
    s.saw(record.patient, record, [item.id])
    return None


def look(s: Scene) -> None:
    """Read as the patient what is sent to whom: exactly what the model says, and nobody else is told."""
    record = s.record()
    path = f"{s.place(record)}/sent-items?standing=true&limit=100"
    s.refused(s.clinician(), "GET", path)
    told = [(one["item_id"], one["to"]["user_id"]) for one in s.act(record.patient, "GET", path)["items"]]
    wanted = sorted((i.id, who) for i in record.items.values() for who in i.sent_to)
    if sorted(told) != wanted and len(wanted) <= 100:
        raise AssertionError(f"sent: {told} and not {wanted}")
    s.saw(record.patient, record, {item for item, _ in told})


def _deliver(s: Scene, item: Item, to: list[str], delivery: dict[str, Any]) -> bool:
    """Put into the model whom it reaches, and hold what was said against that; say whether anybody is new."""
    new = set(to) - item.sent_to
    item.sent_to |= new
    missed = {who for who in new if not s.model.why(who, item, s.at)}
    item.sent_to -= missed
    told = {part: {one["user_id"] for one in delivery[part]} for part in ("sent_to", "not_reached", "read_by")}
    readers = {w for w in _members(s, s.model.records[item.record]) if s.model.why(w, item, s.at)}
    if told != {"sent_to": new - missed, "not_reached": missed, "read_by": readers}:
        raise AssertionError(f"{s.name(item.id)} sent to {new}: {told}, but {missed} are missed and {readers} read it")
    return bool(new - missed)


def _foretold(s: Scene, record: Record, item: Item) -> None:
    """Hold what is said beforehand against the noes that are about such an item, whichever it is."""
    query = {"class": item.item_class, "label": sorted(item.labels)}
    said = s.act(record.patient, "GET", f"{s.place(record)}/recipients", query_string=query)["recipients"]
    told = {one["user_id"]: one["reached_if_sent"] for one in said}
    wanted = {who: s.model.reached(who, record, item, s.at) for who in _members(s, record)}
    if told != wanted:
        raise AssertionError(f"foretold of {s.name(item.id)}: {told} and not {wanted}")


def _members(s: Scene, record: Record) -> list[str]:
    """Who is in the team now, whether or not anybody vouches for them."""
    return sorted({m.who for m in record.memberships.values() if m.current(s.at)})
