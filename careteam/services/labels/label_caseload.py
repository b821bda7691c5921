"""In which of a person's records imported items wait for them, over all their patients."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import Session

from careteam import access
from careteam.actor import Actor
from careteam.models import Item, Patient
from careteam.policy.team import roles_now
from careteam.policy.vocabulary import SPECIAL_CLASSES
from careteam.services.log import access_log
from careteam.services.paging import page


def page_of(
    session: Session, actor: Actor, *, limit: int, cursor: str | None = None, at: datetime
) -> tuple[list[dict[str, Any]], str | None, dict[str, Any]]:
    """Return one page of the records in which items wait for the actor, by the patient's name, and the next cursor.

    Each with how many wait and since when the oldest does; besides how many wait in all. Records of teams that the
    actor has left or not yet joined are not among them: there they confirm nothing. The number of statements depends
    neither on records nor on items.
    """
    waiting = _in_current_teams(session, actor, _held(session, actor), at)
    query = select(Patient.id, Patient.name, Patient.name_key).where(Patient.id.in_(waiting))
    found = page(session, query.order_by(Patient.name_key, Patient.id), limit=limit, cursor=cursor)
    access_log.disclosed(session, actor, None, "list-label-reviews", [], at=at)
    shown = [
        {
            "patient": {"id": row.id, "name": row.name},
            "own": row.id == actor.patient_id,
            "waiting": waiting[row.id].count,
            "oldest_imported_at": waiting[row.id].oldest,
        }
        for row in found.rows
    ]
    return shown, found.cursor, {"waiting": sum(row.count for row in waiting.values())}


def _held(session: Session, actor: Actor) -> Mapping[UUID, Any]:
    """Return for each record how many items wait that the actor holds (rules 0 and 1), and no item."""
    of_patient = and_(Item.holder_id.is_(None), Item.item_class.not_in(SPECIAL_CLASSES))
    own = and_(Item.patient_id == actor.patient_id, of_patient) if actor.patient_id else false()
    theirs = or_(Item.holder_id == actor.user_id, own)
    columns = (Item.patient_id, func.count().label("count"), func.min(Item.created_at).label("oldest"))
    query = select(*columns).where(Item.awaits_review, theirs).group_by(Item.patient_id)
    return {row.patient_id: row for row in session.execute(query)}


def _in_current_teams(session: Session, actor: Actor, held: Mapping[UUID, Any], at: datetime) -> Mapping[UUID, Any]:
    others = held.keys() - {actor.patient_id}
    teams = access.scopes(session, actor.reader, others, at=at) if others else {}
    return {
        patient_id: row
        for patient_id, row in held.items()
        if patient_id == actor.patient_id or roles_now(actor.reader, teams[patient_id][0], at)
    }
