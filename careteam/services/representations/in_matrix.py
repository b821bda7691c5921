"""What representations read, for the sharing matrix: the patient sees all of it, who acts their own part."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.models import User
from careteam.policy.facts import Representation, Restriction
from careteam.policy.grounds import stands
from careteam.policy.vocabulary import Power
from careteam.services.record.records import Record


def reading_now(session: Session, record: Record) -> list[dict[str, Any]]:
    """Return what each representation that stands reads: of every holder, of these classes, with these labels.

    `narrowed_by` are the patient's restrictions that keep a part of it back; only the patient sees them. Clinicians
    find nothing here. One statement, where somebody acts for the patient.
    """
    found = [r for r in record.facts.grounds.representations if stands(r, record.at) and _known(record, r)]
    names = _names(session, found)
    return [_shown(record, one, names[one.user_id]) for one in sorted(found, key=lambda r: (names[r.user_id], r.id))]


def _known(record: Record, one: Representation) -> bool:
    by = record.representation
    return record.is_patient or (by is not None and by.id == one.id)


def _names(session: Session, found: list[Representation]) -> dict[UUID, str]:
    query = select(User.id, User.name).where(User.id.in_({r.user_id for r in found}))
    return {row.id: row.name for row in session.execute(query)} if found else {}


def _shown(record: Record, one: Representation, name: str) -> dict[str, Any]:
    reads = Power.READ in one.powers
    narrowed = [r.id for r in record.facts.restrictions if _stops(r, one)]
    return {
        "id": one.id,
        "user_id": one.user_id,
        "name": name,
        "basis": one.basis,
        "powers": sorted(one.powers),
        "classes": sorted(one.classes) if reads else [],
        "labels": sorted(one.labels) if reads else [],
        "until": one.valid_until,
        "narrowed_by": sorted(narrowed) if record.is_patient else None,
    }


def _stops(restriction: Restriction, one: Representation) -> bool:
    against = restriction.against
    anyone = against.user_id is None and against.role is None and against.representation_id is None
    return not restriction.lifted and (anyone or against.representation_id == one.id)
