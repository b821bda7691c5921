"""Restrictions: the patient's standing no. To everybody but the patient, and who signs for them, they do not exist."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, not_, select, true
from sqlalchemy.orm import Session

from careteam import facts
from careteam.actor import Actor
from careteam.errors import Invalid, NotFound, NotPermitted
from careteam.models import Item, Restriction
from careteam.models.types import new_id
from careteam.policy.facts import Limit, Recipient
from careteam.policy.representing import covers_limit
from careteam.policy.vocabulary import EmergencyRule, ItemClass, Label, Power, RestrictionState
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
    record = open_own(session, actor, patient_id, at=at)
    query = select(Restriction).where(Restriction.patient_id == patient_id, _visible(session, record))
    if state is not None:
        standing = Restriction.lifted_at.is_(None)
        query = query.where(standing if state is RestrictionState.STANDING else not_(standing))
    found = page(session, query.order_by(Restriction.id.desc()), limit=limit, cursor=cursor)
    access_log.disclosed(session, record.actor, patient_id, "read-restrictions", [], at=at)
    return [_present(session, row[0]) for row in found.rows], found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, restriction_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one restriction of the patient. Raises NotFound."""
    record = open_own(session, actor, patient_id, at=at)
    restriction = find(session, record, restriction_id)
    access_log.disclosed(session, record.actor, patient_id, "read-restriction", [], at=at)
    return _present(session, restriction)


def restrict(session: Session, actor: Actor, patient_id: UUID, *, at: datetime, **words: Any) -> dict[str, Any]:
    """Say no, from commit until it is lifted: to one member, a role or anyone, about what the other words name.

    `words` are those of `compose`. Raises NotFound, Invalid.
    """
    record = open_own(session, actor, patient_id, at=at)
    made = compose(session, record, **words)
    session.add(made)
    return _changed(session, record, "restrict", made)


def compose(
    session: Session,
    record: Record,
    *,
    against: str,
    item_class: ItemClass | None = None,
    label: Label | None = None,
    holder: str | None = None,
    item_id: UUID | None = None,
    emergency: EmergencyRule = EmergencyRule.WITHHOLD,
    note: str | None = None,
) -> Restriction:
    """Return the restriction that these words make, checked and not stored.

    What is set must all match; at least one is. It never binds whoever wrote or holds an item. Raises Invalid.
    """
    reader, represents = _reader(record, against)
    if not (item_class or label or holder or item_id):
        raise Invalid("Say what is kept from them: a class, a label, a holder or an item; several must all match.")
    _check_members(record, reader, holder)
    _check_item(session, record, item_id)
    _check_authority(record, reader, Limit(item_class=item_class, label=label, item_id=item_id))
    restriction_id = new_id()
    return Restriction(
        id=restriction_id,
        patient_id=record.patient_id,
        against_user_id=reader.user_id if reader else None,
        against_role=reader.role if reader else None,
        against_representation_id=represents,
        item_class=item_class,
        label=label,
        holder=holder,
        item_id=item_id,
        emergency=emergency,
        note=seal(session, Restriction.note, restriction_id, note),
        created_at=record.at,
        created_by=record.actor.user_id,
        representation_id=record.actor.representation_id,
    )


def lift(session: Session, actor: Actor, patient_id: UUID, restriction_id: UUID, *, at: datetime) -> dict[str, Any]:
    """End a restriction; consents in force may open again what it stopped. Lifting it again changes nothing.

    Who acts for the patient lifts what was made on their behalf alone. Raises NotFound, NotPermitted.
    """
    record = open_own(session, actor, patient_id, at=at)
    restriction = find(session, record, restriction_id)
    if record.representation is not None and restriction.representation_id is None:
        raise NotPermitted("The patient said this no themselves: only they lift it.")
    if restriction.lifted_at is None:
        restriction.lifted_at, restriction.lifted_by = at, actor.user_id
    return _changed(session, record, "lift-restriction", restriction)


def open_own(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> Record:
    """Return the actor's own record, or one in which they sign for the patient. Raises NotFound to everybody else."""
    record = open_record(session, actor, patient_id, at=at)
    if not record.speaks(Power.SIGN):
        raise NotFound
    return record


def find(session: Session, record: Record, restriction_id: UUID) -> Restriction:
    """Return a restriction of the record that the actor may know of. Raises NotFound."""
    about = (Restriction.id == restriction_id, Restriction.patient_id == record.patient_id)
    restriction = session.scalars(select(Restriction).where(*about, _visible(session, record))).first()
    if restriction is None:
        raise NotFound
    return restriction


def _visible(session: Session, record: Record) -> ColumnElement[bool]:
    """Say which restrictions the actor may know of: the patient all.

    A representation those about clinicians that are about nothing but what it covers: one against itself, or
    anyone, would tell it that something is kept from it.
    """
    by = record.representation
    if by is None:
        return true()
    others = (r for r in record.facts.restrictions if r.against.user_id is not None or r.against.role is not None)
    inside = [r for r in others if covers_limit(by, r.limit)]
    named = {r.limit.item_id for r in inside} - {None}
    rows = record.rows(Item, Item.id).where(Item.id.in_(named))
    known = {None, *session.scalars(rows)} if named else {None}
    return Restriction.id.in_([r.id for r in inside if r.limit.item_id in known])


def _reader(record: Record, against: str) -> tuple[Recipient | None, UUID | None]:
    """Return the member or role, or the representation, that a restriction names: neither for anyone."""
    kind, _, rest = against.partition(":")
    if against == ANYONE:
        return None, None
    if kind != "representation":
        return facts.recipient(against), None
    known = {r.id for r in record.facts.grounds.representations}
    if UUID(rest) not in known:
        raise Invalid("Name somebody who acts for you.", {"against": ["No such representation that you can see."]})
    return None, UUID(rest)


def _check_authority(record: Record, reader: Recipient | None, limit: Limit) -> None:
    """Raise Invalid where a representation would say a no that reaches beyond it, or against others who act."""
    by = record.representation
    if by is None:
        return
    if reader is None:
        named = {"against": ["Name a member or a role."]}
        raise Invalid("Only the patient keeps things from whoever acts for them.", named)
    if not covers_limit(by, limit):
        said = "Name a class, and a label if any, that your representation covers."
        raise Invalid("You act for this patient in fewer classes or labels.", {"item_class": [said]})


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
        "representation_id": restriction.representation_id,
        "created_at": restriction.created_at,
        "lifted_at": restriction.lifted_at,
    }


def _against(restriction: Restriction) -> str:
    if restriction.against_user_id:
        return f"member:{restriction.against_user_id}"
    if restriction.against_representation_id:
        return f"representation:{restriction.against_representation_id}"
    return f"role:{restriction.against_role}" if restriction.against_role else ANYONE
