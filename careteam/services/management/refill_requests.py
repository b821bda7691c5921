"""Requests for more of a medication: made by the patient, sent to whom they choose, answered by a prescriber.

Whether one is unanswered is said for one viewer: there is no answer that they can see.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, not_
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Invalid, NotPermitted
from careteam.models import RefillRequest
from careteam.policy import answering as clocks
from careteam.policy.supplies import urgency
from careteam.policy.treatment_words import AnswerOutcome, VisitMode
from careteam.policy.vocabulary import ItemClass, Power
from careteam.services.directing import sending
from careteam.services.management import prescribed
from careteam.services.record import answering, reading
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record, open_to_report
from careteam.services.record.unanswered import answered, answered_among, clock, prescribers_seen
from careteam.vault import seal, unseal

COLUMNS = (
    *item_columns(RefillRequest),
    RefillRequest.medication_id,
    RefillRequest.days_left,
    RefillRequest.text,
    RefillRequest.answer_due_at,
    RefillRequest.error_reason,
    RefillRequest.error_at,
)
PATIENT_ASKS = "The patient asks for more, or who reports for them. Record a supply when it is dispensed."


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    medication_id: UUID | None = None,
    unanswered: bool | None = None,
    at: datetime,
    limit: int,
    cursor: str | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the requests that the actor may read, newest first, with their answers, and the next cursor.

    Filters: `medication_id`, `unanswered` (for this reader). Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    about = prescribed.only_about(session, record, RefillRequest.medication_id, medication_id)
    where = [*about, *_answered(record, unanswered)]
    return reading.page_of(session, record, REFILL_REQUESTS, where, limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, request_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one request with its answers. Raises NotFound when it is absent or hidden."""
    record = open_record(session, actor, patient_id, at=at)
    return reading.read(session, record, REFILL_REQUESTS, request_id)


def ask(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    medication_id: UUID,
    days_left: int | None = None,
    text: str | None = None,
    send_to: Collection[UUID] = (),
    at: datetime,
) -> dict[str, Any]:
    """Ask for more of a prescribed medication, and return the request with whom it reaches (`delivery`).

    The patient holds it, with the labels of the entry. It is answered within three working days; with one day's supply
    left or less (`days_left <= 1`), the same day where the patient lives. `send_to` are current members, who may then
    read it. For the patient and who reports for them. Raises NotFound, NotPermitted, Invalid on an entry that is
    hidden, absent or not prescribed and on strangers to the team, Conflict on one in error and when the patient has
    died.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.MEDICATION, at=at)
    if not record.speaks(Power.REPORT):
        raise NotPermitted(PATIENT_ASKS)
    entry = prescribed.prescribed(session, record, medication_id)
    begun = beginning(record, ItemClass.MEDICATION, on=None, labels=entry.labels, part2=entry.part2)
    made = RefillRequest(**begun, medication_id=entry.id, days_left=days_left)
    made.text = seal(session, RefillRequest.text, made.id, text)
    made.answer_due_at = clocks.due(urgency(days_left), at, ZoneInfo(record.facts.person.time_zone))
    session.add(made)
    session.flush()
    delivery = sending.send(session, record, made, send_to)
    shown = reading.changed(session, record, REFILL_REQUESTS, "ask-for-refill", made.id)
    return {**shown, "delivery": sending.shown(record, delivery)}


def answer(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    request_id: UUID,
    *,
    outcome: AnswerOutcome,
    text: str | None = None,
    follow_up_on: date | None = None,
    mode: VisitMode | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Answer a request that the actor reads: approved, denied, or a visit is needed (when, and how). Tells the patient.

    For current prescribers. Raises as `answering.answer` does, and Invalid on a mode without a visit.
    """
    if mode is not None and outcome is not AnswerOutcome.VISIT_NEEDED:
        raise Invalid("Only a visit has a mode.", {"mode": ["Leave this out, or answer visit_needed."]})
    ids = (patient_id, REFILL_REQUESTS, request_id, "answer-refill-request")
    said: dict[str, Any] = {"outcome": outcome, "text": text, "follow_up_on": follow_up_on, "mode": mode}
    return answering.answer(session, actor, *ids, **said, at=at)[1]


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, request_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Take one's own request back as entered in error; it stays readable, marked, and waits for no answer."""
    ids = (patient_id, REFILL_REQUESTS, request_id, "refill-request-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return these rows (`COLUMNS`) as they are shown. To whom each was sent is told to the patient's side alone."""
    about = prescribed.readable(session, record, {row.medication_id for row in rows})
    sent = sending.sent_to(session, record, [row.id for row in rows])
    own = record.is_patient or record.representation is not None
    seen = answered_among(session, record, [row.id for row in rows])
    return [
        {
            **heading(record, row),
            **prescribed.shown(about.get(row.medication_id)),
            "days_left": row.days_left,
            "text": unseal(session, RefillRequest.text, row.id, row.text),
            "urgency": urgency(row.days_left),
            **clock(
                record,
                row.answer_due_at,
                answered=row.id in seen,
                in_error=row.error_at is not None,
                sees=prescribers_seen(record, row),
            ),
            "sent_to": sent.get(row.id, []) if own else None,
            "entered_in_error_at": row.error_at,
            "entered_in_error_reason": unseal(session, RefillRequest.error_reason, row.id, row.error_reason),
        }
        for row in rows
    ]


REFILL_REQUESTS = Kind(RefillRequest, COLUMNS, "read-refill-request", "read-refill-requests", present, answered=True)


def _answered(record: Record, unanswered: bool | None) -> list[ColumnElement[bool]]:
    """Return the filter on requests that wait for this reader, or that do not."""
    if unanswered is None:
        return []
    waits = and_(RefillRequest.error_at.is_(None), RefillRequest.id.not_in(answered(record)))
    return [waits if unanswered else not_(waits)]
