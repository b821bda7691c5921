"""The one call that a clinician makes: team, sharing, notes, medications, allergies and conditions of one patient."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.facts import discloser_text
from careteam.models import Item, Medication, Note
from careteam.policy.scope import Shared
from careteam.policy.team import current
from careteam.policy.vocabulary import NoteStatus
from careteam.services.emergency import marking
from careteam.services.log import access_log
from careteam.services.medications import medication_events, medication_pairs, medications, reconciliation_rows
from careteam.services.paging import page
from careteam.services.record import allergies, conditions, news, notes
from careteam.services.record.reading import newest
from careteam.services.record.records import Record, open_record
from careteam.services.team.holders import sharing

_ITEM, _NOTE, _MEDICATION = Item.__table__.c, Note.__table__.c, Medication.__table__.c
_NEWEST_NOTES = (_ITEM.date.desc(), _NOTE.id.desc())
_NEWEST_MEDICATIONS = (_ITEM.date.desc(), _MEDICATION.id.desc())
NOTES_SHOWN = 20
MEDICATIONS_SHOWN = 100
ENTRIES_SHOWN = 100
"""Of allergies, and of conditions."""
EMPTY = "nothing that you can see"
"""What an empty section reads; never "none" (`domain.md`, "What a refusal shows")."""


def read(
    session: Session, actor: Actor, patient_id: UUID, *, since: datetime | None = None, at: datetime
) -> dict[str, Any]:
    """Return all that the actor may read of one patient, newest first, in a fixed number of statements.

    `since` chooses the look from which on things are new (see `careteam.services.record.news`).
    Raises NotFound unless the actor is the patient or was ever in the team.
    """
    record = open_record(session, actor, patient_id, at=at)
    shown_notes, seen_notes = _notes(session, record)
    shown_medications, seen_medications = _medications(session, record)
    shown_allergies, seen_allergies = _allergies(session, record)
    shown_conditions, seen_conditions = _conditions(session, record)
    seen = [*seen_notes, *seen_medications, *seen_allergies, *seen_conditions]
    new, seen = _new(session, record, since, seen)
    access_log.disclosed(session, record.actor, patient_id, "read-shared-record", seen, at=at)
    return {
        "patient": {"id": patient_id, **asdict(record.facts.person)},
        "you_are": _you_are(record),
        "team": _team(record),
        "sharing": _sharing(record),
        "permits": _permits(record),
        "notes": shown_notes,
        "medications": shown_medications,
        "allergies": shown_allergies,
        "conditions": shown_conditions,
        "new": new,
        "emergency": marking.of_answer(record, seen),
    }


def _you_are(record: Record) -> dict[str, Any]:
    """Return in what capacity the reader reads."""
    by = record.representation
    acting = {"id": by.id, "basis": by.basis, "powers": sorted(by.powers), "until": by.valid_until} if by else None
    return {
        "patient": record.is_patient,
        "roles": sorted(record.roles),
        "former": record.scope.former,
        "representation": acting,
    }


def _team(record: Record) -> list[dict[str, Any]]:
    """Return the current members; only the patient and they see who is in the team."""
    if record.scope.former:
        return []
    names = record.facts.names
    return [
        {"user_id": m.user_id, "name": names[m.user_id], "role": m.role, "kind": m.kind}
        for m in sorted(record.team.memberships, key=lambda m: names[m.user_id])
        if current(m, record.at)
    ]


def _sharing(record: Record) -> list[dict[str, Any]]:
    if not record.is_member:
        return []
    return sharing(record.scope, record.team, record.actor.user_id, record.facts.names)


def _permits(record: Record) -> list[dict[str, Any]]:
    """Return of each consent in force what concerns the reader, and no more."""
    ids = {p.consent_id for p in record.scope.permits if isinstance(p, Shared)}
    return [
        {
            "id": consent.id,
            "disclosers": sorted(map(discloser_text, consent.disclosers)),
            "classes": sorted(consent.classes),
            "labels": sorted(consent.labels),
            "purpose": consent.purpose,
            "valid_from": consent.valid_from,
            "valid_until": min(consent.valid_until, consent.superseded_at or consent.valid_until),
        }
        for consent in record.facts.consents
        if consent.id in ids
    ]


def _notes(session: Session, record: Record) -> tuple[dict[str, Any], list[access_log.Disclosed]]:
    query = record.rows(Note, *notes.COLUMNS).where(_NOTE.status != NoteStatus.DRAFT)
    found = page(session, query.order_by(*_NEWEST_NOTES), limit=NOTES_SHOWN, cursor=None)
    shown = notes.present(session, record, found.rows)
    return _section(shown, found.cursor), record.seen(found.rows)


def _medications(session: Session, record: Record) -> tuple[dict[str, Any], list[access_log.Disclosed]]:
    query = record.rows(Medication, *medications.COLUMNS)
    ordered = query.order_by(*_NEWEST_MEDICATIONS)
    found = page(session, ordered, limit=MEDICATIONS_SHOWN, cursor=None)
    events = medication_events.of(session, record, [row.id for row in found.rows])
    shown = medications.present(session, record, found.rows, events)
    whole = None if found.cursor else ({row.id: row for row in found.rows}, events)
    decided = reconciliation_rows.any_readable(session, record)
    differences = medication_pairs.open_differences(session, record, whole, decided=decided)
    section = {**_section(shown, found.cursor), **medications.list_members(session, record, decided=decided)}
    listed = {row.id for row in found.rows}
    seen = record.seen(found.rows) + [item for item in differences.seen if item.item_id not in listed]
    return {**section, "differences": differences.shown}, seen


def _allergies(session: Session, record: Record) -> tuple[dict[str, Any], list[access_log.Disclosed]]:
    shown, cursor, seen = newest(session, record, allergies.ALLERGIES, limit=ENTRIES_SHOWN)
    return {**_section(shown, cursor), **allergies.list_members(shown)}, seen


def _conditions(session: Session, record: Record) -> tuple[dict[str, Any], list[access_log.Disclosed]]:
    shown, cursor, seen = newest(session, record, conditions.CONDITIONS, limit=ENTRIES_SHOWN)
    return _section(shown, cursor), seen


def _new(
    session: Session, record: Record, since: datetime | None, seen: list[access_log.Disclosed]
) -> tuple[dict[str, Any] | None, list[access_log.Disclosed]]:
    """Return what is new, and what has been disclosed with it: an item that is only named is disclosed too."""
    found = news.of_record(session, record, since=since)
    if found is None:
        return None, seen
    whole = {item.item_id for item in seen}
    return found.shown, seen + [item for item in found.seen if item.item_id not in whole]


def _section(items: list[dict[str, Any]], cursor: str | None) -> dict[str, Any]:
    return {"items": items, "next": cursor, "empty": None if items else EMPTY}
