"""The access log as a practice's privacy officer reads it: the patient's number, never a name, no clinical content.

The rows have the shape of those that the patient reads (`access_history`), and more besides.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, not_, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound, NotPermitted
from careteam.models import AccessEvent, AccessEventItem, Practice, User
from careteam.policy.vocabulary import SPECIAL_CLASSES, Role
from careteam.services.log import access_log
from careteam.services.log.access_words import counted, in_emergency
from careteam.services.log.practice_rows import (
    ON_BEHALF,
    OWN,
    PATIENT_ID,
    acted_here,
    held_here,
    joined,
    rows_of,
    staffed,
)
from careteam.services.log.practice_words import SPECIAL_RECORD, act_of, staff_words
from careteam.services.paging import page

PATIENT, ELSEWHERE = "the patient", "another practice"
"""Holders who are not named."""


def number_of(practice_id: UUID, patient_id: UUID) -> str:
    """Return a patient's number: the same in every row, another in every practice, and no way back to the record."""
    digest = int.from_bytes(sha256(practice_id.bytes + patient_id.bytes).digest()[:8], "big")
    digits = f"{digest % 10**12:012d}"
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def page_of(
    session: Session,
    actor: Actor,
    practice_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    outcome: str | None = None,
    actor_id: UUID | None = None,
    act: str | None = None,
    door: str | None = None,
    since: date | None = None,
    through: date | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the practice's rows, newest first, and the next cursor; looking is logged.

    `since` and `through` are days in the practice's time zone, both included.
    Raises NotFound and, to other staff of the practice, NotPermitted.
    """
    _oversees(actor, practice_id)
    wanted = [*_equal(outcome, act, door), *_by(actor_id), *_days(session, practice_id, since, through)]
    query = _events(practice_id).where(rows_of(practice_id), *wanted).order_by(AccessEvent.id.desc())
    found = page(session, query, limit=limit, cursor=cursor, whose=practice_id)
    items = _items(session, practice_id, found.rows)
    access_log.disclosed(session, actor, None, "read-practice-access-log", [], target=practice_id, at=at)
    return [_told(row, practice_id, items.get(row.id, [])) for row in found.rows], found.cursor


def one(session: Session, practice_id: UUID, event_id: UUID) -> dict[str, Any]:
    """Return one event in the shape of `page_of`, for whoever may know of it; looking is the caller's to log."""
    row = session.execute(_events(practice_id).where(AccessEvent.id == event_id)).one()
    return _told(row, practice_id, _items(session, practice_id, [row]).get(row.id, []))


def _oversees(actor: Actor, practice_id: UUID) -> None:
    if actor.has_post(practice_id, Role.PRIVACY_OFFICER):
        return
    if any(p.practice_id == practice_id for p in actor.posts):
        raise NotPermitted("Only a privacy officer of this practice reads its access log.")
    raise NotFound


def _events(practice_id: UUID) -> Any:
    event = AccessEvent
    columns = (
        event.id,
        event.at,
        event.act,
        event.outcome,
        event.purpose,
        event.actor_id,
        event.actor_role,
        event.address,
        event.door,
    )
    facts = (
        User.name.label("actor_name"),
        PATIENT_ID.label("patient_id"),
        OWN.label("own"),
        ON_BEHALF.label("on_behalf"),
        staffed(event.actor_id).label("staffed"),
        acted_here(practice_id).label("here"),
    )
    return joined(select(*columns, *facts).outerjoin(User, User.id == event.actor_id))


def _equal(outcome: str | None, act: str | None, door: str | None) -> list[ColumnElement[bool]]:
    given = ((AccessEvent.outcome, outcome), (AccessEvent.act, act), (AccessEvent.door, door))
    return [column == value for column, value in given if value is not None]


def _by(actor_id: UUID | None) -> list[ColumnElement[bool]]:
    """Only those who are named are found by their id, or asking for an id would tell whose a row is."""
    if actor_id is None:
        return []
    return [AccessEvent.actor_id == actor_id, not_(OWN), staffed(AccessEvent.actor_id)]


def _days(session: Session, practice_id: UUID, since: date | None, through: date | None) -> list[ColumnElement[bool]]:
    if since is None and through is None:
        return []
    zone = ZoneInfo(session.scalars(select(Practice.time_zone).where(Practice.id == practice_id)).one())
    limits: list[ColumnElement[bool]] = []
    if since is not None:
        limits.append(AccessEvent.at >= datetime.combine(since, time(), zone))
    if through is not None:
        limits.append(AccessEvent.at < datetime.combine(through + timedelta(days=1), time(), zone))
    return limits


def _items(session: Session, practice_id: UUID, rows: Sequence[Any]) -> Mapping[UUID, list[dict[str, Any]]]:
    """Return what each event showed: all of what the staff saw, and of what others saw only what the staff hold."""
    if not rows:
        return {}
    part = (
        AccessEventItem.event_id,
        AccessEventItem.item_class,
        AccessEventItem.holder_id,
        AccessEventItem.clause,
        AccessEventItem.consent_id,
        AccessEventItem.emergency_id,
        User.name,
    )
    ours = func.max(case((held_here(practice_id), 1), else_=0)).label("ours")
    query = joined(
        select(*part, func.count().label("count"), ours)
        .join(AccessEvent, AccessEvent.id == AccessEventItem.event_id)
        .outerjoin(User, User.id == AccessEventItem.holder_id)
    )
    query = query.where(AccessEventItem.event_id.in_([row.id for row in rows])).group_by(*part)
    by_staff = {row.id for row in rows if row.here}
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in session.execute(query.order_by(AccessEventItem.item_class, User.name)):
        if row.ours or row.event_id in by_staff:
            found.setdefault(row.event_id, []).append(_item(row))
    return found


def _item(row: Any) -> dict[str, Any]:
    special = row.item_class in SPECIAL_CLASSES
    name = row.name if row.ours else ELSEWHERE
    return {
        "class": SPECIAL_RECORD if special else row.item_class,
        "count": row.count,
        "holder": PATIENT if row.holder_id is None else name,
        "why": row.clause,
        "consent_id": row.consent_id,
        "emergency_id": row.emergency_id,
    }


def _told(row: Any, practice_id: UUID, items: list[dict[str, Any]]) -> dict[str, Any]:
    number = number_of(practice_id, row.patient_id) if row.patient_id else None
    named = row.staffed and not row.own
    return {
        "id": row.id,
        "at": row.at,
        "actor": _actor(row, named=named),
        "patient": number,
        "act": row.act,
        "outcome": row.outcome,
        "purpose": row.purpose,
        "door": row.door,
        "address": row.address if named or row.actor_id is None else "",
        "sentence": _sentence(row, number, items, named=named),
        "items": items,
    }


def _actor(row: Any, *, named: bool) -> dict[str, Any]:
    if not named:
        own = "representative" if row.on_behalf else "patient"
        kind = own if row.own else "user" if row.actor_id else row.actor_role
        return {"user_id": None, "name": None, "role": kind}
    return {"user_id": row.actor_id, "name": row.actor_name, "role": staff_words(row.actor_role)}


def _sentence(row: Any, number: str | None, items: list[dict[str, Any]], *, named: bool) -> str:
    said = f"{_who(row, named=named)} {act_of(row.act, row.outcome, about_patient=number is not None)}"
    said += in_emergency(items)
    of_whom = f" (patient {number})" if number else ""
    shown = ", ".join(f"{_counted(i['class'], i['count'])} of {i['holder']}" for i in items)
    return f"{said}{of_whom}: {shown}." if shown else f"{said}{of_whom}."


def _who(row: Any, *, named: bool) -> str:
    if named:
        return str(row.actor_name)
    if row.on_behalf:
        return "Somebody who acts for the patient"
    if row.actor_id is not None:
        return "The patient" if row.own else "Somebody without a role in a practice"
    return "The operator of this service" if row.actor_role == "operator" else "Somebody who was not signed in"


def _counted(item_class: str, count: int) -> str:
    if item_class == SPECIAL_RECORD:
        return f"{count} special record{'' if count == 1 else 's'}"
    return counted(item_class, count)
