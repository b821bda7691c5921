"""The one call that a clinician makes: team, sharing, notes and medications of one patient."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.models import Consent, Medication, Note, Patient, User
from careteam.policy.scope import Scope, Shared, sections
from careteam.policy.team import current, ever_members
from careteam.policy.vocabulary import NoteStatus
from careteam.services import access_log, medications, notes
from careteam.services.paging import page
from careteam.services.records import Record, open_record

NOTES_SHOWN = 20
MEDICATIONS_SHOWN = 100
EMPTY = "nothing that you can see"
"""What an empty section reads; never "none" (`domain.md`, "What a refusal shows")."""


def read(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return all that the actor may read of one patient, newest first, in a fixed number of statements.

    Raises NotFound unless the actor is the patient or was ever in the team.
    """
    record = open_record(session, actor, patient_id, at=at)
    names = _names(session, record)
    shown_notes, seen_notes = _notes(session, record)
    shown_medications, seen_medications = _medications(session, record)
    access_log.disclosed(session, actor, patient_id, "read-shared-record", seen_notes + seen_medications, at=at)
    return {
        "patient": _patient(session, patient_id),
        "you_are": {"patient": record.is_patient, "roles": sorted(record.roles), "former": record.scope.former},
        "team": _team(record, names),
        "sharing": _sharing(record, names),
        "permits": _permits(session, record.scope),
        "notes": shown_notes,
        "medications": shown_medications,
    }


def sharing_of(scope: Scope, holders: Iterable[tuple[UUID | None, str]]) -> list[dict[str, Any]]:
    """Return, for each holder, which classes of theirs are shared with the reader; the rest are not."""
    return [
        {
            "holder": {"kind": "member", "user_id": holder_id} if holder_id else {"kind": "patient"},
            "name": name,
            "shared": sorted(sections(scope, holder_id)),
        }
        for holder_id, name in holders
    ]


def _patient(session: Session, patient_id: UUID) -> dict[str, Any]:
    columns = (Patient.id, Patient.name, Patient.birth_date, Patient.death_date, Patient.time_zone)
    return dict(session.execute(select(*columns).where(Patient.id == patient_id)).one()._mapping)


def _names(session: Session, record: Record) -> dict[UUID, str]:
    """Return the names of everybody who is or was in the team."""
    query = select(User.id, User.name).where(User.id.in_(ever_members(record.team)))
    return {row.id: row.name for row in session.execute(query)}


def _team(record: Record, names: dict[UUID, str]) -> list[dict[str, Any]]:
    """Return the current members; only the patient and they see who is in the team."""
    if record.scope.former:
        return []
    return [
        {"user_id": m.user_id, "name": names[m.user_id], "role": m.role, "kind": m.kind}
        for m in sorted(record.team.memberships, key=lambda m: names.get(m.user_id, ""))
        if current(m, record.at)
    ]


def _sharing(record: Record, names: dict[UUID, str]) -> list[dict[str, Any]]:
    if not record.is_member:
        return []
    others = [(i, name) for i, name in names.items() if i != record.actor.user_id]
    return sharing_of(record.scope, [(None, "the patient"), *sorted(others, key=lambda h: h[1])])


def _permits(session: Session, scope: Scope) -> list[dict[str, Any]]:
    """Return of each consent in force what concerns the reader, and no more."""
    ids = [p.consent_id for p in scope.permits if isinstance(p, Shared)]
    if not ids:
        return []
    columns = (
        Consent.id,
        Consent.disclosers,
        Consent.classes,
        Consent.labels,
        Consent.purpose,
        Consent.valid_from,
        Consent.valid_until,
    )
    rows = session.execute(select(*columns).where(Consent.id.in_(ids)).order_by(Consent.id))
    return [{**row._mapping, "labels": sorted(row.labels)} for row in rows]


def _notes(session: Session, record: Record) -> tuple[dict[str, Any], Sequence[access_log.Disclosed]]:
    query = record.rows(Note, *notes.COLUMNS).where(Note.status != NoteStatus.DRAFT)
    found = page(session, query.order_by(Note.date.desc(), Note.id.desc()), limit=NOTES_SHOWN, cursor=None)
    shown = notes.present(session, record, found.rows)
    return _section(shown, found.cursor), record.seen(found.rows)


def _medications(session: Session, record: Record) -> tuple[dict[str, Any], Sequence[access_log.Disclosed]]:
    query = record.rows(Medication, *medications.COLUMNS)
    ordered = query.order_by(Medication.date.desc(), Medication.id.desc())
    found = page(session, ordered, limit=MEDICATIONS_SHOWN, cursor=None)
    shown = medications.present(session, record, found.rows)
    section = {**_section(shown, found.cursor), **medications.list_members(session, record)}
    return section, record.seen(found.rows)


def _section(items: list[dict[str, Any]], cursor: str | None) -> dict[str, Any]:
    return {"items": items, "next": cursor, "empty": None if items else EMPTY}
