"""What waits: reports and requests without an answer that the viewer may read, messages and plan versions for them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, not_, select
from sqlalchemy.orm import Session

from careteam.models import (
    CostRequest,
    Item,
    Message,
    PlanAcknowledgement,
    PlanItem,
    PlanReview,
    PlanVersion,
    RefillRequest,
    SideEffect,
)
from careteam.policy.signals import Asking, Report, Unacknowledged
from careteam.policy.treatment_words import PlanItemState
from careteam.services.record.records import Record
from careteam.services.record.unanswered import answered
from careteam.services.signals.many import Several, by_patient
from careteam.services.signals.medicines import Medicine
from careteam.vault import unseal

_ITEM, _MESSAGE = Item.__table__.c, Message.__table__
_PLAN, _VERSION = PlanItem.__table__.c, PlanVersion.__table__
_KINDS = (SideEffect, RefillRequest, CostRequest, PlanReview)
_EFFECT, _REFILL, _COST, _REVIEW = (kind.__table__.c for kind in _KINDS)
_REPORTS = (
    _ITEM.id,
    _ITEM.patient_id,
    _ITEM.record_type,
    _ITEM.item_class,
    _ITEM.labels,
    _ITEM.created_at,
    _EFFECT.effect,
    func.coalesce(_EFFECT.medication_id, _REFILL.medication_id, _COST.medication_id).label("medication_id"),
    func.coalesce(_EFFECT.answer_due_at, _REFILL.answer_due_at, _COST.answer_due_at, _REVIEW.answer_due_at).label(
        "due_at"
    ),
)


def reports(
    session: Session, records: Sequence[Record], medicines: Mapping[UUID, Mapping[UUID, Medicine]]
) -> Mapping[UUID, list[Report]]:
    """Return the side effects, requests and plan reviews that stand without an answer that the viewer may read."""
    rows = by_patient(session, records, _unanswered)
    return {
        patient_id: [_report(session, row, medicines[patient_id]) for row in found]
        for patient_id, found in rows.items()
    }


def asking(session: Session, records: Sequence[Record]) -> Mapping[UUID, list[Asking]]:
    """Return the messages that need the viewer's answer, where they wrote nothing in the thread since."""
    rows = by_patient(session, records, _waiting_messages)
    return {i: [Asking(row.id, row.created_at, row.answer_due_at) for row in found] for i, found in rows.items()}


def plan(session: Session, records: Sequence[Record]) -> Mapping[UUID, list[Unacknowledged]]:
    """Return the versions of active plan items of other parties to which the viewer's side has said nothing."""
    rows = by_patient(session, records, _unacknowledged)
    return {i: [Unacknowledged(row.id, row.number, row.at) for row in found] for i, found in rows.items()}


def _unanswered(several: Several) -> Select[*tuple[Any, ...]]:
    query = several.rows(Item, *_REPORTS)
    for kind in _KINDS:
        query = query.outerjoin(kind.__table__, kind.__table__.c.id == _ITEM.id)
    words = [str(kind.__mapper_args__["polymorphic_identity"]) for kind in _KINDS]
    return query.where(
        _ITEM.record_type.in_(words),
        func.coalesce(*(kind.__table__.c.error_at for kind in _KINDS)).is_(None),
        _REVIEW.closed_at.is_(None),
        _ITEM.id.not_in(answered(several)),
    )


def _report(session: Session, row: Any, medicines: Mapping[UUID, Medicine]) -> Report:
    medicine = medicines.get(row.medication_id)
    return Report(
        row.id,
        row.record_type,
        row.item_class,
        row.created_at,
        row.due_at,
        unseal(session, SideEffect.effect, row.id, row.effect) if row.effect else None,
        medicine.row.drug_name if medicine else None,
        medicine.row.id if medicine else None,
        row.labels,
    )


def _waiting_messages(several: Several) -> Select[*tuple[Any, ...]]:
    me = several.actor.user_id
    mine = several.rows(Message, Message.thread_id, Message.created_at).where(Message.author_id == me).subquery()
    said = select(mine.c.thread_id).where(
        mine.c.thread_id == _MESSAGE.c.thread_id, mine.c.created_at > _ITEM.created_at
    )
    columns = (Message.id, Message.patient_id, Message.created_at, Message.answer_due_at)
    return several.rows(Message, *columns).where(
        Message.needs_answer_from == me,
        Message.error_at.is_(None),
        not_(said.correlate(_MESSAGE, Item.__table__).exists()),
    )


def _unacknowledged(several: Several) -> Select[*tuple[Any, ...]]:
    said = several.rows(PlanAcknowledgement, PlanAcknowledgement.plan_item_id, PlanAcknowledgement.number)
    said = said.where(PlanAcknowledgement.error_at.is_(None), _by_my_side(several))
    own = said.subquery()
    told = select(own.c.plan_item_id).where(own.c.plan_item_id == _PLAN.id, own.c.number == _PLAN.number)
    query = several.rows(PlanItem, PlanItem.id, PlanItem.patient_id, PlanItem.number).add_columns(_VERSION.c.at)
    latest = (_VERSION.c.plan_item_id == _PLAN.id, _VERSION.c.number == _PLAN.number)
    return query.join(_VERSION, latest[0] & latest[1]).where(
        PlanItem.state == PlanItemState.ACTIVE,
        PlanItem.error_at.is_(None),
        PlanItem.holder_id.is_distinct_from(several.party),
        not_(told.correlate(PlanItem.__table__).exists()),
    )


def _by_my_side(several: Several) -> ColumnElement[bool]:
    return (
        PlanAcknowledgement.holder_id.is_(None) if several.party is None else PlanAcknowledgement.by_id == several.party
    )
