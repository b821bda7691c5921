"""Which representations somebody may know of: the patient all, who acts by one theirs, clinicians those that stand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from careteam import access
from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import Representation
from careteam.policy.grounds import stands
from careteam.policy.vocabulary import RepresentationState
from careteam.services.log import access_log
from careteam.services.paging import page
from careteam.services.record.records import Record, open_record
from careteam.services.representations.authority import attests
from careteam.services.representations.views import for_team, listed, state_of, whole


def page_of(
    session: Session, actor: Actor, patient_id: UUID, *, limit: int, cursor: str | None = None, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the representations that the actor may know of, newest first, and the next cursor.

    To the patient every one that there ever was; to who acts for them their own; to a current clinician of the team
    those that stand, and those that they added or ended. Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    query = listed().where(Representation.patient_id == patient_id, _known(record))
    found = page(session, query.order_by(Representation.id.desc()), limit=limit, cursor=cursor)
    access_log.disclosed(session, record.actor, patient_id, "read-representations", [], at=at)
    return [_present(session, record, row) for row in found.rows], found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, representation_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one representation. Raises NotFound when it is absent or hidden."""
    record = open_record(session, actor, patient_id, at=at)
    find(session, record, representation_id)
    access_log.disclosed(session, record.actor, patient_id, "read-representation", [], at=at)
    return shown(session, record, representation_id)


def mine(
    session: Session, actor: Actor, *, limit: int, cursor: str | None = None, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the representations by which the actor acts, will or did act for others, newest first.

    For whom they acted before is named no longer. Raises Unavailable while reads are locked.
    """
    query = listed().where(Representation.user_id == actor.user_id, Representation.accepted_at.is_not(None))
    found = page(session, query.order_by(Representation.id.desc()), limit=limit, cursor=cursor, whose=actor.user_id)
    access.records(session, actor.reader, {row.patient_id for row in found.rows}, at=at)
    access_log.disclosed(session, actor, None, "list-representations", [], at=at)
    return [own(session, row, at) for row in found.rows], found.cursor


def own(session: Session, row: Any, at: datetime) -> dict[str, Any]:
    """Return one's own representation: of one that has ended, no name and nothing else of the patient."""
    told = whole(session, row, at, to_representative=True)
    over = told["state"] is RepresentationState.ENDED
    return {**told, "patient": {"id": row.patient_id, "name": None}} if over else told


def find(session: Session, record: Record, representation_id: UUID) -> Representation:
    """Return a representation that the actor may know of. Raises NotFound."""
    about = (Representation.id == representation_id, Representation.patient_id == record.patient_id)
    found = session.scalars(select(Representation).where(*about, _known(record))).first()
    if found is None:
        raise NotFound
    return found


def shown(session: Session, record: Record, representation_id: UUID) -> dict[str, Any]:
    """Return one representation as the actor sees it."""
    row = session.execute(listed().where(Representation.id == representation_id)).one()
    return _present(session, record, row)


def state_now(session: Session, record: Record, found: Representation) -> RepresentationState:
    """Return how it stands at this instant."""
    return state_of(session.execute(listed().where(Representation.id == found.id)).one(), record.at)


def _known(record: Record) -> ColumnElement[bool]:
    if record.is_patient:
        return true()
    theirs = Representation.user_id == record.actor.user_id
    if not attests(record):
        return theirs
    now = [r.id for r in record.facts.grounds.representations if stands(r, record.at)]
    done_by = (Representation.created_by == record.actor.user_id, Representation.ended_by == record.actor.user_id)
    return or_(theirs, *done_by, Representation.id.in_(now))


def _present(session: Session, record: Record, row: Any) -> dict[str, Any]:
    theirs = row.created_by == record.actor.user_id and row.succeeds_id is None
    if record.is_patient or theirs:  # what the patient made of it since is not for who added it
        return whole(session, row, record.at)
    if row.user_id == record.actor.user_id:
        return own(session, row, record.at)
    return for_team(row, record.at)
