"""Acts that write: notes, entries, labels, imports and their review; refused where the model says so."""

from datetime import date
from typing import Any

from tests.fhir_reading import samples
from tests.machine import looks
from tests.machine.cast import DAYS, ROLES
from tests.machine.facts import PATIENT, Item, Record
from tests.machine.papers import LABELS
from tests.machine.scene import REFUSED, Scene

NOTES = ("progress_note", "progress_note", "coordination_note", "psychotherapy_note")
SINGULAR = {
    "notes": "note",
    "medications": "entry",
    "allergies": "allergy",
    "conditions": "condition",
    "questions": "question",
}
ENTRIES: dict[str, dict[str, Any]] = {"allergies": {"substance": "Penicillin V"}, "conditions": {"name": "Insomnia"}}
CHANGES: dict[str, tuple[str, str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "medications": ("POST", "/events", ({"kind": "confirm"}, {"kind": "confirm"})),
    "allergies": ("PATCH", "", ({"criticality": "high"}, {"criticality": "low"})),
    "conditions": ("PATCH", "", ({"severity": "mild"}, {"severity": "moderate"})),
    "questions": ("PATCH", "", ({"text": "when"}, {"text": "why"})),
}
"""How each kind of entry is changed, in two ways that take turns: what changes nothing is refused."""


def write_note(s: Scene) -> None:
    """Draft a note, and mostly sign it; only a current member does, and a psychotherapy note only a therapist."""
    record, who = s.record(), s.clinician()
    kind = s.one(NOTES)
    body = {"kind": kind, "title": "t", "body": "b", "date": s.one(DAYS).isoformat(), "labels": labels(s)}
    roles = s.model.roles(who, record, s.at)
    if not (roles if kind != "psychotherapy_note" else "therapist" in roles):
        s.refused(who, "POST", f"{s.place(record)}/notes", body)
        return
    made = kept(s, record, who, "notes", s.act(who, "POST", f"{s.place(record)}/notes", body), draft=True)
    if not s.chance(3):
        _sign(s, who, made)


def sign_note(s: Scene) -> None:
    """Sign one of the drafts, if its author still may."""
    drafts = [i for record in s.model.records.values() for i in record.items.values() if i.draft]
    if not drafts:
        return write_note(s)
    item = s.one(drafts)
    _sign(s, item.author or "", item)
    return None


def write_entry(s: Scene) -> None:
    """Write an entry of the lists, as a member or as the patient."""
    record = s.record()
    who = s.one((*s.model.clinicians, record.patient))
    kind = s.one(("medications", *ENTRIES))
    roles = s.model.roles(who, record, s.at)
    body = {**ENTRIES[kind], "labels": labels(s)} if kind in ENTRIES else _medication(s, roles)
    if not (roles or who == record.patient):
        s.refused(who, "POST", f"{s.place(record)}/{kind}", body)
        return
    kept(s, record, who, kind, s.act(who, "POST", f"{s.place(record)}/{kind}", body))


def edit(s: Scene) -> None:
    """Change what one wrote: only while one may write in this record, and nothing that one may not see."""
    record = s.record()
    item = s.one(record.items.values())
    who = s.one((item.author, item.author, *s.model.clinicians))
    if who is None or item.awaits_review or item.in_error:
        return looks.some(s, 2)
    path = s.address(item)
    if item.kind == "notes":
        method, tail, body = ("PATCH", "", {"title": "u"}) if item.draft else ("POST", "/addenda", {"body": "more"})
    else:
        method, tail, turns = CHANGES[item.kind]
        body = turns[item.edits % 2]
    may = item.author == who and _writes(s, who, record)
    version = _version(s, item)
    if may:
        s.act(who, method, path + tail, body, version=version)
        item.edits += 1
    elif item.author != who and item.kind != "medications":
        s.refused(who, method, path + tail, body, version=version)
    return None


def mark_in_error(s: Scene) -> None:
    """Mark one's own item entered in error; it stays what it was to its readers."""
    record = s.record()
    own = [i for i in record.items.values() if i.author and not (i.draft or i.in_error or i.awaits_review)]
    if not own or not s.chance(2):
        return looks.some(s, 2)
    item = s.one(own)
    who = item.author or ""
    if s.model.shut_out(who) or not _writes(s, who, record):
        return looks.some(s, 2)
    s.act(who, "POST", f"{s.address(item)}/entered-in-error", {"reason": "mixed up"}, version=_version(s, item))
    item.in_error = True
    return None


def label(s: Scene) -> None:
    """Add a label: author, holder and patient may, whoever else may not."""
    record, item = _any_item(s)
    who = s.one((item.author or record.patient, item.holder, record.patient, *s.model.clinicians))
    who = record.patient if who == PATIENT else who
    word = s.one((*LABELS, "substance_use"))
    path = f"{s.place(record)}/items/{item.id}/labels/{word}"
    own = who in {item.author, item.holder, record.patient}
    if own and s.model.why(who, item, s.at) and _writes(s, who, record):
        s.act(who, "PUT", path, version=_version(s, item))
        if word in item.labels:  # nothing changed: it was read
            s.saw(who, record, [item.id])
        item.labels.add(word)
    else:
        s.refused(who, "PUT", path, version=_version(s, item))


def unlabel(s: Scene) -> None:
    """Take a label away: only the holder may."""
    found = [(r, i) for r in s.model.records.values() for i in r.items.values() if i.labels and not i.awaits_review]
    if not found:
        return label(s)
    record, item = s.one(found)
    who = s.one((item.holder, item.holder, record.patient, *s.model.clinicians))
    who = record.patient if who == PATIENT else who
    word = s.one(sorted(item.labels))
    path = f"{s.place(record)}/items/{item.id}/labels/{word}"
    holds = who == (record.patient if item.holder == PATIENT else item.holder)
    if holds and s.model.why(who, item, s.at) and _writes(s, who, record):
        s.act(who, "DELETE", path, {"reason": "mistaken"}, version=_version(s, item))
        item.labels.discard(word)
    else:
        s.refused(who, "DELETE", path, {"reason": "mistaken"}, version=_version(s, item))
    return None


def bring(s: Scene) -> None:
    """Import a file for two members: what is prescribed is held by the prescriber, what is reported by the patient."""
    record = s.record()
    members = {role: [w for w in s.model.clinicians if role in s.model.roles(w, record, s.at)] for role in ROLES}
    pairs = [(t, p) for t in members["therapist"] for p in members["prescriber"] if t != p]
    if not pairs:
        return looks.some(s, 2)
    pair = s.one(pairs)
    n = sum(len(r.items) for r in s.model.records.values())
    content = samples.bundle(
        samples.patient(birthDate="1990-05-17"),
        samples.request(id=f"m{n}"),
        samples.statement(id=f"s{n}", informationSource={"reference": "Patient/p1"}),
    )
    query = dict(zip(("therapist_id", "prescriber_id", "patient_id"), (*pair, record.id), strict=True))
    headers = {"Content-Type": "application/fhir+json"}
    known = set(record.items)
    s.act(s.one(pair), "POST", "/api/v1/imports", query_string=query, data=samples.raw(content), headers=headers)
    _find_imported(s, record, known, pair[1])
    return None


def review(s: Scene) -> None:
    """Let the holder confirm the labels of an import; then consents may open it. Nobody else may."""
    found = [(r, i) for r in s.model.records.values() for i in r.items.values() if i.awaits_review]
    if not found:
        return bring(s)
    record, item = s.one(found)
    holder = record.patient if item.holder == PATIENT else item.holder
    who = s.one((holder, holder, holder, *s.model.clinicians))
    body = {"labels": labels(s), "reason": "as it is"}
    path = f"{s.place(record)}/items/{item.id}/label-review"
    if who == holder and _writes(s, who, record):
        s.act(who, "POST", path, body, version=_version(s, item))
        item.awaits_review, item.labels = False, item.labels | set(body["labels"])
    else:
        s.refused(who, "POST", path, body, version=_version(s, item))
    return None


def _writes(s: Scene, who: str, record: Record) -> bool:
    return who == record.patient or bool(s.model.roles(who, record, s.at))


def _any_item(s: Scene) -> tuple[Record, Item]:
    record = s.record()
    return record, s.one([i for i in record.items.values() if not i.awaits_review])


def labels(s: Scene) -> list[str]:
    """Choose the labels of something new."""
    return s.one(([], [], [], ["hiv"], ["hiv", "violence"], ["substance_use"]))


def _medication(s: Scene, roles: set[str]) -> dict[str, Any]:
    body = {"drug_name": "Sertraline", "started_on": s.one(DAYS).isoformat(), "labels": labels(s)}
    return {**body, "source": s.one(("prescriber", "patient_stated"))} if len(roles) > 1 else body


def kept(s: Scene, record: Record, who: str, kind: str, made: dict[str, Any], *, draft: bool = False) -> Item:
    """Put a new item into the model: its writer holds it, and the patient what they wrote."""
    holder = PATIENT if who == record.patient else who
    words = (made["id"], record.id, kind, made["class"], who, holder, _day(made["date"]))
    item = Item(*words, labels=set(made["labels"]), draft=draft)
    record.items[item.id] = item
    s.cast.names[item.id] = f"{SINGULAR[kind]} {len(record.items)} of {s.name(who)}"
    return item


def _find_imported(s: Scene, record: Record, known: set[str], prescriber: str) -> None:
    answer = s.act(record.patient, "GET", f"{s.place(record)}/medications?limit=100")
    new = [made for made in answer["items"] if made["id"] not in known]
    assert len(new) == 2, new
    for made in new:
        reported = made["drug_name"] == "St John's wort"
        holder = PATIENT if reported else prescriber
        words = (made["id"], record.id, "medications", "medication", None, holder, _day(made["date"]))
        record.items[made["id"]] = Item(*words, awaits_review=True)
        s.cast.names[made["id"]] = f"import {len(record.items)} for {s.name(holder)}"
    s.saw(record.patient, record, [made["id"] for made in answer["items"]])


def _sign(s: Scene, who: str, item: Item) -> None:
    record = s.model.records[item.record]
    if not _writes(s, who, record):
        s.refused(who, "POST", f"{s.address(item)}/signature", version=1)
        return
    s.act(who, "POST", f"{s.address(item)}/signature", version=_version(s, item))
    item.draft = False


def _version(s: Scene, item: Item) -> int:
    """The version that somebody who may see it finds: its author, its holder or the patient."""
    record = s.model.records[item.record]
    for who in (record.patient, item.author, item.holder):
        if who in s.cast.people and who and _writes(s, who, record) and s.model.why(who, item, s.at):
            answer = s.ask(who, "GET", s.address(item))
            assert answer.status_code not in REFUSED, answer.text
            s.saw(who, record, [item.id])
            found: int = answer.json["version"]
            return found
    return 1


def _day(text: str) -> date:
    return date.fromisoformat(text)
