"""Emergency sessions as the patient reads them (all), and who opened them (their own); to others there are none."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import EmergencySession, Practice, User
from careteam.policy.emergency import DOES_NOT_OPEN
from careteam.policy.grounds import open_emergencies
from careteam.services.emergency import disclosures, steps
from careteam.services.log import access_log
from careteam.services.paging import page
from careteam.services.record.records import Record, open_record
from careteam.services.team.readers import readers
from careteam.vault import unseal


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, limit: int, cursor: str | None = None, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the sessions that the actor may know of, newest first, each with what it disclosed.

    The patient sees all of them, a clinician their own. Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    query = select(EmergencySession).where(*_visible(record)).order_by(EmergencySession.id.desc())
    found = page(session, query, limit=limit, cursor=cursor)
    access_log.disclosed(session, record.actor, patient_id, "read-emergency-access", [], at=at)
    return shown(session, record, [row[0] for row in found.rows]), found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, emergency_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return the record of one session (42 CFR 2.51(c)). Raises NotFound when it is absent or somebody else's."""
    record = open_record(session, actor, patient_id, at=at)
    found = find(session, record, emergency_id)
    access_log.disclosed(session, record.actor, patient_id, "read-emergency-access", [], target=emergency_id, at=at)
    return shown(session, record, [found])[0]


def find(session: Session, record: Record, emergency_id: UUID) -> EmergencySession:
    """Return a session that the actor may know of. Raises NotFound."""
    query = select(EmergencySession).where(EmergencySession.id == emergency_id, *_visible(record))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def shown(session: Session, record: Record, found: Sequence[EmergencySession]) -> list[dict[str, Any]]:
    """Return these sessions as the patient, or who opened them, sees them, in a fixed number of statements.

    Recipient and affiliation, whose items were disclosed and when, and the nature of the emergency: what 42 CFR 2.51(c)
    asks to be documented.
    """
    ids = [one.id for one in found]
    disclosed, reviews = disclosures.by_holder(session, ids), steps.of(session, ids)
    names, practices = _names(session, found)
    now_open = open_now(session, record)
    return [
        {
            "id": one.id,
            "open": one.id in now_open,
            "user": {"user_id": one.user_id, "name": names[one.user_id]},
            "role": one.role,
            "practice": {"id": one.practice_id, "name": practices[one.practice_id]} if one.practice_id else None,
            "classes": sorted(one.classes),
            "nature": unseal(session, EmergencySession.nature, one.id, one.nature),
            "why_no_consent": unseal(session, EmergencySession.why_no_consent, one.id, one.why_no_consent),
            "began_at": one.valid_from,
            "until": one.valid_until,
            "ended_at": one.ended_at,
            "disclosed": disclosed.get(one.id, []),
            "does_not_open": DOES_NOT_OPEN,
            "review": reviews.get(one.id),
        }
        for one in found
    ]


def open_now(session: Session, record: Record) -> Mapping[UUID, UUID]:
    """Return who reads under which session of this record now, by the rule itself; without sessions no statement."""
    people = {e.user_id for e in record.facts.grounds.emergencies if not e.ended and record.at < e.valid_until}
    return {
        emergency.id: user_id
        for user_id, reader in readers(session, people).items()
        for emergency in open_emergencies(reader, record.team, record.facts.grounds, record.at)
    }


def _visible(record: Record) -> list[ColumnElement[bool]]:
    own = [] if record.is_patient else [EmergencySession.user_id == record.actor.user_id]
    return [EmergencySession.patient_id == record.patient_id, *own]


def _names(session: Session, found: Sequence[EmergencySession]) -> tuple[Mapping[UUID, str], Mapping[UUID, str]]:
    users = select(User.id, User.name).where(User.id.in_({one.user_id for one in found}))
    practices = select(Practice.id, Practice.name).where(Practice.id.in_({one.practice_id for one in found} - {None}))
    if not found:
        return {}, {}
    people = {row.id: row.name for row in session.execute(users)}
    return people, {row.id: row.name for row in session.execute(practices)}
