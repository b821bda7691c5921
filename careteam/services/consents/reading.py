"""Which consents somebody may know of: the patient of all; a clinician of what concerns them and their requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from careteam.actor import Actor
from careteam.errors import NotFound
from careteam.facts import consent_fact
from careteam.models import Consent
from careteam.policy.facts import Representation
from careteam.policy.representing import covers
from careteam.policy.vocabulary import ConsentStatus, Power
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
    query = select(Consent).where(Consent.patient_id == patient_id, _visible(session, record))
    if status is not None:
        query = query.where(in_state(status, at))
    found = page(session, query.order_by(Consent.id.desc()), limit=limit, cursor=cursor)
    access_log.disclosed(session, record.actor, patient_id, "read-consents", [], at=at)
    return present(session, record, [row[0] for row in found.rows]), found.cursor


def read(session: Session, actor: Actor, patient_id: UUID, consent_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Return one consent. Raises NotFound when it is absent or hidden."""
    record = open_record(session, actor, patient_id, at=at)
    consent = find(session, record, consent_id)
    access_log.disclosed(session, record.actor, patient_id, "read-consent", [], at=at)
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
    if record.representation is not None:
        return record.speaks(Power.SIGN) and _within(record, record.representation, consent)
    return record.is_member and (consent.requested_by == record.actor.user_id or granted(record, consent))


def drafted_by(record: Record, consent: Consent) -> bool:
    """Say whether a draft is the actor's own: of the patient what nobody drafted on their behalf."""
    if record.is_patient:
        return consent.representation_id is None
    mine = record.actor.user_id
    return any(r.id == consent.representation_id and r.user_id == mine for r in record.facts.grounds.representations)


def _within(record: Record, by: Representation, consent: Consent) -> bool:
    """Say whether who signs for the patient may know of it: no wider than they act in, and theirs to know.

    That is their own draft, a request, what waits for one more signature, and what was signed on behalf of the patient,
    by whomever. What the patient did alone is the patient's.
    """
    if not covers(by, consent_fact(consent)):
        return False
    if consent.status is ConsentStatus.DRAFT and consent.first_signed_at is None:
        return drafted_by(record, consent)
    asked = consent.status is ConsentStatus.REQUESTED or consent.first_signed_at is not None
    return asked or consent.representation_id is not None


def changed(session: Session, record: Record, act: str, consent: Consent) -> dict[str, Any]:
    """Write the change and its log row, and return the consent as the actor sees it."""
    session.flush()
    access_log.changed(session, record.actor, record.patient_id, act, target=consent.id, at=record.at)
    return present(session, record, [consent])[0]


def _visible(session: Session, record: Record) -> ColumnElement[bool]:
    if record.is_patient:
        return true()
    if record.representation is not None:
        every = session.scalars(select(Consent).where(Consent.patient_id == record.patient_id))
        return Consent.id.in_([consent.id for consent in every if sees(record, consent)])
    if not record.is_member:
        return false()
    known = [fact.id for fact in record.facts.consents if grants(record, fact)]
    return or_(Consent.requested_by == record.actor.user_id, Consent.id.in_(known))
