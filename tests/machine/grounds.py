"""Acts about what opens a record besides memberships and consents: releases, emergencies, representations."""

from datetime import timedelta

from tests.machine import looks, papers
from tests.machine.facts import Emergency, Item, Record, Representation
from tests.machine.scene import Scene
from tests.world import PASSWORD

PATIENT = "/api/v1/patients/{patient_id}"
RELEASES = f"{PATIENT}/notes/{{note_id}}/releases"
EMERGENCIES = f"{PATIENT}/emergency-access"
REPRESENTATIONS = f"{PATIENT}/representations"
HOUR = timedelta(hours=1)
LABELS = ("hiv", "violence", "sexual_health", "substance_use")


def release(s: Scene) -> None:
    """Let an author release a special note to the patient, or to a member."""
    found = [(r, i) for r, i in _special_notes(s) if i.author and s.model.roles(i.author, r, s.at)]
    if not found:
        return looks.some(s, 2)
    record, item = s.one(found)
    readers = [record.patient, *(w for w in s.model.clinicians if w != item.author and s.model.roles(w, record, s.at))]
    free = [who for who in readers if who not in item.released_to]
    if free:
        who = s.one(free)
        to = "patient" if who == record.patient else f"member:{who}"
        made = s.act(item.author or "", "POST", f"{s.address(item)}/releases", {"to": to})
        item.released_to.add(who)
        s.releases[item.id, who] = made["id"]
    return None


def take_release_back(s: Scene) -> None:
    """Let an author take a release back."""
    found = [(r, i) for r, i in _special_notes(s) if i.released_to and not s.model.shut_out(i.author or "")]
    if not found:
        return release(s)
    _, item = s.one(found)
    who = s.one(sorted(item.released_to))
    s.act(item.author or "", "POST", f"{s.address(item)}/releases/{s.releases[item.id, who]}/withdrawal")
    item.released_to.discard(who)
    return None


def permit_special_notes(s: Scene) -> None:
    """Let the patient sign a consent of the notes' own kind: authors and readers by name."""
    record = s.record()
    authors = sorted({m.who for m in record.memberships.values() if m.began and m.role == "therapist"})
    readers = sorted({m.who for m in record.memberships.values() if m.current(s.at)})
    if not authors or not readers:
        return looks.some(s, 2)
    body = {
        "kind": "psychotherapy_notes",
        "disclosers": [f"member:{who}" for who in s.some(authors, least=1)],
        "recipients": [f"member:{who}" for who in s.some(readers, least=1)],
        "classes": ["psychotherapy_note"],
        "labels": s.some(papers.LABELS),
    }
    made = papers.begun(s, record, record.patient, body)
    papers.sign(s, record, made)
    return None


def begin_emergency(s: Scene) -> None:
    """Let a clinician state an emergency; only a prescriber in the team is medical personnel."""
    record = s.record()
    who = s.one([w for w in s.model.clinicians if not s.model.shut_out(w)] or [s.clinician()])
    body = {
        "nature": f"Found unconscious for the {len(record.emergencies) + 1}th time, breathing badly.",
        "why_no_consent": "She cannot be woken, and nobody who may sign for her can be reached.",
        "classes": s.some(papers.CLASSES, least=2),
        "password": PASSWORD,
    }
    path = f"{s.place(record)}/emergency-access"
    places = {m.id for m in s.model.places(who, record, s.at) if m.role == "prescriber"}
    if not places or s.model.running(who, record, s.at):
        s.refused(who, "POST", path, body)
        return
    made = s.act(who, "POST", path, body)["id"]
    record.emergencies[made] = Emergency(made, who, places, set(body["classes"]), s.at, s.at + HOUR)


def end_emergency(s: Scene) -> None:
    """Let somebody end their emergency access before its hour is over."""
    found = [(r, e) for r in s.model.records.values() for e in r.emergencies.values() if e.in_force(s.at)]
    found = [(r, e) for r, e in found if not s.model.shut_out(e.who)]
    if not found:
        return begin_emergency(s)
    record, emergency = s.one(found)
    s.act(emergency.who, "POST", f"{s.place(record)}/emergency-access/{emergency.id}/ended")
    emergency.until = s.at
    return None


def add_representation(s: Scene) -> None:
    """Let the adult patient have somebody act for them, who accepts."""
    record = s.record()
    if any(r.who == _rita(s) and not r.ended for r in record.representations.values()):
        return end_representation(s)
    lasts = s.one((None, 2 * HOUR, 40 * 24 * HOUR))
    body = {
        "email": s.cast.people[_rita(s)].email,
        "basis": s.one(("guardian", "power_of_attorney")),
        "powers": s.some(("read", "report", "sign"), least=1),
        "classes": s.some(papers.CLASSES, least=2),
        "labels": s.some(LABELS),
        **({"valid_until": (s.at + lasts).isoformat()} if lasts else {}),
    }
    made = s.act(record.patient, "POST", f"{s.place(record)}/representations", body)["id"]
    waiting = s.act(_rita(s), "GET", "/api/v1/invitations")["items"]
    invitation = next(i for i in waiting if i["kind"] == "representative" and i["state"] == "open")
    s.act(_rita(s), "POST", f"/api/v1/invitations/{invitation['id']}/acceptance")
    until = s.at + lasts if lasts else None
    covers = (set(body["classes"]), set(body["labels"]), set(body["powers"]))
    record.representations[made] = Representation(made, _rita(s), str(body["basis"]), *covers, s.at, until, active=True)
    return None


def end_representation(s: Scene) -> None:
    """Let the patient, or who acts for them, end it."""
    found = [(r, x) for r in s.model.records.values() for x in r.representations.values() if x.in_force(s.at)]
    if not found:
        return looks.some(s, 2)
    record, acting = s.one(found)
    s.act(s.one((record.patient, acting.who)), "POST", f"{s.place(record)}/representations/{acting.id}/end")
    acting.ended = True
    return None


def _special_notes(s: Scene) -> list[tuple[Record, Item]]:
    every = [(r, i) for r in s.model.records.values() for i in r.items.values()]
    return [(r, i) for r, i in every if i.special and not (i.draft or i.in_error)]


def _rita(s: Scene) -> str:
    return next(who for who, name in s.cast.names.items() if name == "rita")
