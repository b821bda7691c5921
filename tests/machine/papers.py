"""Acts about consents: asked for, signed, renewed, narrowed, revoked, ended."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.machine import promises, receipts
from tests.machine.cast import DAYS, ROLES
from tests.machine.facts import PATIENT, Consent, Record
from tests.machine.scene import Scene, WrongfulRefusal, holder_word
from tests.world import PASSWORD

CLASSES = ("progress_note", "coordination_note", "medication", "allergy", "condition", "question")
LABELS = ("hiv", "violence", "sexual_health")
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)


def grant(s: Scene) -> None:
    """Let the patient sign a consent of their own."""
    record = s.record()
    body = document(s, record)
    sign(s, record, begun(s, record, record.patient, body))


def ask(s: Scene) -> None:
    """Let a member ask for a consent, or the patient draft one; it opens nothing before it is signed."""
    record = s.record()
    members = [who for who in s.model.clinicians if s.model.roles(who, record, s.at)]
    who = s.one((record.patient, *members))
    body = document(s, record, own=who == record.patient)
    begun(s, record, who, body)


def settle(s: Scene) -> None:
    """Sign what waits, perhaps less than was asked for; or say no to it."""
    waiting = [(r, c) for r in s.model.records.values() for c in r.consents.values() if not (c.signed or c.closed)]
    if not waiting:
        return grant(s)
    record, consent = s.one(waiting)
    if s.chance(4):
        word = "withdrawal" if consent.by == record.patient else "decline"
        if s.ask(record.patient, "POST", f"{_place(s, record, consent)}/{word}").status_code == 200:
            consent.closed = True
        return None
    if len(consent.classes) > 1 and s.chance(2):
        _narrow(s, record, consent)
    if not sign(s, record, consent, certain=False):
        consent.closed = True
    return None


def renew(s: Scene) -> None:
    """Sign a consent that takes another one's place, now or when it begins."""
    found = [(r, c) for r, c in _running(s) if c.ends_at is None and c.kind == "sharing"]
    if not found:
        return grant(s)
    record, old = s.one(found)
    body = {**document(s, record), "supersedes_id": old.id}
    sign(s, record, begun(s, record, record.patient, body))
    return None


def revoke(s: Scene) -> None:
    """Take a consent back: whole, one class, one recipient or one discloser; and see what the receipt says."""
    found = list(_running(s))
    if not found:
        return grant(s)
    record, consent = s.one(found)
    part = s.one(_parts(consent))
    path = f"{_place(s, record, consent)}/revocation"
    promise = promises.ask(s, record, f"{path}/preview", part)
    receipt = s.act(record.patient, "POST", path, part)
    again = s.act(record.patient, "POST", path, part)
    if again != receipt:
        raise AssertionError(f"another receipt: {receipt} and {again}")
    _take(s, record, consent, part, receipt["successor_id"])
    promises.keep(promise)
    receipts.check(s, record, consent, receipt)
    return None


def report_revocation(s: Scene) -> None:
    """Let a member record what the patient said; or the patient take everything back at once."""
    record = s.record()
    members = [who for who in s.model.clinicians if s.model.roles(who, record, s.at)]
    who = s.one((record.patient, *members))
    part = s.one(({}, {"item_class": s.one(CLASSES)}, {"recipient": f"role:{s.one(ROLES)}"}))
    said = {} if who == record.patient else {"given": "orally"}
    reached = [c for r, c in _running(s) if r is record and _covered(c, part)]
    path = f"{s.place(record)}/revocations"
    promise = promises.ask(s, record, f"{path}/preview", part) if who == record.patient else None
    s.act(who, "POST", path, {**part, **said})
    taken = []
    for consent in reached:
        path = f"{_place(s, record, consent)}/revocation"
        receipt = s.act(record.patient, "GET", path)
        _take(s, record, consent, part, receipt["successor_id"])
        taken.append((consent, receipt))
    promises.keep(promise)
    for consent, receipt in taken:
        receipts.check(s, record, consent, receipt)


def record_event(s: Scene) -> None:
    """Record that the event has come that a consent names: it ends."""
    found = [(r, c) for r, c in _running(s) if c.until_event]
    if not found:
        return grant(s)
    record, consent = s.one(found)
    s.act(record.patient, "POST", f"{_place(s, record, consent)}/ended")
    consent.ends_at = s.at
    return None


def document(s: Scene, record: Record, *, own: bool = True) -> dict[str, Any]:
    """What somebody might want to be signed."""
    ever = sorted({m.who for m in record.memberships.values() if m.began})
    now = sorted({m.who for m in record.memberships.values() if m.began and m.open and not _over(m.until, s.at)})
    disclosers = s.some(("team", PATIENT, *(f"member:{who}" for who in ever)), least=1)
    recipients = s.some((*(f"role:{role}" for role in ROLES), *(f"member:{who}" for who in now)), least=1)
    body: dict[str, Any] = {
        "disclosers": disclosers,
        "recipients": recipients,
        "classes": s.some(CLASSES, least=2),
        "labels": s.some(LABELS),
    }
    if s.chance(3):
        body["data_from"] = s.one(DAYS).isoformat()
    if s.chance(3):
        body["data_through"] = max(s.one(DAYS).isoformat(), body.get("data_from", ""))
    start = s.at + s.one((0, 0, 0, 5)) * HOUR
    if start > s.at:
        body["valid_from"] = start.isoformat()
    if s.chance(2):
        body["valid_until"] = (start + s.one((HOUR, 30 * HOUR, 40 * 24 * HOUR))).isoformat()
    if s.chance(4):
        body["ends_when"] = "when I have moved away"
    if own and s.chance(3):
        items = [i.id for i in record.items.values() if not (i.draft or i.special)]
        body["exceptions"] = {"items": s.some(items)[:3], "holders": [holder_word(h) for h in s.some((PATIENT, *ever))]}
    return body


