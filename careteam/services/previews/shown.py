"""A preview as it is answered: counts and titles for each reader, and what it means in words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.models import Item
from careteam.policy.horizon import Section
from careteam.policy.vocabulary import PreviewedReader
from careteam.services.log import access_log
from careteam.services.log.access_log import Disclosed
from careteam.services.previews import words
from careteam.services.previews.comparing import Act, Change, Difference, Part, differences, one_way, waiting
from careteam.services.previews.people import Person, everybody
from careteam.services.record.records import Record
from careteam.services.record.subjects import subject, with_subjects

NAMED = 25
"""How many items of one list are named; the counts hold all of them."""
RECONCILIATION = "Reconciliation of the medication list"


@dataclass(frozen=True, slots=True)
class Ending:
    """A consent that the act ends; `narrowed` when something of it goes on."""

    consent_id: UUID
    at: datetime
    narrowed: bool


def answer(
    session: Session,
    record: Record,
    act: Act,
    *,
    target: UUID | None = None,
    version: int | None = None,
    ends: Sequence[Ending] = (),
    says: Sequence[str] = (),
    joining: Person | None = None,
) -> dict[str, Any]:
    """Return the preview, logged. `target` is what the act is about, `says` what else the patient should know."""
    people = everybody(session, record, joining=joining)
    found = _worth_showing(differences(session, record, act, people))
    titles, seen = _titles(session, record, found)
    zone = record.facts.person.time_zone
    waits = _waiting(session, record, found)
    pairs = one_way(act, found)
    access_log.disclosed(session, record.actor, record.patient_id, f"preview-{act.word}", seen, at=record.at)
    return {
        "act": act.word,
        "target_id": target,
        "consent_version": version,
        "previewed_at": record.at,
        "begins_at": act.begins if act.begins > record.at else None,
        "summary": [
            *words.summary(act, found, at=record.at, zone=zone),
            *says,
            *(words.one_way(str(reader.name), str(holder.name)) for reader, holder in pairs),
            *words.waiting(sum(waits.values())),
            *words.also(act),
        ],
        "readers": [_reader(record, d, titles) for d in found],
        "ends": [{"consent_id": e.consent_id, "at": e.at, "narrowed": e.narrowed} for e in ends],
        "waiting": _waits(record, waits),
        "one_way": [{"reader": _person(reader), "holder": _person(holder)} for reader, holder in pairs],
    }


def _worth_showing(found: Sequence[Difference]) -> list[Difference]:
    """Return every current member and who joins; of the others, those for whom anything changes besides."""
    always = {PreviewedReader.CURRENT, PreviewedReader.JOINING}
    here = {d.person.reader.user_id: _ids(d) for d in found if d.person.standing is PreviewedReader.CURRENT}
    return [
        d
        for d in found
        if d.person.standing in always or ((d.changes or d.kept_back) and here.get(d.person.reader.user_id) != _ids(d))
    ]


def _ids(difference: Difference) -> set[tuple[str, Any]]:
    gained = {("gained", one) for c in difference.changes for one in _all_of(c.gained)}
    lost = {("lost", one) for c in difference.changes for one in _all_of(c.lost)}
    return gained | lost | {("kept", one) for one in _all_of(difference.kept_back)}


def _all_of(part: Part) -> list[Any]:
    return [*(row.id for row in part.rows), *part.sections.items()]


def _titles(
    session: Session, record: Record, found: Iterable[Difference]
) -> tuple[Mapping[UUID, str | None], list[Disclosed]]:
    """Return what the items that are named are about, and what naming them discloses to the patient."""
    parts = [p for d in found for p in (d.kept_back, *(p for c in d.changes for p in (c.gained, c.lost)))]
    ids = {row.id for part in parts for row in part.rows[:NAMED]}
    if not ids:
        return {}, []
    columns = (Item.id, Item.item_class, Item.holder_id, Item.version, Item.part2, Item.record_type)
    rows = session.execute(with_subjects(record.rows(Item, *columns)).where(Item.id.in_(ids))).all()
    return {row.id: _title(session, row) for row in rows}, record.seen(rows)


def _title(session: Session, row: Any) -> str | None:
    return RECONCILIATION if row.record_type == "reconciliation" else subject(session, row).words


def _reader(record: Record, difference: Difference, titles: Mapping[UUID, str | None]) -> dict[str, Any]:
    person, zone = difference.person, record.facts.person.time_zone
    known = person.name is not None
    return {
        "user_id": person.reader.user_id if known else None,
        "name": person.name,
        "standing": person.standing,
        "roles": sorted(person.roles),
        "waits_for": list(person.waits_for),
        "sentences": words.of_reader(difference, record.facts.names, at=record.at, zone=zone),
        "changes": [_change(record, change, titles) for change in difference.changes],
        "kept_back": _part(record, difference.kept_back, titles),
        "kept_back_by": list(difference.kept_by),
    }


def _change(record: Record, change: Change, titles: Mapping[UUID, str | None]) -> dict[str, Any]:
    return {
        "from": change.at if change.at > record.at else None,
        "gained": _part(record, change.gained, titles),
        "lost": _part(record, change.lost, titles),
    }


def _part(record: Record, part: Part, titles: Mapping[UUID, str | None]) -> dict[str, Any]:
    return {
        "count": len(part.rows),
        "groups": _groups(record, part),
        "items": [
            {
                "id": row.id,
                "class": row.item_class,
                "holder": _holder(row.holder_id),
                "date": row.date,
                "about": titles.get(row.id),
            }
            for row in part.rows[:NAMED]
        ],
        "more": max(0, len(part.rows) - NAMED),
    }


def _groups(record: Record, part: Part) -> list[dict[str, Any]]:
    """Return the counts by holder (the patient first) and class; sections in which there is nothing yet count 0."""
    counts: Counter[Section] = Counter((row.holder_id, row.item_class) for row in part.rows)
    every = counts.keys() | part.sections.keys()
    return [
        {
            **_section(record, section),
            "count": counts[section],
            "whole": section in part.sections and part.sections[section].whole,
            "labels": sorted(part.sections[section].labels) if section in part.sections else [],
        }
        for section in sorted(every, key=lambda one: (_name(record, one[0]), one[1]))
    ]


def _waits(record: Record, counts: Mapping[Section, int]) -> list[dict[str, Any]]:
    ordered = sorted(counts, key=lambda one: (_name(record, one[0]), one[1]))
    return [{**_section(record, section), "count": counts[section]} for section in ordered]


def _section(record: Record, section: Section) -> dict[str, Any]:
    holder_id, item_class = section
    return {"holder": _holder(holder_id), "name": _name(record, holder_id)[1], "class": item_class}


def _holder(holder_id: UUID | None) -> dict[str, Any]:
    return {"kind": "member", "user_id": holder_id} if holder_id else {"kind": "patient"}


def _name(record: Record, holder_id: UUID | None) -> tuple[bool, str]:
    return (True, record.facts.names.get(holder_id, words.SOMEBODY)) if holder_id else (False, "the patient")


def _waiting(session: Session, record: Record, found: Iterable[Difference]) -> Mapping[Section, int]:
    """Return the imports that wait in the sections that the act opens to somebody."""
    opened = {section for d in found for c in d.changes for section in c.gained.sections}
    return waiting(session, record, opened) if opened else {}


def _person(person: Person) -> dict[str, Any]:
    return {"user_id": person.reader.user_id, "name": person.name}
