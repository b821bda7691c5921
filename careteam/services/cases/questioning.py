"""The patient's side: questions an access, writes about it, and may withdraw the question."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotFound
from careteam.models import AccessCase
from careteam.models.types import new_id
from careteam.policy.cases import ANSWERED_WITHIN
from careteam.policy.vocabulary import CaseState, NoticeKind
from careteam.services.cases import messages
from careteam.services.cases.reading import find, shown
from careteam.services.cases.telling import tell_practice
from careteam.services.cases.whose import practice_for
from careteam.services.log import access_history, access_log
from careteam.services.record.records import Record, open_record

YOURSELF = (
    "This was done with your own account. If it was not you, change your password: that ends every session and access"
    " token of yours."
)
NOBODY = "No practice looks after your record, so that none can answer: write to whoever runs this service."


def question(
    session: Session, actor: Actor, patient_id: UUID, event_id: UUID, *, words: str, at: datetime
) -> dict[str, Any]:
    """Open a case about an event of one's own access log; who looked is told nothing of it.

    The privacy officers of the practice that answers (see `whose`) are told. Raises NotFound, and Conflict while a case
    about the event is open, for what was done with one's own account, and where no practice can answer.
    """
    record = _own(session, actor, patient_id, at=at)
    event = access_history.events(session, patient_id, [event_id]).get(event_id)
    if event is None:
        raise NotFound
    if event["actor"]["user_id"] == actor.user_id:
        raise Conflict(YOURSELF)
    _check_none_open(session, event_id)
    practice_id = practice_for(session, record, event_id)
    if practice_id is None:
        raise Conflict(NOBODY)
    case = _opened(session, record, event_id, practice_id)
    messages.add(session, case, actor.user_id, words, from_practice=False, at=at)
    access_log.changed(session, record.actor, patient_id, "question-access", target=case.id, at=at)
    tell_practice(session, case, NoticeKind.ACCESS_QUESTIONED, at=at)
    return shown(session, record, [case])[0]


def write(
    session: Session, actor: Actor, patient_id: UUID, case_id: UUID, *, words: str, at: datetime
) -> dict[str, Any]:
    """Write to the privacy officers. Raises NotFound, and Conflict once the case is closed."""
    record = _own(session, actor, patient_id, at=at)
    case = find(session, record, case_id)
    if case.closed:
        raise Conflict("This case is closed: question the access again.")
    messages.add(session, case, actor.user_id, words, from_practice=False, at=at)
    case.version += 1
    session.flush()
    access_log.changed(session, record.actor, patient_id, "write-in-case", target=case_id, at=at)
    tell_practice(session, case, NoticeKind.CASE_MESSAGE, at=at)
    return shown(session, record, [case])[0]


def withdraw(session: Session, actor: Actor, patient_id: UUID, case_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Take the question back; withdrawing again changes nothing. Raises NotFound, and Conflict once it is answered."""
    record = _own(session, actor, patient_id, at=at)
    case = find(session, record, case_id)
    if case.state is CaseState.ANSWERED:
        raise Conflict("This case is answered already.")
    if not case.closed:
        case.state, case.closed, case.closed_at = CaseState.WITHDRAWN, True, at
        session.flush()
        tell_practice(session, case, NoticeKind.CASE_WITHDRAWN, at=at)
    access_log.changed(session, record.actor, patient_id, "withdraw-case", target=case_id, at=at)
    return shown(session, record, [case])[0]


def _own(session: Session, actor: Actor, patient_id: UUID, *, at: datetime) -> Record:
    record = open_record(session, actor, patient_id, at=at)
    if not record.is_patient:
        raise NotFound
    return record


def _check_none_open(session: Session, event_id: UUID) -> None:
    query = select(AccessCase.id).where(AccessCase.event_id == event_id, AccessCase.closed.is_(False))
    found = session.scalars(query).first()
    if found is not None:
        raise Conflict(f"You questioned this access already: go on in case {found}.")


def _opened(session: Session, record: Record, event_id: UUID, practice_id: UUID) -> AccessCase:
    at = record.at
    row = {"opened_by": record.actor.user_id, "opened_at": at, "due_at": at + ANSWERED_WITHIN}
    case = AccessCase(
        id=new_id(),
        patient_id=record.patient_id,
        event_id=event_id,
        practice_id=practice_id,
        state=CaseState.OPEN,
        closed=False,
        **row,
    )
    session.add(case)
    session.flush()
    return case
