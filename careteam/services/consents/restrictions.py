"""Restrictions: the patient's standing no. To everybody but the patient they do not exist."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.errors import Invalid, NotFound
from careteam.models import Item, Restriction
from careteam.models.types import new_id
from careteam.policy.facts import Recipient
from careteam.policy.vocabulary import EmergencyRule, ItemClass, Label, RestrictionState
from careteam.services.log import access_log
from careteam.services.paging import page
from careteam.services.record.records import Record, open_record
from careteam.vault import seal, unseal

ANYONE = "anyone"


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    state: RestrictionState | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the patient's restrictions, newest first: those in one state, or all.

    Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = _open(session, actor, patient_id, at=at)
    query = select(Restriction).where(Restriction.patient_id == patient_id)
    if state is not None:
        standing = Restriction.lifted_at.is_(None)
        query = query.where(standing if state is RestrictionState.STANDING else not_(standing))
    found = page(session, query.order_by(Restriction.id.desc()), limit=limit, cursor=cursor)
    access_log.disclosed(session, record.actor, patient_id, "read-restrictions", [], at=at)
    return [_present(session, row[0]) for row in found.rows], found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, restriction_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one restriction of the patient. Raises NotFound."""
    record = _open(session, actor, patient_id, at=at)
    restriction = _find(session, record, restriction_id)
    access_log.disclosed(session, actor, patient_id, "read-restriction", [], at=at)
    return _present(session, restriction)


def restrict(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    against: str,
    item_class: ItemClass | None = None,
    label: Label | None = None,
    holder: str | None = None,
    item_id: UUID | None = None,
    emergency: EmergencyRule = EmergencyRule.WITHHOLD,
    note: str | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Say no, from commit until it is lifted: to one member, a role or anyone, about what the other words name.

    What is set must all match; at least one is. It never binds whoever wrote or holds an item. Raises NotFound,
    Invalid.
    """
    record = _open(session, actor, patient_id, at=at)
    reader = None if against == ANYONE else facts.recipient(against)
    if not (item_class or label or holder or item_id):
        raise Invalid("Say what is kept from them: a class, a label, a holder or an item; several must all match.")
    _check_members(record, reader, holder)
    _check_item(session, record, item_id)
    restriction_id = new_id()
    made = Restriction(
        id=restriction_id,
        patient_id=patient_id,
        against_user_id=reader.user_id if reader else None,
        against_role=reader.role if reader else None,
        item_class=item_class,
        label=label,
        holder=holder,
        item_id=item_id,
        emergency=emergency,
        note=seal(session, Restriction.note, restriction_id, note),
        created_at=at,
        created_by=actor.user_id,
    )
    session.add(made)
    return _changed(session, record, "restrict", made)


def lift(session: Session, actor: Actor, patient_id: UUID, restriction_id: UUID, *, at: datetime) -> dict[str, Any]:
    """End a restriction; consents in force may open again what it stopped. Lifting it again changes nothing."""
    record = _open(session, actor, patient_id, at=at)
    restriction = _find(session, record, restriction_id)
    if restriction.lifted_at is None:
        restriction.lifted_at, restriction.lifted_by = at, actor.user_id
    return _changed(session, record, "lift-restriction", restriction)


def _open(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> Record:
    record = open_record(session, actor, patient_id, at=at)
    if not record.is_patient:
        raise NotFound
    return record


def _find(session: Session, record: Record, restriction_id: UUID) -> Restriction:
    restriction = session.get(Restriction, restriction_id)
    if restriction is None or restriction.patient_id != record.patient_id:
        raise NotFound
    return restriction


def _check_members(record: Record, reader: Recipient | None, holder: str | None) -> None:
    known = {None, *(m.user_id for m in record.team.memberships)}
    named = {
        "against": reader.user_id if reader else None,
        "holder": facts.holder(holder) if holder else None,
    }
    for field, user_id in named.items():
        if user_id not in known:
            raise Invalid("Name a member of this care team.", {field: ["Nobody who is, was or is asked to be in it."]})


def _check_item(session: Session, record: Record, item_id: UUID | None) -> None:
    if item_id is None:
        return
    if session.execute(record.rows(Item, Item.id).where(Item.id == item_id)).first() is None:
        raise Invalid("Name an item of this record that you can see.", {"item_id": ["No such item that you can see."]})


def _changed(session: Session, record: Record, act: str, restriction: Restriction) -> dict[str, Any]:
    session.flush()
    access_log.changed(session, record.actor, record.patient_id, act, target=restriction.id, at=record.at)
    return _present(session, restriction)


def _present(session: Session, restriction: Restriction) -> dict[str, Any]:
    return {
        "id": restriction.id,
        "against": _against(restriction),
        "item_class": restriction.item_class,
        "label": restriction.label,
        "holder": restriction.holder,
        "item_id": restriction.item_id,
        "emergency": restriction.emergency,
        "note": unseal(session, Restriction.note, restriction.id, restriction.note),
        "created_at": restriction.created_at,
        "lifted_at": restriction.lifted_at,
    }


def _against(restriction: Restriction) -> str:
    if restriction.against_user_id:
        return f"member:{restriction.against_user_id}"
    return f"role:{restriction.against_role}" if restriction.against_role else ANYONE
