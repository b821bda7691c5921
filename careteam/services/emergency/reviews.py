"""The queue of emergency sessions that a practice's privacy officers must review: numbers for names, no content.

What was opened is told by counts of class and holder. What the clinician stated is told only where one session is
opened for review, which the patient finds in their log.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict, NotFound, NotPermitted, Stale
from careteam.models import EmergencyReview, EmergencySession, Patient, User
from careteam.policy.emergency import FINAL
from careteam.policy.vocabulary import NoticeKind, ReviewOutcome
from careteam.services.emergency import disclosures, steps
from careteam.services.identity.officers import oversees, tell_administrators
from careteam.services.log import access_log, administration_log
from careteam.services.log.practice_log import number_of
from careteam.services.notices.telling import tell
from careteam.services.paging import page
from careteam.vault import unseal

REFUSED = "Only a privacy officer of this practice reviews emergency accesses."


def page_of(
    session: Session,
    actor: Actor,
    practice_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    closed: bool | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the queue: what waits first, soonest due first, then what is closed. Looking is logged.

    Raises NotFound and, to other staff of the practice, NotPermitted.
    """
    oversees(actor, practice_id, REFUSED)
    wanted = [] if closed is None else [EmergencyReview.closed == closed]
    query = _queue(actor, practice_id).where(*wanted)
    ordered = query.order_by(EmergencyReview.closed, EmergencyReview.due_at, EmergencyReview.id)
    found = page(session, ordered, limit=limit, cursor=cursor, whose=practice_id)
    access_log.disclosed(session, actor, None, "list-emergency-reviews", [], target=practice_id, at=at)
    disclosed = disclosures.for_practice(session, practice_id, [row.id for row in found.rows])
    return [_entry(actor, practice_id, row, disclosed, at) for row in found.rows], found.cursor


def read(session: Session, actor: Actor, practice_id: UUID, emergency_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one session to be reviewed, with what was stated and explained; the patient finds the look in their log.

    Raises NotFound and, to other staff of the practice, NotPermitted.
    """
    row = _find(session, actor, practice_id, emergency_id)
    access_log.disclosed(session, actor, row.patient_id, "read-emergency-review", [], target=emergency_id, at=at)
    return _whole(session, actor, practice_id, row, at)


def review(
    session: Session,
    actor: Actor,
    practice_id: UUID,
    emergency_id: UUID,
    *,
    version: int,
    outcome: ReviewOutcome,
    words: str,
    at: datetime,
) -> dict[str, Any]:
    """Say what one finds of a session, with reasons that the patient and who opened it read.

    `needs_more` asks the clinician, and leaves it open; the others close it. `not_justified` leaves a follow-up in the
    administration log, and punishes nobody by itself. Raises NotFound; NotPermitted for one's own; Conflict once it is
    closed; Stale when something was added meanwhile.
    """
    row = _find(session, actor, practice_id, emergency_id)
    if row.user_id == actor.user_id:
        raise NotPermitted("You opened this one yourself: another privacy officer reviews it.")
    found = session.get_one(EmergencyReview, emergency_id)
    if found.closed:
        raise Conflict("This emergency access is reviewed already.")
    if found.version != version:
        raise Stale
    found.closed, found.outcome = outcome in FINAL, outcome
    found.reviewed_by, found.reviewed_at = actor.user_id, at
    steps.add(session, found, actor.user_id, words, outcome=outcome, at=at)
    access_log.changed(session, actor, row.patient_id, "review-emergency-access", target=emergency_id, at=at)
    _tell(session, row, outcome, at=at)
    if outcome is ReviewOutcome.NOT_JUSTIFIED:
        _follow_up(session, actor, practice_id, row, at=at)
    return _whole(session, actor, practice_id, _find(session, actor, practice_id, emergency_id), at)


def _tell(session: Session, row: Any, outcome: ReviewOutcome, *, at: datetime) -> None:
    asked = NoticeKind.EMERGENCY_EXPLANATION_ASKED
    final = outcome in FINAL
    told = (row.patient_user_id, row.user_id) if final else (row.user_id,)
    kind = NoticeKind.EMERGENCY_REVIEWED if final else asked
    tell(session, told, kind, patient_id=row.patient_id, target=row.id, at=at)


def _follow_up(session: Session, actor: Actor, practice_id: UUID, row: Any, *, at: datetime) -> None:
    """Leave it to the practice to act: a line in its administration log, without the patient."""
    act = "emergency-not-justified"
    administration_log.note(session, actor, practice_id, act, user_id=row.user_id, role=row.role, at=at)
    tell_administrators(session, practice_id, NoticeKind.FOLLOW_UP, at=at)


def _queue(actor: Actor, practice_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return the SELECT of the practice's reviews, but for the officer's own record: there they are the patient."""
    review, opened = EmergencyReview, EmergencySession
    columns = (review.id, review.closed, review.due_at, review.outcome, review.reviewed_at, review.version)
    stated = (
        opened.patient_id,
        opened.user_id,
        opened.role,
        opened.classes,
        opened.nature,
        opened.why_no_consent,
        opened.valid_from,
        opened.valid_until,
        opened.ended_at,
    )
    joined = (
        select(*columns, *stated, User.name, Patient.user_id.label("patient_user_id"))
        .join(opened, opened.id == review.id)
        .join(User, User.id == opened.user_id)
        .join(Patient, Patient.id == opened.patient_id)
    )
    return joined.where(review.practice_id == practice_id, _not_their_own(actor))


def _not_their_own(actor: Actor) -> ColumnElement[bool]:
    return func.coalesce(Patient.user_id != actor.user_id, True)


def _find(session: Session, actor: Actor, practice_id: UUID, emergency_id: UUID) -> Any:
    oversees(actor, practice_id, REFUSED)
    row = session.execute(_queue(actor, practice_id).where(EmergencyReview.id == emergency_id)).first()
    if row is None:
        raise NotFound
    return row


def _entry(
    actor: Actor, practice_id: UUID, row: Any, disclosed: Mapping[UUID, Sequence[Mapping[str, Any]]], at: datetime
) -> dict[str, Any]:
    return {
        "id": row.id,
        "patient": number_of(practice_id, row.patient_id),
        "user": {"user_id": row.user_id, "name": row.name},
        "role": row.role,
        "yours": row.user_id == actor.user_id,
        "classes": sorted(row.classes),
        "began_at": row.valid_from,
        "until": row.valid_until,
        "ended_at": row.ended_at,
        "age_days": (at - row.valid_from).days,
        "due_at": row.due_at,
        "overdue": not row.closed and at >= row.due_at,
        "closed": row.closed,
        "outcome": row.outcome,
        "reviewed_at": row.reviewed_at,
        "disclosed": list(disclosed.get(row.id, ())),
        "version": row.version,
    }


def _whole(session: Session, actor: Actor, practice_id: UUID, row: Any, at: datetime) -> dict[str, Any]:
    disclosed = disclosures.for_practice(session, practice_id, [row.id])
    opened = EmergencySession
    return {
        **_entry(actor, practice_id, row, disclosed, at),
        "nature": unseal(session, opened.nature, row.id, row.nature),
        "why_no_consent": unseal(session, opened.why_no_consent, row.id, row.why_no_consent),
        "steps": steps.said_in(session, row.id),
    }
