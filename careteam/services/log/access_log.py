"""Writes the access log: one event per answer, one row per item disclosed, in two INSERTs.

Called in the answer's own transaction: if it cannot be written, nothing of the answer leaves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from careteam.actor import Actor, Origin
from careteam.models import AccessEvent, Base, Patient
from careteam.models.types import new_id
from careteam.policy.scope import Emergency, Permit, Released, Scope, Shared
from careteam.policy.vocabulary import ItemClass, Purpose
from careteam.services.log import answer_marks
from careteam.services.representations.standing import representing


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One item in an answer, and why it is there."""

    item_id: UUID
    item_class: ItemClass
    holder_id: UUID | None
    version: int
    permit: Permit
    part2: bool


def seen(rows: Iterable[Any], scope: Scope) -> list[Disclosed]:
    """Return what these gate rows disclose. They need id, item_class, holder_id, version, part2, permit."""
    return [
        Disclosed(r.id, r.item_class, r.holder_id, r.version, scope.permits[r.permit], r.part2 and not scope.former)
        for r in rows
    ]


OPERATOR = Origin(door="cli")
"""Where an act on the command line comes from: somebody who runs the service, and is nobody's user."""


def disclosed(
    session: Session,
    actor: Actor | None,
    patient_id: UUID | None,
    act: str,
    items: Sequence[Disclosed],
    *,
    target: UUID | None = None,
    at: datetime,
) -> None:
    """Record an answer with these items (none is an answer too). A list of several people names no patient.

    `target` is what was looked at where that is no patient's, such as a practice.
    """
    _record(session, actor, patient_id, act, "disclosed", items=items, target=str(target or ""), at=at)


@contextmanager
def parts(session: Session) -> Iterator[None]:
    """Let the changes made inside be parts of one act, which the caller records after them: one answer, one event."""
    session.info[_PARTS] = True
    try:
        yield
    finally:
        del session.info[_PARTS]


_PARTS = "parts of one act"


def changed(
    session: Session,
    actor: Actor | None,
    patient_id: UUID | None,
    act: str,
    *,
    target: UUID | None = None,
    items: Sequence[Disclosed] = (),
    origin: Origin | None = None,
    at: datetime,
) -> None:
    """Record an act that changes something; `target` is what it changed, `items` what the answer shows.

    `origin` says where somebody who is not signed in comes from; without it nobody's act is the operator's. Within
    `parts` nothing is recorded: whoever opened it records the whole.
    """
    if session.info.get(_PARTS):
        return
    _record(session, actor, patient_id, act, "changed", items=items, target=str(target or ""), origin=origin, at=at)


def changed_all(session: Session, actor: Actor, targets: Sequence[Any], act: str, *, at: datetime) -> None:
    """Record one act that changed several things of several patients: rows with `id` and `patient_id`."""
    events = [
        _event(actor, row.patient_id, act, "changed", items=0, target=str(row.id), origin=actor.origin, at=at)
        for row in targets
    ]
    if events:
        session.execute(_INSERT_EVENT, events)


def refused(
    session: Session, actor: Actor | None, act: str, *, origin: Origin, ids: Mapping[str, UUID], at: datetime
) -> None:
    """Record a refusal; the caller commits it in a transaction of its own.

    `ids` are those of the address: the patient is looked up, so that an id which is nobody's is no error.
    """
    behalf = representing(session, actor, ids.get("patient_id"), at=at)
    asked = select(Patient.id).where(Patient.id == ids.get("patient_id")).scalar_subquery()
    session.execute(
        insert(AccessEvent).values(
            id=new_id(),
            at=at,
            actor_id=actor.user_id if actor else None,
            actor_role=_role(actor, origin, behalf),
            patient_id=asked,
            representation_id=behalf,
            act=act[:60],
            outcome="refused",
            target=str(next((v for k, v in ids.items() if k != "patient_id"), ""))[:60],
            request_id=origin.request_id,
            address=origin.address,
            door=origin.door,
        )
    )


def _role(actor: Actor | None, origin: Origin, representation_id: UUID | None) -> str:
    if representation_id is not None:
        return "representative"
    if actor is not None:
        return actor.kind
    return "operator" if origin.door == OPERATOR.door else ""


def _record(
    session: Session,
    actor: Actor | None,
    patient_id: UUID | None,
    act: str,
    outcome: str,
    *,
    at: datetime,
    items: Sequence[Disclosed],
    target: str = "",
    origin: Origin | None = None,
) -> None:
    origin = actor.origin if actor else origin or OPERATOR
    answer_marks.mark(session, (item.permit for item in items))
    event = _event(actor, patient_id, act, outcome, items=len(items), target=target, origin=origin, at=at)
    event["notice_sha256"] = answer_marks.mark_part2(session, (item.permit for item in items if item.part2))
    session.execute(_INSERT_EVENT, event)
    if items:
        rows = orjson.dumps([_item(item) for item in items]).decode()
        session.execute(_INSERT_ITEMS[session.get_bind().dialect.name], {"event": event["id"].hex, "rows": rows})


def _event(
    actor: Actor | None,
    patient_id: UUID | None,
    act: str,
    outcome: str,
    *,
    items: int,
    target: str,
    origin: Origin,
    at: datetime,
) -> dict[str, Any]:
    behalf = actor.representation_id if actor else None
    return {
        "id": new_id(),
        "at": at,
        "actor_id": actor.user_id if actor else None,
        "actor_role": _role(actor, origin, behalf),
        "patient_id": patient_id,
        "act": act,
        "outcome": outcome,
        "target": target,
        "purpose": Purpose.TREATMENT,
        "representation_id": behalf,
        "items": items,
        "request_id": origin.request_id,
        "address": origin.address,
        "door": origin.door,
    }


def _item(item: Disclosed) -> dict[str, object]:
    consent_id = item.permit.consent_id if isinstance(item.permit, Shared | Released) else None
    emergency_id = item.permit.session_id if isinstance(item.permit, Emergency) else None
    return {
        "item_id": item.item_id.hex,
        "item_class": item.item_class,
        "holder_id": item.holder_id.hex if item.holder_id else None,
        "version": item.version,
        "clause": item.permit.clause,
        "consent_id": consent_id.hex if consent_id else None,
        "emergency_id": emergency_id.hex if emergency_id else None,
    }


_INSERT_EVENT = insert(Base.metadata.tables["access_event"])
_INTO = """INSERT INTO access_event_item
(event_id, item_id, item_class, holder_id, version, clause, consent_id, emergency_id) SELECT """
_INSERT_ITEMS = {
    "postgresql": text(
        _INTO
        + """CAST(:event AS uuid), r.* FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r
        (item_id uuid, item_class text, holder_id uuid, version int, clause text, consent_id uuid,
        emergency_id uuid)"""
    ),
    "sqlite": text(
        _INTO
        + """:event, json_extract(value, '$.item_id'), json_extract(value, '$.item_class'),
        json_extract(value, '$.holder_id'), json_extract(value, '$.version'),
        json_extract(value, '$.clause'), json_extract(value, '$.consent_id'),
        json_extract(value, '$.emergency_id') FROM json_each(:rows)"""
    ),
}
"""One statement of constant text, whatever the number of items."""
