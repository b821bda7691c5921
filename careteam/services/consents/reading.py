"""Which consents somebody may know of: the patient of all; a clinician of what concerns them and their requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.models import Consent
from careteam.policy.vocabulary import ConsentStatus
from careteam.services.consents.states import in_state
from careteam.services.consents.views import granted, grants, present
from careteam.services.log import access_log
from careteam.services.paging import page
from careteam.services.record.records import Record, open_record


def page_of(
    session: Session,
    actor: Actor,
    patient_id: UUID,
    *,
    limit: int,
    cursor: str | None = None,
    status: ConsentStatus | None = None,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of the consents that the actor may know of, newest first, and the next cursor.

    `status` is the state by the clock. Raises NotFound, and Invalid on a cursor that is not ours.
    """
    record = open_record(session, actor, patient_id, at=at)
    query = select(Consent).where(Consent.patient_id == patient_id, _visible(record))
    if status is not None:
        query = query.where(in_state(status, at))
    found = page(session, query.order_by(Consent.id.desc()), limit=limit, cursor=cursor)
    access_log.disclosed(session, actor, patient_id, "read-consents", [], at=at)
    return present(session, record, [row[0] for row in found.rows]), found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one consent. Raises NotFound when it is absent or hidden."""
    record = open_record(session, actor, patient_id, at=at)
    consent = find(session, record, consent_id)
    access_log.disclosed(session, actor, patient_id, "read-consent", [], at=at)
    return present(session, record, [consent])[0]


def find(session: Session, record: Record, consent_id: UUID) -> Consent:
    """Return a consent that the actor may know of. Raises NotFound."""
    consent = session.get(Consent, consent_id)
    if consent is None or consent.patient_id != record.patient_id or not sees(record, consent):
        raise NotFound
    return consent


def sees(record: Record, consent: Consent) -> bool:
    """Say whether the actor may know of this consent of this patient."""
    if record.is_patient:
        return True
    return record.is_member and (consent.requested_by == record.actor.user_id or granted(record, consent))


def changed(session: Session, record: Record, act: str, consent: Consent) -> dict[str, Any]:
    """Write the change and its log row, and return the consent as the actor sees it."""
    session.flush()
    access_log.changed(session, record.actor, record.patient_id, act, target=consent.id, at=record.at)
    return present(session, record, [consent])[0]


def _visible(record: Record) -> ColumnElement[bool]:
    if record.is_patient:
        return true()
    if not record.is_member:
        return false()
    known = [fact.id for fact in record.facts.consents if grants(record, fact)]
    return or_(Consent.requested_by == record.actor.user_id, Consent.id.in_(known))
