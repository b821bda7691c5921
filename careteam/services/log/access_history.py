"""The access log as the patient reads it: every look, change and refusal, in plain words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import AccessEvent, AccessEventItem, User
from careteam.policy.vocabulary import SPECIAL_CLASSES
from careteam.services.log import access_log
from careteam.services.log.access_words import act_phrase, counted
from careteam.services.log.spreadsheet import as_csv
from careteam.services.paging import page
from careteam.services.record.records import open_record
from careteam.services.team.folding import folded_into

YOU = "you"
"""The holder of what the patient holds, in their own log."""

_SHOWN = AccessEventItem.item_class.not_in(SPECIAL_CLASSES)


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
)
"""Of the log as CSV: one row for each class and holder that an event shows, and one for an event that shows nothing."""


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **which: Any
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the patient's own access log, newest first. Raises NotFound to everybody else.

    `limit` and `cursor`; filters: `outcome`, `actor_id`. Special notes leave no trace here until their author releases
    them (`domain.md`, "Special notes").
    """
    told, cursor = _page(session, actor, patient_id, **which, at=at)
    access_log.disclosed(session, actor, patient_id, "read-access-log", [], at=at)
    return told, cursor


def export(session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **which: Any) -> tuple[str, str | None]:
    """Return the same events as CSV with a header row, and the cursor of what did not fit. Raises as `page_of`."""
    told, cursor = _page(session, actor, patient_id, **which, at=at)
    access_log.disclosed(session, actor, patient_id, "export-access-log", [], at=at)
    return as_csv(COLUMNS, (row for event in told for row in flat(event))), cursor


def flat(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return an event as rows of COLUMNS."""
    head = {
        **{name: event[name] for name in ("at", "outcome", "purpose", "sentence")},
        **{f"actor_{name}": event["actor"][name] for name in ("name", "role")},
        "event_id": event["id"],
        "actor_id": event["actor"]["user_id"],
    }
    nothing = dict.fromkeys(("class", "count", "holder", "why", "consent_id"))
    return [{**head, **items} for items in event["items"] or [nothing]]


def _page(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    outcome: str | None = None,
    actor_id: UUID | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    record = open_record(session, actor, patient_id, at=at)
    if not record.is_patient:
        raise NotFound
    query = (
        _events([patient_id, *folded_into(session, patient_id)])
        .where(*_filters(outcome, actor_id))
        .order_by(AccessEvent.id.desc())
    )
    found = page(session, query, limit=limit, cursor=cursor)
    return _tell(found.rows, _disclosures(session, [row.id for row in found.rows])), found.cursor


def _events(patient_ids: Sequence[UUID]) -> Any:
    shown = select(1).where(AccessEventItem.event_id == AccessEvent.id, _SHOWN).exists()
    return (
        select(
            AccessEvent.id,
            AccessEvent.at,
            AccessEvent.act,
            AccessEvent.outcome,
            AccessEvent.purpose,
            AccessEvent.actor_id,
            AccessEvent.actor_role,
            User.name.label("actor_name"),
        )
        .outerjoin(User, User.id == AccessEvent.actor_id)
        .where(AccessEvent.patient_id.in_(patient_ids), or_(AccessEvent.items == 0, shown))
    )


def _filters(outcome: str | None, actor_id: UUID | None) -> list[ColumnElement[bool]]:
    return [
        *([AccessEvent.outcome == outcome] if outcome else []),
        *([AccessEvent.actor_id == actor_id] if actor_id else []),
    ]


def _disclosures(session: Session, event_ids: Sequence[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
    """Return what each event disclosed: how many of which class, of whom, and why."""
    part = (
        AccessEventItem.event_id,
        AccessEventItem.item_class,
        AccessEventItem.holder_id,
        AccessEventItem.clause,
        AccessEventItem.consent_id,
        User.name,
    )
    query = (
        select(*part, func.count().label("count"))
        .outerjoin(User, User.id == AccessEventItem.holder_id)
        .where(AccessEventItem.event_id.in_(event_ids), _SHOWN)
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
    shown = ", ".join(f"{counted(i['class'], i['count'])} {_of(i['holder'])}" for i in items)
    said = f"{who} {act_phrase(row.act, row.outcome)}"
    return f"{said}: {shown}." if shown else f"{said}."