def sign(s: Scene, record: Record, consent: Consent, *, certain: bool = True) -> bool:
    """Sign as the patient; what could be signed when it was begun may not be any more, unless `certain`."""
    place = _place(s, record, consent)
    shown = s.act(record.patient, "GET", place)
    version, terms = shown["version"], shown.get("terms") or s.act(record.patient, "GET", "/api/v1/terms/current")
    name = s.cast.people[record.patient].name
    body = {"typed_name": name, "password": PASSWORD, "terms_sha256": terms["sha256"]}
    promise = promises.ask(s, record, f"{place}/preview") if certain else None
    answer = s.ask(record.patient, "POST", f"{place}/signature", body, version=version)
    if answer.status_code != 200:
        if certain or answer.status_code not in {409, 422}:
            raise WrongfulRefusal(f"signing: {answer.status_code} {answer.text}")
        return False
    consent.signed, consent.valid_from = True, max(consent.valid_from, s.at)
    if consent.supersedes:
        record.consents[consent.supersedes].ends_at = consent.valid_from
    promises.keep(promise)
    return True


def begun(s: Scene, record: Record, who: str, body: dict[str, Any]) -> Consent:
    """Draft (as the patient) or ask for (as a member) a consent, and put it into the model."""
    made = s.act(who, "POST", f"{s.place(record)}/consents", body)["id"]
    start = _instant(body.get("valid_from")) or s.at
    left_out = body.get("exceptions", {"items": [], "holders": []})
    consent = Consent(
        made,
        set(body["disclosers"]),
        set(body["recipients"]),
        set(body["classes"]),
        start,
        _instant(body.get("valid_until")) or _a_year_after(start),
        labels=set(body["labels"]),
        kind=body.get("kind", "sharing"),
        except_items=set(left_out["items"]),
        except_holders={h.removeprefix("member:") for h in left_out["holders"]},
        first_day=_day(body.get("data_from")),
        last_day=_day(body.get("data_through")),
        supersedes=body.get("supersedes_id"),
        until_event="ends_when" in body,
        by=who,
    )
    record.consents[made] = consent
    s.cast.names[made] = f"consent {len(record.consents)} of {s.name(record.patient)}"
    return consent


def _narrow(s: Scene, record: Record, consent: Consent) -> None:
    place = _place(s, record, consent)
    version = s.act(record.patient, "GET", place)["version"]
    left = sorted(consent.classes - {s.one(sorted(consent.classes))})
    answer = s.ask(record.patient, "PATCH", place, {"classes": left}, version=version)
    if answer.status_code == 200:
        consent.classes = set(left)
    elif answer.status_code not in {409, 422}:
        raise WrongfulRefusal(f"narrowing: {answer.status_code} {answer.text}")


def _running(s: Scene) -> Iterable[tuple[Record, Consent]]:
    """Signed consents that are in force or to come."""
    for record in s.model.records.values():
        for c in record.consents.values():
            if c.signed and c.valid_until > s.at and not (c.ends_at and c.ends_at <= s.at):
                yield record, c


def _parts(c: Consent) -> list[dict[str, str]]:
    classes = [{"item_class": word} for word in sorted(c.classes)]
    recipients = [{"recipient": word} for word in sorted(c.recipients)]
    disclosers = [{"discloser": w} for w in sorted(c.disclosers) if w.removeprefix("member:") not in c.except_holders]
    return [{}, {}, *classes, *recipients, *disclosers]


def _covered(c: Consent, part: dict[str, str]) -> bool:
    return all(word in {*c.classes, *c.recipients} for word in part.values())


def _take(s: Scene, record: Record, c: Consent, part: dict[str, str], successor: str | None) -> None:
    """End the consent in the model; what is left of it goes on under the id that it was given."""
    left = replace(
        c,
        id=successor or "",
        valid_from=max(c.valid_from, s.at),
        classes=c.classes - {part.get("item_class", "")},
        recipients=c.recipients - _recipients(s, record, part.get("recipient")),
        disclosers=c.disclosers - {part.get("discloser", "")},
        except_holders=c.except_holders | _holders(c, part.get("discloser")),
    )
    c.ends_at = s.at
    rest = bool(part and left.classes and left.recipients and left.disclosers)
    if rest is not (successor is not None):
        raise AssertionError(f"{part} of {c} leaves {successor}")
    if successor is not None:
        record.consents[successor] = left
        s.cast.names[successor] = f"what is left of {s.name(c.id)}"


def _recipients(s: Scene, record: Record, word: str | None) -> set[str]:
    """Who is taken out: with a member the roles through which they would still read."""
    if word is None or word.startswith("role:"):
        return {word or ""}
    who = word.removeprefix("member:")
    mine = (m for m in record.memberships.values() if m.who == who and m.open and not _over(m.until, s.at))
    return {word, *(f"role:{m.role}" for m in mine)}


def _holders(c: Consent, word: str | None) -> set[str]:
    by_team = word is not None and word.startswith("member:") and "team" in c.disclosers
    return {word.removeprefix("member:")} if word and by_team else set()


def _place(s: Scene, record: Record, consent: Consent) -> str:
    return f"{s.place(record)}/consents/{consent.id}"


def _over(until: datetime | None, at: datetime) -> bool:
    return until is not None and until <= at


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> Any:
    return datetime.fromisoformat(text).date() if text else None


def _a_year_after(start: datetime) -> datetime:
    """The same day a year later; the sequences begin in March and meet 29 February only in 2028."""
    leap = (start.month, start.day) == (2, 29)
    return start.replace(year=start.year + 1, day=28 if leap else start.day)
