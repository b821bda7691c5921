"""The practice's side: its privacy officers read the cases, ask, and answer with an outcome."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotFound, NotPermitted, Stale
from careteam.models import AccessCase, AccessEvent, Patient
from careteam.policy.vocabulary import CaseOutcome, CaseState, NoticeKind
from careteam.services.cases import messages
from careteam.services.cases.telling import tell_patient, tell_who_looked, who_looked
from careteam.services.cases.views import present
from careteam.services.identity.officers import oversees, tell_administrators
from careteam.services.log import access_log, administration_log, practice_log
from careteam.services.paging import page

REFUSED = "Only a privacy officer of this practice reads and answers its cases."


def page_of(
    session: Session,
    actor: Actor,
    practice_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    state: CaseState | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the practice's cases: what is open first, soonest due first. Looking is logged.

    Who questions is named: a case is open (`domain.md`, "People"). What is written in it is read one by one.
    Raises NotFound and, to other staff of the practice, NotPermitted.
    """
    oversees(actor, practice_id, REFUSED)
    wanted = [] if state is None else [AccessCase.state == state]
    query = _cases(actor, practice_id).where(*wanted)
    ordered = query.order_by(AccessCase.closed, AccessCase.due_at, AccessCase.id)
    found = page(session, ordered, limit=limit, cursor=cursor, whose=practice_id)
    access_log.disclosed(session, actor, None, "list-cases", [], target=practice_id, at=at)
    return [_line(actor, row, at) for row in found.rows], found.cursor


def read(session: Session, actor: Actor, practice_id: UUID, case_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one case; the patient finds the look in their log. Raises as `page_of`, and NotFound."""
    row = _find(session, actor, practice_id, case_id)
    access_log.disclosed(session, actor, row.AccessCase.patient_id, "read-case", [], target=case_id, at=at)
    return _whole(session, actor, row, at)


def write(
    session: Session, actor: Actor, practice_id: UUID, case_id: UUID, *, words: str, at: datetime
) -> dict[str, Any]:
    """Ask or tell the patient something before answering. Raises NotFound, NotPermitted, Conflict once it is closed."""
    row = _to_answer(session, actor, practice_id, case_id)
    case: AccessCase = row.AccessCase
    messages.add(session, case, actor.user_id, words, from_practice=True, at=at)
    case.version += 1
    session.flush()
    access_log.changed(session, actor, case.patient_id, "write-in-case", target=case_id, at=at)
    tell_patient(session, case, NoticeKind.CASE_MESSAGE, at=at)
    return _whole(session, actor, row, at)


def answer(
    session: Session,
    actor: Actor,
    practice_id: UUID,
    case_id: UUID,
    *,
    version: int,
    outcome: CaseOutcome,
    words: str,
    at: datetime,
) -> dict[str, Any]:
    """Answer the patient with an outcome, which closes the case; `misuse` leaves a follow-up in the administration log.

    Who looked is told only that an access of theirs was found to be wrong, and only then. Raises NotFound, NotPermitted
    (an officer whose own access it is), Conflict once it is closed, Stale when the patient wrote meanwhile.
    """
    row = _to_answer(session, actor, practice_id, case_id)
    case: AccessCase = row.AccessCase
    if case.version != version:
        raise Stale
    messages.add(session, case, actor.user_id, words, from_practice=True, at=at)
    case.state, case.closed, case.closed_at = CaseState.ANSWERED, True, at
    case.outcome, case.answered_by = outcome, actor.user_id
    session.flush()
    access_log.changed(session, actor, case.patient_id, "answer-case", target=case_id, at=at)
    tell_patient(session, case, NoticeKind.CASE_ANSWERED, at=at)
    tell_who_looked(session, case, at=at)
    if outcome is CaseOutcome.MISUSE:
        _follow_up(session, actor, case, at=at)
    return _whole(session, actor, row, at)


def _follow_up(session: Session, actor: Actor, case: AccessCase, *, at: datetime) -> None:
    """Leave it to the practice to act: a line in its administration log, without the patient."""
    looked = who_looked(session, case)
    administration_log.note(session, actor, case.practice_id, "access-misused", user_id=looked, at=at)
    tell_administrators(session, case.practice_id, NoticeKind.FOLLOW_UP, at=at)


def _cases(actor: Actor, practice_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return the SELECT of the practice's cases, but for the officer's own: there they are the patient."""
    joined = (
        select(AccessCase, AccessCase.closed, AccessCase.due_at, AccessCase.id)
        .add_columns(Patient.name.label("patient_name"), AccessEvent.actor_id)
        .join(Patient, Patient.id == AccessCase.patient_id)
        .join(AccessEvent, AccessEvent.id == AccessCase.event_id)
    )
    return joined.where(AccessCase.practice_id == practice_id, func.coalesce(Patient.user_id != actor.user_id, True))


def _find(session: Session, actor: Actor, practice_id: UUID, case_id: UUID) -> Any:
    oversees(actor, practice_id, REFUSED)
    row = session.execute(_cases(actor, practice_id).where(AccessCase.id == case_id)).first()
    if row is None:
        raise NotFound
    return row


def _to_answer(session: Session, actor: Actor, practice_id: UUID, case_id: UUID) -> Any:
    row = _find(session, actor, practice_id, case_id)
    if row.actor_id == actor.user_id:
        raise NotPermitted("This case is about an access of your own: another privacy officer answers it.")
    if row.AccessCase.closed:
        raise Conflict("This case is closed.")
    return row


def _patient(case: AccessCase, name: str) -> dict[str, Any]:
    return {"number": practice_log.number_of(case.practice_id, case.patient_id), "name": name}


def _line(actor: Actor, row: Any, at: datetime) -> dict[str, Any]:
    case: AccessCase = row.AccessCase
    whole = present(case, (), None, at=at)
    kept = ("id", "state", "opened_at", "due_at", "overdue", "outcome", "closed_at", "version")
    return {
        **{key: whole[key] for key in kept},
        "patient": _patient(case, row.patient_name),
        "about_you": row.actor_id == actor.user_id,
        "age_days": (at - case.opened_at).days,
    }


def _whole(session: Session, actor: Actor, row: Any, at: datetime) -> dict[str, Any]:
    case: AccessCase = row.AccessCase
    said: Sequence[dict[str, Any]] = messages.of(session, [case.id]).get(case.id, [])
    event = practice_log.one(session, case.practice_id, case.event_id)
    whole = present(case, said, event, at=at)
    return {**whole, **_line(actor, row, at)}
