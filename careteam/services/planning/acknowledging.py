"""Saying what one thinks of the current version of a plan item."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import Conflict
from careteam.models import PlanAcknowledgement, PlanItem
from careteam.policy.treatment_words import PlanAnswer, PlanItemState
from careteam.policy.vocabulary import ItemClass
from careteam.services.planning import acknowledgements
from careteam.services.planning.acknowledgements import ACKNOWLEDGEMENTS
from careteam.services.planning.plan_items import PLAN_ITEMS
from careteam.services.record import entry_changes, reading
from careteam.services.record.entries import beginning
from careteam.services.record.item_changes import touch
from careteam.services.record.patient_days import patient_day
from careteam.services.record.records import Record, open_to_report
from careteam.vault import seal

OLD = "This is not the current version any more: read the item again, and say what you think of that."


def acknowledge(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    item_id: UUID,
    *,
    number: int,
    answer: PlanAnswer,
    text: str | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Agree to the current version, differ, or ask to discuss it: an item with the labels of what it is about.

    Saying it again replaces one's own word on that version; what it said before stays with it. Raises NotFound,
    NotPermitted to those who only read, Conflict on another version than the current, on what is not active, on one's
    own word that is kept from oneself since, and when the patient has died.
    """
    record = open_to_report(session, actor, patient_id, ItemClass.TREATMENT_PLAN, at=at)
    if patient_day(record).died:
        raise Conflict("The patient has died: nothing new is said.")
    item: PlanItem = reading.to_change(session, record, PLAN_ITEMS, item_id)
    if item.state is not PlanItemState.ACTIVE:
        raise Conflict("This plan item is closed: there is nothing to agree to.")
    if number != item.number:
        raise Conflict(OLD)
    made = _mine(session, record, item)
    if made is None:
        made = _new(session, record, item, answer, text)
    else:
        _again(session, record, made, answer, text)
    return reading.changed(session, record, ACKNOWLEDGEMENTS, "acknowledge-plan-item", made.id)


def _mine(session: Session, record: Record, item: PlanItem) -> PlanAcknowledgement | None:
    query = record.rows(PlanAcknowledgement, PlanAcknowledgement).where(
        PlanAcknowledgement.plan_item_id == item.id,
        PlanAcknowledgement.number == item.number,
        PlanAcknowledgement.by_id == record.actor.user_id,
    )
    row = session.execute(query).first()
    return row[0] if row else None


def _new(session: Session, record: Record, item: PlanItem, answer: PlanAnswer, text: str | None) -> PlanAcknowledgement:
    begun = beginning(record, ItemClass.TREATMENT_PLAN, on=None, labels=item.labels, part2=item.part2)
    made = PlanAcknowledgement(
        **begun, plan_item_id=item.id, number=item.number, by_id=record.actor.user_id, answer=answer
    )
    made.text = seal(session, PlanAcknowledgement.text, made.id, text)
    session.add(made)
    return made


def _again(session: Session, record: Record, made: PlanAcknowledgement, answer: PlanAnswer, text: str | None) -> None:
    before = acknowledgements.stated(session, made)
    if (before["answer"], before["text"]) == (answer, text) and made.error_at is None:
        return
    touch(made, version=made.version, at=record.at)
    made.answer, made.error_at, made.error_reason = answer, None, None
    made.text = seal(session, PlanAcknowledgement.text, made.id, text)
    entry_changes.keep(session, made, before, by=record.actor.user_id, at=record.at)
