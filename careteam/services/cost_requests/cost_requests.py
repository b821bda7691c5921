"""Concerns about cost and access: asked by the patient, answered by a prescriber, read as far as one may."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, not_
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotPermitted
from careteam.models import CostRequest
from careteam.policy.answering import due
from careteam.policy.side_effect_answers import CAUSES
from careteam.policy.treatment_words import AnswerOutcome, CostConcern, Urgency
from careteam.policy.vocabulary import ItemClass, Label, Power
from careteam.services.directing import sending
from careteam.services.medications import named
from careteam.services.record import answering, reading
from careteam.services.record.entries import beginning, take_back
from careteam.services.record.items import heading, item_columns
from careteam.services.record.reading import Kind
from careteam.services.record.records import Record, open_record, open_to_report, open_to_write
from careteam.services.record.unanswered import answered, answered_among, clock, prescribers_seen
from careteam.vault import seal, unseal

COLUMNS = (
    *item_columns(CostRequest),
    CostRequest.medication_id,
    CostRequest.concern,
    CostRequest.text,
    CostRequest.answer_due_at,
    CostRequest.error_reason,
    CostRequest.error_at,
)


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    medication_id: UUID | None = None,
    unanswered: bool | None = None,
    limit: int,
    cursor: str | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the requests that the actor may read, newest first, and the next cursor.

    `unanswered` is as far as the actor sees. Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    of = (CostRequest.medication_id == medication_id, CostRequest.medication_id.in_(named.readable(record)))
    where = [
        *(of if medication_id else ()),
        *([] if unanswered is None else [_unanswered(record) if unanswered else not_(_unanswered(record))]),
    ]
    return reading.page_of(session, record, COST_REQUESTS, where, limit=limit, cursor=cursor)


def read(session: Session, actor: Actor, patient_id: UUID, cost_request_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one request, whole. Raises NotFound when it is absent or hidden."""
    return reading.read(session, open_record(session, actor, patient_id, at=at), COST_REQUESTS, cost_request_id)


def ask(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    medication_id: UUID,
    concern: CostConcern,
    text: str | None = None,
    labels: Collection[Label] = (),
    part2: bool | None = None,
    send_to: Collection[UUID] = (),
    at: datetime,
) -> dict[str, Any]:
    """Ask for a way to get a medication, as the patient or for them; the answer says whom the request reaches.

    It carries the labels of the entry. Raises NotPermitted to clinicians, Conflict when the patient has died, Invalid
    on an entry that the writer does not read or on somebody who is no current member.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.MEDICATION, at=at)
    if not record.speaks(Power.REPORT):
        raise NotPermitted("The patient asks this, or whoever reports for them.")
    entry = named.to_name(session, record, medication_id)
    begun = beginning(record, ItemClass.MEDICATION, on=None, labels=(), part2=None)
    made = CostRequest(**{**begun, **named.labels_with(entry, labels, part2)}, medication_id=entry.id, concern=concern)
    made.text = seal(session, CostRequest.text, made.id, text)
    made.answer_due_at = due(Urgency.ROUTINE, at, ZoneInfo(record.facts.person.time_zone))
    session.add(made)
    session.flush()
    delivery = sending.shown(record, sending.send(session, record, made, send_to))
    return {**reading.changed(session, record, COST_REQUESTS, "ask-about-cost", made.id), "delivery": delivery}


def enter_in_error(
    session: Session, actor: Actor, patient_id: UUID, cost_request_id: UUID, *, reason: str, version: int, at: datetime
) -> dict[str, Any]:
    """Mark one's own request as entered in error. It stays readable, marked."""
    ids = (patient_id, COST_REQUESTS, cost_request_id, "cost-request-entered-in-error")
    return take_back(session, actor, *ids, reason=reason, version=version, at=at)


def answer(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    cost_request_id: UUID,
    *,
    outcome: AnswerOutcome,
    text: str,
    event_id: UUID | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Answer a request as a prescriber, with words; a switch may name the change of the entry.

    Raises NotFound, NotPermitted in another role, Conflict on what is entered in error, Invalid on an outcome or a
    change that does not fit.
    """
    if event_id is not None:
        record = open_to_write(session, actor, patient_id, at=at)
        asked = reading.to_change(session, record, COST_REQUESTS, cost_request_id)
        of = next(iter(named.named(session, record, [asked.medication_id])), None)
        named.caused(session, record, event_id, CAUSES.get(outcome, frozenset()), of=of)
    ids = (patient_id, COST_REQUESTS, cost_request_id, "answer-cost-request")
    said: dict[str, Any] = {"outcome": outcome, "text": text, "event_id": event_id}
    return answering.answer(session, actor, *ids, **said, at=at)[1]


def present(session: Session, record: Record, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the requests of these gate rows (`COLUMNS`). The entry is named to who may read it."""
    entries = named.named(session, record, (row.medication_id for row in rows))
    ids = [row.id for row in rows]
    done, sent = answered_among(session, record, ids), sending.sent_to(session, record, ids)
    return [
        {
            **heading(record, row),
            "medication_id": row.medication_id if row.medication_id in entries else None,
            "concern": row.concern,
            "text": unseal(session, CostRequest.text, row.id, row.text),
            **clock(
                record,
                row.answer_due_at,
                answered=row.id in done,
                in_error=row.error_at is not None,
                sees=prescribers_seen(record, row),
            ),
            "entered_in_error_at": row.error_at,
            "entered_in_error_reason": unseal(session, CostRequest.error_reason, row.id, row.error_reason),
            "sent_to": sent.get(row.id, []) if record.is_patient or record.representation else None,
            "delivery": None,
        }
        for row in rows
    ]


COST_REQUESTS = Kind(CostRequest, COLUMNS, "read-cost-request", "read-cost-requests", present, answered=True)


def _unanswered(record: Record) -> ColumnElement[bool]:
    return and_(CostRequest.error_at.is_(None), CostRequest.id.not_in(answered(record)))
