"""Cases as the patient reads them; to everybody else under these addresses there are none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import AccessCase
from careteam.policy.vocabulary import CaseState
from careteam.services.cases import messages
from careteam.services.cases.views import present
from careteam.services.log import access_history, access_log
from careteam.services.paging import page
from careteam.services.record.records import Record, open_record


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    state: CaseState | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the patient's own cases, newest first. Raises NotFound, and Invalid on a foreign cursor."""
    record = _own(session, actor, patient_id, at=at)
    wanted = [] if state is None else [AccessCase.state == state]
    query = select(AccessCase).where(AccessCase.patient_id == patient_id, *wanted).order_by(AccessCase.id.desc())
    found = page(session, query, limit=limit, cursor=cursor)
    access_log.disclosed(session, record.actor, patient_id, "read-cases", [], at=at)
    return shown(session, record, [row[0] for row in found.rows]), found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, case_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one of the patient's own cases. Raises NotFound."""
    record = _own(session, actor, patient_id, at=at)
    case = find(session, record, case_id)
    access_log.disclosed(session, record.actor, patient_id, "read-case", [], target=case_id, at=at)
    return shown(session, record, [case])[0]


def find(session: Session, record: Record, case_id: UUID) -> AccessCase:
    """Return a case of this record. Raises NotFound."""
    case = session.get(AccessCase, case_id)
    if case is None or case.patient_id != record.patient_id:
        raise NotFound
    return case


def shown(session: Session, record: Record, cases: Sequence[AccessCase]) -> list[dict[str, Any]]:
    """Return these cases with their messages and events, in a fixed number of statements."""
    said = messages.of(session, [case.id for case in cases])
    events = access_history.events(session, record.patient_id, [case.event_id for case in cases])
    return [present(case, said.get(case.id, []), events.get(case.event_id), at=record.at) for case in cases]


def _own(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> Record:
    record = open_record(session, actor, patient_id, at=at)
    if not record.is_patient:
        raise NotFound
    return record
