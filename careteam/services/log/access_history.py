"""The access log as the patient reads it: every look, change and refusal, in plain words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import AccessEvent, AccessEventItem, Patient, User
from careteam.policy.vocabulary import ItemClass
from careteam.services.log import access_log
from careteam.services.log.access_words import act_phrase, counted, in_emergency
from careteam.services.log.patients_rows import told_events, told_items
from careteam.services.log.spreadsheet import as_csv
from careteam.services.paging import page
from careteam.services.record.records import Record, open_record
from careteam.services.team.folding import folded_into

YOU = "you"
"""The holder of what the patient holds, in their own log."""

COLUMNS = (
    "event_id",
    "at",
    "actor_id",
    "actor_name",
    "actor_role",
    "outcome",
    "purpose",
    "sentence",
    "class",
    "count",
    "holder",
    "why",
    "consent_id",
    "emergency_id",
    "representation_id",
)
"""Of the log as CSV: one row for each class and holder that an event shows, and one for an event that shows nothing."""


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **which: Any
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the patient's own access log, newest first. Raises NotFound to everybody else.

    Who acts for the patient finds there what they did by it themselves: the rest is between the patient and others.
    `limit` and `cursor`; filters: `outcome`, `actor_id`, `item_class`, `why` (the clause), and the days `since`
    and `through` where the patient lives, both included. Special notes leave no trace here until their author releases
    them (`domain.md`, "Special notes").
    """
    record = _open(session, actor, patient_id, at=at)
    told, cursor = _page(session, record, **which)
    access_log.disclosed(session, record.actor, patient_id, "read-access-log", [], at=at)
    return told, cursor


def export(session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **which: Any) -> tuple[str, str | None]:
    """Return the same events as CSV with a header row, and the cursor of what did not fit. Raises as `page_of`."""
    record = _open(session, actor, patient_id, at=at)
    told, cursor = _page(session, record, **which)
    access_log.disclosed(session, record.actor, patient_id, "export-access-log", [], at=at)
    return as_csv(COLUMNS, (row for event in told for row in flat(event))), cursor


def flat(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return an event as rows of COLUMNS."""
    head = {
        **{name: event[name] for name in ("at", "outcome", "purpose", "representation_id", "sentence")},
        **{f"actor_{name}": event["actor"][name] for name in ("name", "role")},
        "event_id": event["id"],
        "actor_id": event["actor"]["user_id"],
    }
    nothing = dict.fromkeys(("class", "count", "holder", "why", "consent_id", "emergency_id"))
    return [{**head, **items} for items in event["items"] or [nothing]]


def events(session: Session, patient_id: UUID, event_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return those of these events that the patient's log shows, as it shows them; the caller knows that they may."""
    ids = set(event_ids)
    query = _events([patient_id, *folded_into(session, patient_id)]).where(AccessEvent.id.in_(ids))
    rows = session.execute(query).all() if ids else []
    return {event["id"]: event for event in _tell(rows, _disclosures(session, [row.id for row in rows]))}


def _open(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> Record:
    record = open_record(session, actor, patient_id, at=at)
    if not record.is_patient and record.representation is None:
        raise NotFound
    return record


def _page(
    session: Session,
    record: Record,
    *,
    limit: int,
    cursor: str | None = None,
    **which: Any,
) -> tuple[list[dict[str, Any]], str | None]:
    by = record.actor.representation_id
    query = (
        _events([record.patient_id, *folded_into(session, record.patient_id)])
        .where(*_filters(record, **which), *([AccessEvent.representation_id == by] if by else []))
        .order_by(AccessEvent.id.desc())
    )
    found = page(session, query, limit=limit, cursor=cursor)
    return _tell(found.rows, _disclosures(session, [row.id for row in found.rows])), found.cursor


def _events(patient_ids: Sequence[UUID]) -> Any:
    return (
        select(
            AccessEvent.id,
            AccessEvent.at,
            AccessEvent.act,
            AccessEvent.outcome,
            AccessEvent.purpose,
            AccessEvent.actor_id,
            AccessEvent.actor_role,
            AccessEvent.representation_id,
            User.name.label("actor_name"),
            Patient.name.label("patient_name"),
        )
        .join(Patient, Patient.id == AccessEvent.patient_id)
        .outerjoin(User, User.id == AccessEvent.actor_id)
        .where(AccessEvent.patient_id.in_(patient_ids), told_events())
    )


def _filters(
    record: Record,
    *,
    outcome: str | None = None,
    actor_id: UUID | None = None,
    item_class: ItemClass | None = None,
    why: str | None = None,
    since: date | None = None,
    through: date | None = None,
) -> list[ColumnElement[bool]]:
    """Say which events are wanted; class and reason are those of one and the same item."""
    zone = ZoneInfo(record.facts.person.time_zone)
    parts = [
        *([AccessEventItem.item_class == item_class] if item_class else []),
        *([AccessEventItem.clause == why] if why else []),
    ]
    shows = select(1).where(AccessEventItem.event_id == AccessEvent.id, told_items(), *parts).correlate(AccessEvent)
    return [
        *([AccessEvent.outcome == outcome] if outcome else []),
        *([AccessEvent.actor_id == actor_id] if actor_id else []),
        *([shows.exists()] if parts else []),
        *([AccessEvent.at >= datetime.combine(since, time(), zone)] if since else []),
        *([AccessEvent.at < datetime.combine(through + timedelta(days=1), time(), zone)] if through else []),
    ]


def _disclosures(session: Session, event_ids: Sequence[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
    """Return what each event disclosed: how many of which class, of whom, and why."""
    part = (
        AccessEventItem.event_id,
        AccessEventItem.item_class,
        AccessEventItem.holder_id,
        AccessEventItem.clause,
        AccessEventItem.consent_id,
        AccessEventItem.emergency_id,
        User.name,
    )
    query = (
        select(*part, func.count().label("count"))
        .join(AccessEvent, AccessEvent.id == AccessEventItem.event_id)
        .outerjoin(User, User.id == AccessEventItem.holder_id)
        .where(AccessEventItem.event_id.in_(event_ids), told_items())
        .group_by(*part)
        .order_by(AccessEventItem.item_class, User.name)
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in session.execute(query) if event_ids else ():
        found.setdefault(row.event_id, []).append(
            {
                "class": row.item_class,
                "count": row.count,
                "holder": row.name or YOU,
                "why": row.clause,
                "consent_id": row.consent_id,
                "emergency_id": row.emergency_id,
            }
        )
    return found


def _tell(rows: Iterable[Any], disclosures: Mapping[UUID, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id,
            "at": row.at,
            "actor": {"user_id": row.actor_id, "name": row.actor_name, "role": row.actor_role},
            "outcome": row.outcome,
            "purpose": row.purpose,
            "representation_id": row.representation_id,
            "sentence": _sentence(row, disclosures.get(row.id, [])),
            "items": disclosures.get(row.id, []),
        }
        for row in rows
    ]


def _of(holder: str) -> str:
    return "of your own" if holder == YOU else f"of {holder}"


def _sentence(row: Any, items: Sequence[Mapping[str, Any]]) -> str:
    nobody = "The operator of this service" if row.actor_role == "operator" else "Somebody who was not signed in"
    who = row.actor_name or nobody
    who = f"{who}, on behalf of {row.patient_name}," if row.representation_id else who
    shown = ", ".join(f"{counted(i['class'], i['count'])} {_of(i['holder'])}" for i in items)
    said = f"{who} {act_phrase(row.act, row.outcome)}{in_emergency(items)}"
    return f"{said}: {shown}." if shown else f"{said}."
